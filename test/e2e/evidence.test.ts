import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
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
import { index, run, startCommand, tempFolder, BIN } from '../helpers/cli.js'

const hasStrace = spawnSync('strace', ['--version']).status === 0
if (!hasStrace) console.log('skipped: strace is missing, so system calls can not be watched')

/** A small archive with everything that commands treat differently. */
function evidence(root: string): void {
  makeArchive(root, { files: 6, recordsPerFile: 10, redeliveredEvery: 2 })
  putLog(root, 'plain.json', [makeRecord(900)])
  put(root, 'notes.txt', 'no log')
  put(root, 'broken.json.gz', Buffer.from('1f8b08000000000000034b', 'hex'))
  putLog(root, logPath(70, 9), [makeRecord(901)])
}

interface Facts {
  readonly [name: string]: string | bigint
}

/** All that tells whether somebody touched it. Content is read first, since reading may change the access time. */
function factsOf(root: string): Map<string, Facts> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
  const hashes = names.map((name) => {
    const file = path.join(root, name)
    return statSync(file).isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : ''
  })
  return new Map(
    names.map((name, at) => {
      const { size, mode, uid, gid, nlink, ino, mtimeNs, ctimeNs } = statSync(path.join(root, name), {
        bigint: true,
      })
      return [name, { sha256: hashes[at]!, size, mode, uid, gid, nlink, ino, mtimeNs, ctimeNs }]
    }),
  )
}

function accessTimes(root: string): Map<string, bigint> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
  const files = names.filter((name) => statSync(path.join(root, name)).isFile())
  return new Map(files.map((name) => [name, statSync(path.join(root, name), { bigint: true }).atimeNs]))
}

/** Long past, so that the system would note a read even where it notes only the first of a day. */
function makeOld(root: string): void {
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
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
      ['sql', 'SELECT event_id, event_name FROM events', '--case', caseFile],
    ]),
  ]
}

describe('the evidence', () => {
  const root = tempFolder('evidence')
  const cases = tempFolder('cases')
  const all = commands(root, path.join(cases, 'kept.sqlite'), path.join(cases, 'referred.sqlite'))
  beforeAll(() => {
    evidence(root)
    makeOld(root)
  })

  it('is the same after every command: bytes, size, mode, owner, links and times', async () => {
    const before = factsOf(root)
    for (const args of all) {
      const { code } = await run(args)
      expect({ args, code: code === 0 || code === 3 }).toEqual({ args, code: true })
      expect({ args, facts: factsOf(root) }).toEqual({ args, facts: before })
    }
  })

  it('does not even show that it was read, where the system lets us hide it', async () => {
    const control = path.join(root, 'plain.json')
    makeOld(root)
    const past = statSync(control).atimeMs
    readFileSync(control)
    if (statSync(control).atimeMs === past)
      console.log('note: this disk keeps no access times; the test proves nothing here')
    makeOld(root)
    const before = accessTimes(root)
    const touched: string[] = []
    for (const args of all) {
      await run(args)
      const changed = [...accessTimes(root)]
        .filter(([name, time]) => before.get(name) !== time)
        .map(([name]) => name)
      if (changed.length > 0)
        touched.push(
          `${args.slice(0, 2).join(' ')} (${path.basename(args[args.indexOf('--case') + 1]!)}): ${changed.length} files`,
        )
      makeOld(root)
    }
    expect(touched).toEqual([])
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
    for (const args of commands(
      mount,
      path.join(folder, 'kept.sqlite'),
      path.join(folder, 'referred.sqlite'),
    )) {
      const { code } = await run(args)
      expect({ args, code: code === 0 || code === 3 }).toEqual({ args, code: true })
    }
  })
})

const mounts: string[] = []
afterAll(() => {
  for (const mount of mounts) {
    spawnSync('umount', ['-l', mount])
    rmSync(mount, { recursive: true, force: true })
  }
})

describe('a case that is only asked', () => {
  it('stays byte for byte as it is, and nothing appears beside it', async () => {
    const root = tempFolder('evidence')
    evidence(root)
    const folder = tempFolder('asked')
    const caseFile = path.join(folder, 'case.sqlite')
    await index([root], caseFile)
    const names = readdirSync(folder)
    const before = factsOf(folder)
    for (const args of commands(root, caseFile, caseFile).filter(([command]) => command !== 'index'))
      await run(args)
    expect(readdirSync(folder)).toEqual(names)
    expect(factsOf(folder)).toEqual(before)
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

  it.each(
    commands(root, path.join(cases, 'kept.sqlite'), path.join(cases, 'referred.sqlite')).map(
      (args) => [args.slice(0, 2).join(' ').replace(root, 'ARCHIVE'), args] as const,
    ),
  )('%s open nothing of the evidence for writing, and no way into a network', async (_, args) => {
    const lines = await watch(args)
    const mentions = lines.filter((line) => line.includes(`"${root}`))
    if (args[0] === 'index') expect(mentions.length).toBeGreaterThan(8)
    const harmless = /^\d+\s+open(?:at)?\(.*\bO_RDONLY\b(?!.*\bO_(?:CREAT|TRUNC|RDWR|WRONLY)\b)/
    expect(mentions.filter((line) => !harmless.test(line))).toEqual([])
    expect(lines.filter((line) => /AF_(?:INET|INET6|NETLINK|PACKET)/.test(line))).toEqual([])
  })
})
