import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logPath, makeArchive, makeRecord, put, putLog } from '../helpers/archive.js'
import { figure } from '../helpers/counts.js'
import { BIN, DISK, index, run, startCommand, tempFolder } from '../helpers/cli.js'

const hasStrace = spawnSync('strace', ['--version']).status === 0
if (!hasStrace) console.log('skipped: strace is missing, so system calls cannot be watched')

/** A small archive with everything that commands treat differently. */
function evidence(root: string, files = 6): void {
  makeArchive(root, { files, recordsPerFile: files > 6 ? 2 : 10, redeliveredEvery: 2 })
  putLog(root, 'plain.json', [makeRecord(900)])
  put(root, 'notes.txt', 'no log')
  put(root, 'broken.json.gz', Buffer.from('1f8b08000000000000034b', 'hex'))
  putLog(root, logPath(70, 9), [makeRecord(901)])
}

function namesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
}

/** Everything that shows whether a file was touched, except its content. Listing folders changes their access time, which is left out. */
function metadataOf(root: string): Record<string, Readonly<Record<string, bigint>>> {
  return Object.fromEntries(
    namesIn(root).map((name) => {
      const stats = statSync(path.join(root, name), { bigint: true })
      const { size, mode, uid, gid, nlink, ino, mtimeNs, ctimeNs, atimeNs } = stats
      const own = { size, mode, uid, gid, nlink, ino, mtimeNs, ctimeNs }
      return [name, stats.isFile() ? { ...own, atimeNs } : own]
    }),
  )
}

function hashesOf(root: string): Record<string, string> {
  const files = namesIn(root).filter((name) => statSync(path.join(root, name)).isFile())
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(path.join(root, name)))
        .digest('hex'),
    ]),
  )
}

/** Long past, so that the system would note a read even where it notes only the first of a day. */
function makeOld(root: string): void {
  for (const name of namesIn(root)) {
    const file = path.join(root, name)
    if (statSync(file).isFile())
      utimesSync(file, new Date('2001-01-01T00:00:00Z'), new Date('2020-01-01T00:00:00Z'))
  }
}

const eventId = makeRecord(3)['eventID'] as string

/** Every command that meets the evidence or a case of it; `referred` is a case that reads the archive where it lies. */
function commands(root: string, kept: string, referred: string): string[][] {
  return [
    ['index', root, '--case', kept, '--workers', '2'],
    ['index', root, '--case', referred, '--workers', '1', '--reference'],
    ['index', root, '--case', kept],
    ...[kept, referred].flatMap((caseFile) => [
      ['info', '--case', caseFile],
      ['problems', '--list', '--case', caseFile],
      ['show', eventId, '--case', caseFile],
      ['find', 'window', '--until', '9000-01-01', '--records', '--format', 'jsonl', '--case', caseFile],
      ['find', 'principal', 'alice', '--case', caseFile],
      ['find', 'text', 'bucket', '--case', caseFile],
      ['find', 'resource', 'bucket', '--case', caseFile],
      ['find', 'request', eventId, '--case', caseFile],
      ['sql', 'SELECT event_id, event_name FROM events', '--case', caseFile],
      ['lineage', eventId, '--case', caseFile],
      ...['principals', 'resources', 'summary', 'coverage'].map((command) => [command, '--case', caseFile]),
      ['export', 'jsonl', '--all', '--case', caseFile],
      ['handoff', `${caseFile}-${randomUUID()}`, '--all', '--case', caseFile],
      ['verify', '--reread', '--case', caseFile],
      ['digest', 'verify', '--case', caseFile],
    ]),
  ]
}

/** A command for the title of a test. */
function spell(args: readonly string[]): string {
  const caseFile = args[args.indexOf('--case') + 1] ?? ''
  const what = args[0] === 'find' || args[0] === 'problems' ? args.slice(0, 2) : args.slice(0, 1)
  return `${what.join(' ')} of the case ${path.basename(caseFile, '.sqlite')}`
}

describe('the evidence', () => {
  // On the disk, whose access times are real.
  const root = tempFolder('evidence', DISK)
  const cases = tempFolder('cases')
  const changed: string[] = []
  const read: string[] = []
  let bytesBefore: Record<string, string>

  let asked = 0

  beforeAll(async () => {
    // With what else is in it: 1,000 files.
    evidence(root, 996)
    bytesBefore = hashesOf(root)
    for (const args of commands(root, path.join(cases, 'kept.sqlite'), path.join(cases, 'referred.sqlite'))) {
      makeOld(root)
      const before = metadataOf(root)
      const { code } = await run(args)
      const after = metadataOf(root)
      const command = spell(args)
      asked++
      expect({ command, isDone: code === 0 || code === 3 }).toEqual({ command, isDone: true })
      if (Object.keys(after).length !== Object.keys(before).length)
        changed.push(`${command}: files came or went`)
      for (const [name, facts] of Object.entries(before)) {
        const differ = Object.keys(facts).filter((fact) => after[name]?.[fact] !== facts[fact])
        if (differ.includes('atimeNs')) read.push(`${command}: ${name}`)
        changed.push(
          ...differ.filter((fact) => fact !== 'atimeNs').map((fact) => `${command}: ${fact} of ${name}`),
        )
      }
    }
  })

  it('is the same after every command: bytes, size, mode, owner, links and times', (context) => {
    expect(changed).toEqual([])
    expect(hashesOf(root)).toEqual(bytesBefore)
    const files = Object.keys(bytesBefore).length
    expect(files).toBe(1000)
    figure(context, `${files} files before and after ${asked} commands: 0 differences`)
  })

  it('does not even show that it was read, where the system lets us hide it', () => {
    const control = path.join(root, 'plain.json')
    makeOld(root)
    const past = statSync(control).atimeMs
    readFileSync(control)
    if (statSync(control).atimeMs === past)
      console.log('note: this disk keeps no access times; the test proves nothing here')
    expect(read).toEqual([])
  })

  it('may lie on a disk that can only be read', async (context) => {
    const mount = mkdtempSync(path.join(tmpdir(), 'coldtrail-read-only-'))
    mounts.push(mount)
    const made = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', mount], { encoding: 'utf8' })
    if (made.status !== 0) {
      console.log(`skipped: no disk can be mounted here (${made.stderr.trim()})`)
      context.skip()
    }
    evidence(mount)
    expect(spawnSync('mount', ['-o', 'remount,ro', mount]).status).toBe(0)
    const folder = tempFolder('cases')
    const all = commands(mount, path.join(folder, 'kept.sqlite'), path.join(folder, 'referred.sqlite'))
    for (const args of all.filter(([command]) => command === 'index' || command === 'show')) {
      const { code } = await run(args)
      expect({ args, code: code === 0 || code === 3 }).toEqual({ args, code: true })
    }
  })
})

function withoutAccess(files: ReturnType<typeof metadataOf>): unknown {
  return Object.entries(files).map(([name, facts]) => [name, { ...facts, atimeNs: 0n }])
}

const mounts: string[] = []
afterAll(() => {
  for (const mount of mounts) {
    spawnSync('umount', ['-l', mount])
    rmSync(mount, { recursive: true, force: true })
  }
})

describe('a case that is only asked', () => {
  it('stays byte for byte as it is, and nothing appears next to it', async () => {
    const root = tempFolder('evidence')
    evidence(root)
    const folder = tempFolder('asked')
    const caseFile = path.join(folder, 'case.sqlite')
    await index([root], caseFile)
    const before = { files: metadataOf(folder), bytes: hashesOf(folder) }
    const writes = new Set(['index', 'handoff', 'digest'])
    const asks = commands(root, caseFile, caseFile).filter(([command = '']) => !writes.has(command))
    for (const args of asks) await run(args)
    expect({ files: withoutAccess(metadataOf(folder)), bytes: hashesOf(folder) }).toEqual({
      ...before,
      files: withoutAccess(before.files),
    })
  })

  it('is for its owner alone', async () => {
    const root = tempFolder('evidence')
    evidence(root)
    const caseFile = path.join(tempFolder('own'), 'case.sqlite')
    await index([root], caseFile)
    expect((statSync(caseFile).mode & 0o777).toString(8)).toBe('600')
  })
})

describe.skipIf(!hasStrace)('the system sees', () => {
  const root = tempFolder('watched')
  const home = tempFolder('home')
  const cases = tempFolder('cases')
  const log = path.join(tempFolder('trace'), 'strace')
  beforeAll(() => {
    evidence(root)
    mkdirSync(path.join(home, 'empty'))
    writeFileSync(log, '')
  })

  const WATCHED =
    'trace=open,openat,creat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,chmod,fchmodat,chown,lchown,fchownat,truncate,utime,utimes,utimensat,setxattr,lsetxattr,socket,connect,bind,sendto'

  async function watch(args: readonly string[]): Promise<string[]> {
    const { done } = startCommand(
      'strace',
      ['-f', '-qq', '-s', '4096', '-e', WATCHED, '-o', log, process.execPath, BIN, ...args],
      { env: { HOME: home } },
    )
    const { code, stderr } = await done
    expect({ args, ended: code === 0 || code === 3, stderr: code === 0 || code === 3 ? '' : stderr }).toEqual(
      { args, ended: true, stderr: '' },
    )
    const lines = readFileSync(log, 'utf8').split('\n')
    expect(lines.length).toBeGreaterThan(20)
    return lines
  }

  // A case that keeps the bytes has no reason to go near the archive: one command is enough to see that.
  const watched = commands(root, path.join(cases, 'kept.sqlite'), path.join(cases, 'referred.sqlite')).filter(
    (args) => args[0] === 'index' || args[0] === 'show' || args.at(-1)?.endsWith('referred.sqlite'),
  )

  it.for(watched.map((args) => [spell(args), args] as const))(
    '%s opens nothing of the evidence for writing, and no way into a network',
    async ([, args], context) => {
      const lines = await watch(args)
      const mentions = lines.filter((line) => line.includes(`"${root}`))
      if (args[0] === 'index') expect(mentions.length).toBeGreaterThan(8)
      const harmless = /^\d+\s+open(?:at)?\(.*\bO_RDONLY\b(?!.*\bO_(?:CREAT|TRUNC|RDWR|WRONLY)\b)/
      expect(mentions.filter((line) => !harmless.test(line))).toEqual([])
      expect(lines.filter((line) => /AF_(?:INET|INET6|NETLINK|PACKET)/.test(line))).toEqual([])
      figure(context, '0 opens for writing, 0 internet sockets')
    },
  )
})
