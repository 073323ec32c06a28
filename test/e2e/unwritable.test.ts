import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeArchive } from '../helpers/archive.js'
import { integrity, leftovers } from '../helpers/cli-case.js'
import { expectSound, newCase, Undisturbed } from '../helpers/cli-undisturbed.js'
import { find, index, run, tempFolder } from '../helpers/cli.js'
import { figure, SOAK, times } from '../helpers/counts.js'
import { index as indexInline } from '../verify/indexed.js'
import { logicalDigest } from '../../src/query/case/case-facts.js'
import { openReader } from '../../src/store/open.js'

const archive = makeArchive(tempFolder('full'), {
  files: 700,
  recordsPerFile: 3,
  days: 3,
  redeliveredEvery: 4,
})

/** 'CtCa': says of a database that it is a case. */
const CASE_ID = 0x43744361

function digestOf(caseFile: string): string {
  const db = openReader(caseFile)
  try {
    return logicalDigest(db)
  } finally {
    db.close()
  }
}

let clean: Undisturbed
beforeAll(async () => {
  clean = await Undisturbed.of(archive)
})

describe('a full disk', () => {
  const mounts: string[] = []
  afterAll(() => {
    for (const mount of mounts) spawnSync('umount', ['-l', mount])
  })

  /** A disk of so many kB, or the reason why there can be none. */
  function smallDisk(kilobytes: number): string | { readonly reason: string } {
    const folder = path.join(tempFolder('disk'), 'small')
    mkdirSync(folder)
    const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder], {
      encoding: 'utf8',
    })
    if (made.status !== 0) return { reason: made.stderr.trim() || String(made.error) }
    mounts.push(folder)
    return folder
  }

  it.for([0.2, 0.5, 0.8, 1.02])(
    'of %f times the space that the case needs: exit 13, a sound case, and an equal one once there is room',
    async (share, { skip }) => {
      const disk = smallDisk(Math.round((clean.bytes * share) / 1024))
      if (typeof disk !== 'string') {
        console.log(`skipped: no small disk can be mounted here (${disk.reason})`)
        skip()
        return
      }
      const caseFile = path.join(disk, 'case.sqlite')
      const full = await run(['index', archive.root, '--case', caseFile, '--workers', '2'])
      expect({ share, code: full.code, stdout: full.stdout, stderr: full.stderr }).toEqual({
        share,
        code: 13,
        stdout: '',
        stderr: expect.stringMatching(/no space left.*case\.sqlite/) as string,
      })
      expect({ share, work: existsSync(`${caseFile}.work`) }).toEqual({ share, work: false })
      expect(spawnSync('mount', ['-o', 'remount,size=512m', disk]).status).toBe(0)
      expectSound(caseFile, share)
      await clean.expectResumed(caseFile, share)
    },
  )

  it.each([0.1, 0.3, 0.6, 0.9])(
    'by a limit on the size of a file, at %f of the case: exit 13, a sound case, and an equal one without the limit',
    async (share) => {
      const caseFile = newCase()
      // ulimit -f counts kB. An ignored SIGXFSZ makes the write fail instead, as it does on a quota.
      const kilobytes = Math.round((clean.bytes * share) / 1024)
      const full = await run(['index', archive.root, '--case', caseFile, '--workers', '2'], {
        prefix: ['bash', '-c', `trap '' XFSZ; ulimit -f ${kilobytes}; exec "$@"`, 'limited'],
      })
      expect({ share, code: full.code, stderr: full.stderr }).toEqual({
        share,
        code: 13,
        stderr: expect.stringContaining('no space left') as string,
      })
      expectSound(caseFile, share)
      await clean.expectResumed(caseFile, share)
    },
  )

  /** Each far cheaper than those above; with them there are 21. */
  describe('at any size', () => {
    const small = makeArchive(tempFolder('small'), { files: 250, recordsPerFile: 4, redeliveredEvery: 4 })
    const sizes = times(13, 200)
    const sound = newCase()
    let digest: string
    let bytes: number
    beforeAll(async () => {
      await indexInline(sound, [small.root])
      digest = digestOf(sound)
      bytes = statSync(sound).size
    })

    it.for(Array.from({ length: sizes }, (_, at) => at))(
      'number %i of the rest',
      { timeout: 900_000, tags: SOAK },
      async (at, context) => {
        const share = (at + 0.5) / sizes
        const disk = at % 2 === 0 ? smallDisk(Math.max(64, Math.round((bytes * share) / 1024))) : null
        const caseFile = typeof disk === 'string' ? path.join(disk, 'case.sqlite') : newCase()
        const limit = Math.max(64, Math.round((bytes * share) / 1024))
        const prefix = ['bash', '-c', `trap '' XFSZ; ulimit -f ${limit}; exec "$@"`, 'limited']
        const full = await run(
          ['index', small.root, '--case', caseFile, '--workers', '2'],
          typeof disk === 'string' ? {} : { prefix },
        )
        expect({ share, code: full.code, stderr: full.stderr }).toEqual({
          share,
          code: 13,
          stderr: expect.stringContaining('no space left') as string,
        })
        if (typeof disk === 'string') spawnSync('mount', ['-o', 'remount,size=512m', disk])
        if (existsSync(caseFile))
          expect({ share, integrity: integrity(caseFile) }).toEqual({ share, integrity: 'ok' })
        await indexInline(caseFile, [small.root])
        expect({ share, digest: digestOf(caseFile) }).toEqual({ share, digest })
        figure(context, `${at + 1} of ${sizes} full disks, the case equal when resumed`)
      },
    )
  })
})

describe('unwritable places', () => {
  const isRoot = process.getuid?.() === 0
  const prefix = isRoot ? ['setpriv', '--inh-caps=-all', '--bounding-set=-all'] : []
  const canDropRights = !isRoot || spawnSync('setpriv', ['--version']).status === 0

  it.skipIf(!canDropRights)('a read-only folder for the case: exit 2, and nothing is made', async () => {
    const folder = tempFolder('read-only')
    chmodSync(folder, 0o555)
    const { code, stdout, stderr } = await run(
      ['index', archive.root, '--case', path.join(folder, 'case.sqlite')],
      { prefix },
    )
    chmodSync(folder, 0o755)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/permission denied|cannot (?:write|open|create)/i)
    expect(spawnSync('ls', ['-A', folder], { encoding: 'utf8' }).stdout).toBe('')
  })

  it.skipIf(!canDropRights)('a read-only case: it answers, and indexing into it ends with 2', async () => {
    const caseFile = newCase()
    await index([archive.files[0]!], caseFile)
    const before = readFileSync(caseFile)
    rmSync(`${caseFile}-journal`, { force: true })
    chmodSync(caseFile, 0o444)
    const { code } = await run(['index', archive.root, '--case', caseFile], { prefix })
    expect(code).toBe(2)
    chmodSync(path.dirname(caseFile), 0o555)
    for (const args of [
      ['info'],
      ['problems'],
      ['find', 'principal', 'alice'],
      ['sql', 'SELECT count(*) FROM events'],
    ]) {
      const asked = await run([...args, '--case', caseFile], { prefix })
      expect({ args, code: asked.code }).toEqual({ args, code: 0 })
    }
    chmodSync(path.dirname(caseFile), 0o755)
    expect(readFileSync(caseFile).equals(before)).toBe(true)
    expect(leftovers(caseFile)).toEqual([])
  })
})

describe('what is no case, or a newer one', () => {
  const folder = tempFolder('not-a-case')
  const kinds: readonly (readonly [string, () => string])[] = [
    ['a text file', () => file('notes.txt', 'SQLite? no.\n'.repeat(200))],
    ['an empty file', () => file('empty.sqlite', '')],
    ['zeros', () => file('zeros.sqlite', Buffer.alloc(65536))],
    ['a database of another program', () => database('other.sqlite', () => undefined)],
    ['a folder', () => folder],
    [
      'a case of a newer format',
      () =>
        database('newer.sqlite', (db) => {
          db.pragma(`application_id = ${CASE_ID}`)
          db.pragma('user_version = 3000')
        }),
    ],
  ]

  function file(name: string, bytes: string | Buffer): string {
    const made = path.join(folder, name)
    writeFileSync(made, bytes)
    return made
  }

  function database(name: string, change: (db: Database.Database) => void): string {
    const made = path.join(folder, name)
    rmSync(made, { force: true })
    const db = new Database(made)
    db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)')
    change(db)
    db.close()
    return made
  }

  it.each(kinds)('%s: exit 10 from every command, and the file stays as it is', async (_, make) => {
    const made = make()
    const before = made === folder ? '' : readFileSync(made).toString('latin1')
    for (const args of [
      ['info'],
      ['problems'],
      ['show', 'x'],
      ['sql', 'SELECT 1'],
      ['find', 'request', 'x'],
      ['find', 'window', '--since', '2024-01-01'],
      ['index', archive.files[0]!],
    ]) {
      const { code, stdout, stderr } = await run([...args, '--case', made])
      // A folder can be no case to index into: that is asked wrongly.
      const isWrong = made === folder && args[0] === 'index'
      expect({ args, code, stdout }).toEqual({ args, code: isWrong ? 2 : 10, stdout: '' })
      expect(stderr.length).toBeGreaterThan(20)
    }
    if (made !== folder) expect(readFileSync(made).toString('latin1') === before).toBe(true)
    expect(leftovers(made)).toEqual([])
  })

  it('a missing file: exit 10 from every command that asks, and none is made', async () => {
    const missing = path.join(folder, 'missing.sqlite')
    for (const args of [
      ['info'],
      ['problems'],
      ['show', 'x'],
      ['sql', 'SELECT 1'],
      ['find', 'request', 'x'],
    ]) {
      const { code } = await run([...args, '--case', missing])
      expect({ args, code, made: existsSync(missing) }).toEqual({ args, code: 10, made: false })
    }
  })

  it('a real case that says it is newer: exit 10 and a hint', async () => {
    const caseFile = newCase()
    await index([archive.files[0]!], caseFile)
    const db = new Database(caseFile)
    db.pragma('user_version = 3000')
    db.close()
    const { code, stderr } = await run(['find', 'principal', 'alice', '--case', caseFile])
    expect({ code, stderr }).toEqual({ code: 10, stderr: expect.stringMatching(/newer coldtrail/) as string })
    // A newer minor format is read.
    const again = new Database(caseFile)
    again.pragma('user_version = 2999')
    again.close()
    expect(await find(caseFile, 'principal', 'alice')).toEqual(expect.any(Array))
  })
})
