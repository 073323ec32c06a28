/** Nothing that coldtrail did not make is opened for writing, emptied or removed, by no command and under no name. */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { makeArchive } from '../helpers/archive.js'
import { integrity, leftovers } from '../helpers/cli-case.js'
import { index, run, tempFolder } from '../helpers/cli.js'

const archive = makeArchive(tempFolder('archive'), { files: 4, recordsPerFile: 3 })

const COMMANDS: readonly (readonly string[])[] = [
  ['info'],
  ['problems'],
  ['show', 'x'],
  ['lineage', 'x'],
  ['summary'],
  ['coverage'],
  ['principals'],
  ['resources'],
  ['sql', 'SELECT 1'],
  ['find', 'request', 'x'],
  ['find', 'principal', 'x'],
  ['find', 'resource', 'x'],
  ['find', 'text', 'x'],
  ['find', 'window', '--since', '2024-01-01'],
  ['export', 'jsonl', '--all'],
  ['handoff', path.join(tempFolder('out'), 'out.sqlite'), '--all'],
  ['verify'],
  ['digest', 'verify'],
  ['index', archive.root],
]

/** Of every file of a folder. */
function bytesIn(folder: string): string[] {
  return readdirSync(folder).map((name) => {
    const file = path.join(folder, name)
    return `${name} ${lstatSync(file).isFile() ? readFileSync(file).toString('latin1') : 'no file'}`
  })
}

/** A database of another program that was killed while it wrote: its journal is to be rolled back by that program alone. */
function foreignDatabase(folder: string): string {
  const live = path.join(tempFolder('live'), 'live.sqlite')
  const db = new Database(live)
  db.exec('CREATE TABLE t (a, b)')
  const insert = db.prepare('INSERT INTO t VALUES (?, zeroblob(5000))')
  db.transaction(() => {
    for (let n = 0; n < 200; n++) insert.run(n)
  })()
  db.pragma('cache_size = 2')
  db.exec('BEGIN; UPDATE t SET b = zeroblob(5001)')
  const file = path.join(folder, 'foreign.sqlite')
  for (const end of ['', '-journal']) copyFileSync(live + end, file + end)
  db.close()
  return file
}

const canTrace = spawnSync('strace', ['-V']).status === 0

describe('a database of another program, with a journal', () => {
  const folder = tempFolder('foreign')
  const file = foreignDatabase(folder)
  const before = bytesIn(folder)

  it.each(COMMANDS.map((args) => [args.slice(0, 2).join(' '), args] as const))(
    '%s: exit 10, and every byte stays',
    async (_what, args) => {
      const { code } = await run([...args, '--case', file])
      expect(code).toBe(10)
      expect(bytesIn(folder)).toEqual(before)
    },
  )

  it.skipIf(!canTrace)('is not opened for writing, by the word of the system', async () => {
    const log = path.join(tempFolder('trace'), 'calls')
    for (const args of [['info'], ['sql', 'SELECT 1'], ['verify']]) {
      const prefix = [
        'strace',
        '-f',
        '-qq',
        '-o',
        log,
        '-e',
        'trace=openat,unlink,unlinkat,rename,truncate,ftruncate',
      ]
      await run([...args, '--case', file], { prefix })
      const calls = readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.includes(file))
      expect(calls.length).toBeGreaterThan(0)
      expect(calls.filter((line) => !line.includes('O_RDONLY'))).toEqual([])
    }
  })
})

describe('the name of a case', () => {
  it.each([
    ':memory:',
    'file:case.sqlite?mode=memory',
    'a?b#c%20d',
    'file:x',
    ' begins with space',
    'ünïcode',
  ])('%j is the name of a file, and of no other', async (name) => {
    const cwd = tempFolder('names')
    await index([archive.root], name, [], { cwd })
    expect(readdirSync(cwd)).toEqual([name])
    const { code } = await run(['info', '--case', name], { cwd })
    expect(code).toBe(0)
    expect(readdirSync(cwd)).toEqual([name])
  })

  it.each(['case.sqlite ', 'case.sqlite\t', 'case.sqlite\u00a0'])(
    '%j ends in white space: refused, and the file without it stays',
    async (name) => {
      const cwd = tempFolder('names')
      await index([archive.files[0]!], 'case.sqlite', [], { cwd })
      writeFileSync(path.join(cwd, name), readFileSync(path.join(cwd, 'case.sqlite')))
      const before = bytesIn(cwd)
      for (const args of [['index', archive.root], ['info']]) {
        const { code, stderr } = await run([...args, '--case', name], { cwd })
        expect({ code, stderr }).toEqual({
          code: 2,
          stderr: expect.stringContaining('white space') as string,
        })
      }
      expect(bytesIn(cwd)).toEqual(before)
    },
  )

  it.each(['-journal', '-wal', '-shm'])('a file of a user called CASE%s: no case is made', async (end) => {
    const cwd = tempFolder('names')
    writeFileSync(path.join(cwd, `case.sqlite${end}`), 'mine')
    const { code } = await run(['index', archive.root, '--case', 'case.sqlite'], { cwd })
    expect(code).toBe(2)
    expect(bytesIn(cwd)).toEqual([`case.sqlite${end} mine`])
  })

  it('a folder of a user called CASE.work: no case is made', async () => {
    const cwd = tempFolder('names')
    mkdirSync(path.join(cwd, 'case.sqlite.work'))
    copyFileSync(archive.files[0]!, path.join(cwd, 'case.sqlite.work', 'a.json.gz'))
    const { code } = await run(['index', archive.root, '--case', 'case.sqlite'], { cwd })
    expect(code).toBe(2)
    expect(readdirSync(path.join(cwd, 'case.sqlite.work'))).toEqual(['a.json.gz'])
    expect(existsSync(path.join(cwd, 'case.sqlite'))).toBe(false)
  })
})

describe('20 runs at once into one case', () => {
  it('one after another or not at all: no other end, a sound case, nothing left', async () => {
    const caseFile = path.join(tempFolder('race'), 'case.sqlite')
    const runs = await Promise.all(
      Array.from({ length: 20 }, () =>
        run(['index', archive.root, '--case', caseFile, '--workers', '1'], { timeout: 900_000 }),
      ),
    )
    const codes = runs.map(({ code }) => code)
    expect(codes.filter((code) => code !== 0 && code !== 11)).toEqual([])
    expect(codes).toContain(0)
    expect(integrity(caseFile)).toBe('ok')
    expect(leftovers(caseFile)).toEqual([])
  })
})
