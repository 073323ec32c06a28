import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeArchive, pick } from '../helpers/archive.js'
import { contentOf, integrity, leftovers, type Content } from '../helpers/cli-case.js'
import {
  find,
  index,
  info,
  run,
  start,
  tempFolder,
  type Info,
  type Run,
  type Started,
} from '../helpers/cli.js'

/** Many small files make many batches: a run has many places to be stopped at. */
const archive = makeArchive(tempFolder('crash'), {
  files: 3600,
  recordsPerFile: 3,
  days: 3,
  redeliveredEvery: 4,
})

/** 'CtCa': says of a database that it is a case. */
const CASE_ID = 0x43744361

interface Undisturbed {
  readonly ms: number
  readonly info: Info
  readonly content: Content
  readonly bytes: number
}

let clean: Undisturbed
beforeAll(async () => {
  const caseFile = newCase()
  await index([archive.root], newCase())
  const { code, ms } = await index([archive.root], caseFile)
  expect(code).toBe(0)
  clean = { ms, info: await info(caseFile), content: contentOf(caseFile), bytes: statSync(caseFile).size }
  expect(clean.info.events).toBe(archive.events)
})

function newCase(): string {
  return path.join(tempFolder('case'), 'case.sqlite')
}

function begin(caseFile: string, prefix: readonly string[] = []): Started {
  return start(['index', archive.root, '--case', caseFile, '--workers', '2'], { detached: true, prefix })
}

function killGroup({ child }: Started, signal: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid ?? 0), signal)
  } catch (error) {
    // It was faster.
    if ((error as { code?: string }).code !== 'ESRCH') throw error
  }
}

/** The same command once more must end as if nothing had happened. */
async function expectResumed(caseFile: string, what: unknown): Promise<void> {
  const { code, totals } = await index([archive.root], caseFile, ['--workers', '2'])
  expect({ what, code, found: totals.files.found }).toEqual({ what, code: 0, found: archive.files.length })
  expect({ what, integrity: integrity(caseFile) }).toEqual({ what, integrity: 'ok' })
  const { logical_digest, events, appearances, state, problems, sources } = await info(caseFile)
  expect({ what, logical_digest, events, appearances, state, problems, sources }).toEqual({
    what,
    logical_digest: clean.info.logical_digest,
    events: clean.info.events,
    appearances: clean.info.appearances,
    state: 'ready',
    problems: {},
    sources: clean.info.sources,
  })
  expect({ what, content: contentOf(caseFile) }).toEqual({ what, content: clean.content })
  expect({ what, beside: leftovers(caseFile).filter((name) => !name.endsWith('-journal')) }).toEqual({
    what,
    beside: [],
  })
}

/** What a case says when it was left in the middle: sound, and honest about being unfinished. */
async function expectSound(caseFile: string, what: unknown): Promise<void> {
  if (!existsSync(caseFile)) return
  const asked = await run(['info', '--case', caseFile, '--json'])
  expect({ what, code: asked.code, stdout: asked.stdout.slice(0, 300) }).toEqual({
    what,
    code: 0,
    stdout: expect.any(String) as string,
  })
  const held = JSON.parse(asked.stdout) as Info
  expect({ what, sum: held.records.found }).toEqual({
    what,
    sum: held.records.events + held.records.duplicates + held.records.rejected,
  })
  expect({ what, integrity: integrity(caseFile) }).toEqual({ what, integrity: 'ok' })
}

describe('kill -9', () => {
  // Thirds of a batch at the beginning, where the case is made, and at the end, where it is finished; the rest anywhere.
  const fractions = Array.from({ length: 30 }, (_, at) => (pick(`kill ${at}`, 1000) + at * 1000) / 30_000)

  it.each([0, 1, 2, 3, 4, 5])(
    'at any moment, then the same command again, ends as an undisturbed run (moments %i of 6)',
    async (group) => {
      const done: number[] = []
      for (const fraction of fractions.filter((_, at) => at % 6 === group)) {
        const caseFile = newCase()
        const indexing = begin(caseFile)
        await sleep(fraction * clean.ms)
        killGroup(indexing, 'SIGKILL')
        const { code } = await indexing.done
        if (code !== null) done.push(fraction)
        const what = `killed at ${Math.round(fraction * 100)} %`
        await expectResumed(caseFile, what)
      }
      // Most kills must have met a living run, or they prove nothing.
      expect(done.length).toBeLessThanOrEqual(2)
    },
  )

  it('several times in a row, further on each time, loses nothing that was acknowledged', async () => {
    const caseFile = newCase()
    let held = 0
    for (const fraction of [0.3, 0.5, 0.6, 0.8, 0.9]) {
      const indexing = begin(caseFile)
      await sleep(fraction * clean.ms)
      killGroup(indexing, 'SIGKILL')
      await indexing.done
      if (!existsSync(caseFile) || statSync(caseFile).size === 0) continue
      await expectSound(caseFile, fraction)
      const { sources } = await info(caseFile)
      const now = Object.values(sources).reduce((sum, n) => sum + n, 0)
      expect({ fraction, kept: now >= held }).toEqual({ fraction, kept: true })
      held = now
    }
    await expectResumed(caseFile, 'after five kills')
  })

  it('leaves a case that answers, and says that it is not complete', async () => {
    const caseFile = newCase()
    const indexing = begin(caseFile)
    const isHalf = await until(() => existsSync(caseFile) && statSync(caseFile).size > clean.bytes / 3)
    expect(isHalf).toBe(true)
    killGroup(indexing, 'SIGKILL')
    await indexing.done
    await expectSound(caseFile, 'half')
    const asked = await run(['find', 'principal', 'alice', '--case', caseFile, '--format', 'jsonl'])
    expect(asked.code).toBe(0)
    expect(asked.stderr).toMatch(/not finished/)
    await expectResumed(caseFile, 'half')
  })

  it('of the shards it left, nothing stays behind', async () => {
    const caseFile = newCase()
    const indexing = begin(caseFile)
    await until(() => existsSync(`${caseFile}.work`))
    await sleep(clean.ms / 3)
    killGroup(indexing, 'SIGKILL')
    await indexing.done
    const { code } = await index([archive.root], caseFile)
    expect({ code, beside: leftovers(caseFile).filter((name) => name.endsWith('.work')) }).toEqual({
      code: 0,
      beside: [],
    })
  })
})

describe('two indexers', () => {
  it('on one case: the second ends with 11 within a second, and the first is not disturbed', async () => {
    const caseFile = newCase()
    const first = begin(caseFile)
    await until(() => existsSync(caseFile) && statSync(caseFile).size > 0)
    // Held still, so that it can not be done before the second begins.
    killGroup(first, 'SIGSTOP')
    let second: Run
    try {
      second = await run(['index', archive.root, '--case', caseFile, '--workers', '2'])
    } finally {
      killGroup(first, 'SIGCONT')
    }
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 11, stdout: '' })
    expect(second.stderr).toMatch(/another coldtrail/)
    expect(second.ms).toBeLessThan(1000)
    const { code, stderr } = await first.done
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect((await info(caseFile)).logical_digest).toBe(clean.info.logical_digest)
    expect(contentOf(caseFile)).toEqual(clean.content)
  })

  it('started in the same moment: one indexes, the other ends with 11', async () => {
    const caseFile = newCase()
    const both = await Promise.all([begin(caseFile).done, begin(caseFile).done])
    expect(both.map(({ code }) => code).sort()).toEqual([0, 11])
    expect(contentOf(caseFile)).toEqual(clean.content)
    expect(integrity(caseFile)).toBe('ok')
  })

  it('a reader is answered while a case is being filled', async () => {
    const caseFile = newCase()
    const indexing = begin(caseFile)
    await until(() => existsSync(caseFile) && statSync(caseFile).size > clean.bytes / 4)
    const asked = await run(['info', '--case', caseFile, '--json'])
    expect([0, 11]).toContain(asked.code)
    expect((await indexing.done).code).toBe(0)
    expect(contentOf(caseFile)).toEqual(clean.content)
  })
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
      await expectSound(caseFile, share)
      await expectResumed(caseFile, share)
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
      await expectSound(caseFile, share)
      await expectResumed(caseFile, share)
    },
  )
})

describe('places that can not be written', () => {
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
    expect(stderr).toMatch(/permission denied|can not write/i)
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
          db.pragma('user_version = 2000')
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
    db.pragma('user_version = 2000')
    db.close()
    const { code, stderr } = await run(['find', 'principal', 'alice', '--case', caseFile])
    expect({ code, stderr }).toEqual({ code: 10, stderr: expect.stringMatching(/newer coldtrail/) as string })
    // A newer minor format is read.
    const again = new Database(caseFile)
    again.pragma('user_version = 1999')
    again.close()
    expect(await find(caseFile, 'principal', 'alice')).toEqual(expect.any(Array))
  })
})

describe('Ctrl-C', () => {
  async function interrupted(
    signal: NodeJS.Signals,
    times: number,
  ): Promise<{ result: Run; caseFile: string }> {
    const caseFile = newCase()
    const indexing = start(['index', archive.root, '--case', caseFile, '--workers', '2'])
    await until(() => existsSync(caseFile) && statSync(caseFile).size > 0)
    for (let at = 0; at < times; at++) {
      indexing.child.kill(signal)
      await sleep(30)
    }
    return { result: await indexing.done, caseFile }
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'once (%s): stops at a safe point, exits %i, and the same command goes on',
    async (signal, code) => {
      const { result, caseFile } = await interrupted(signal, 1)
      expect({ code: result.code, signal: result.signal }).toEqual({ code, signal: null })
      expect(result.stderr).toMatch(/stopping/)
      await expectSound(caseFile, signal)
      expect((await info(caseFile)).runs.map(({ status }) => status)).toEqual(['interrupted'])
      await expectResumed(caseFile, signal)
    },
  )

  it('twice: ends at once, and the same command goes on', async () => {
    const { result, caseFile } = await interrupted('SIGINT', 2)
    expect(result.signal === 'SIGINT' || result.code === 130).toBe(true)
    await expectResumed(caseFile, 'SIGINT twice')
  })
})

/** Waits for a moment, at most ten seconds. */
async function until(isThere: () => boolean): Promise<boolean> {
  const end = performance.now() + 10_000
  while (!isThere()) {
    if (performance.now() > end) return false
    await sleep(2)
  }
  return true
}
