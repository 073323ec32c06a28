/** Files made for others: whole or not at all, under exactly the name that was asked for, and never among the evidence. */
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeArchive } from '../helpers/archive.js'
import { index, run, start, tempFolder } from '../helpers/cli.js'

const isPosix = process.platform !== 'win32'
const folder = tempFolder('new-files')
const evidence = path.join(folder, 'evidence')
const caseFile = path.join(folder, 'case.sqlite')

beforeAll(async () => {
  makeArchive(evidence, { files: 30, recordsPerFile: 100 })
  writeFileSync(path.join(evidence, 'empty.json'), '')
  await index([evidence], caseFile)
})

/** Each way to make a file of rows: where the name goes, and what else is made. */
const WAYS: readonly (readonly [what: string, argv: (out: string) => string[], ends: readonly string[]])[] = [
  ['handoff', (out) => ['handoff', out, '--all'], ['', '.manifest.json']],
  [
    'handoff --redact',
    (out) => ['handoff', out, '--all', '--redact'],
    ['', '.manifest.json', '.pseudonyms.json'],
  ],
  ...['csv', 'jsonl', 'timesketch'].map(
    (form) =>
      [
        `export ${form}`,
        (out: string) => ['export', form, '--all', '--output', out],
        ['', '.export.json'],
      ] as const,
  ),
]

let made = 0
function newFolder(): string {
  const name = path.join(folder, `out-${++made}`)
  mkdirSync(name)
  return name
}

const withCase = (argv: readonly string[]): string[] => [...argv, '--case', caseFile]

describe.each(WAYS)('%s', (_what, argv, ends) => {
  it('makes its files, and nothing else', async () => {
    const place = newFolder()
    const { code } = await run(withCase(argv('out')), { cwd: place })
    expect(code).toBe(0)
    expect(readdirSync(place).sort()).toEqual(ends.map((end) => `out${end}`).sort())
  })

  it.skipIf(!isPosix).each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'leaves nothing after %s',
    async (signal) => {
      const place = newFolder()
      const out = path.join(place, 'out')
      const { child, done } = start(withCase(argv(out)))
      while (!existsSync(path.join(`${out}.unfinished`, 'out')) && child.exitCode === null)
        await setTimeout(1)
      child.kill(signal)
      const ended = await done
      expect(ended.signal).toBe(signal)
      // What cleans up is another process; the test's own limit ends the wait.
      while (readdirSync(place).length > 0) await setTimeout(20)
      expect((await run(withCase(argv(out)))).code).toBe(0)
    },
  )

  it('explains what a power cut left, and removes nothing of it', async () => {
    const place = newFolder()
    const out = path.join(place, 'out')
    mkdirSync(`${out}.unfinished`)
    writeFileSync(path.join(`${out}.unfinished`, 'out'), 'half of it')
    const { code, stderr } = await run(withCase(argv(out)))
    expect(code).toBe(2)
    expect(stderr).toContain(`rm -r ${out}.unfinished`)
    expect(readFileSync(path.join(`${out}.unfinished`, 'out'), 'utf8')).toBe('half of it')
    expect(readdirSync(place)).toEqual(['out.unfinished'])
  })

  it.skipIf(!isPosix)('ends with 13 on a full disk, and leaves nothing', async () => {
    const place = newFolder()
    const limited = ['bash', '-c', `trap '' XFSZ; ulimit -f 200; exec "$@"`, 'limited']
    const { code, stderr } = await run(withCase(argv(path.join(place, 'out'))), { prefix: limited })
    expect({ code, stderr }).toEqual({ code: 13, stderr: expect.stringContaining('no space left') as string })
    expect(readdirSync(place)).toEqual([])
  })

  it.each(['', '-journal', '-wal', '-shm', ...ends])(
    'writes over no file of the name and %j',
    async (end) => {
      const place = newFolder()
      const mine = path.join(place, `out${end}`)
      writeFileSync(mine, 'mine')
      const { code, stderr } = await run(withCase(argv(path.join(place, 'out'))))
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining('exists already') as string,
      })
      expect(readFileSync(mine, 'utf8')).toBe('mine')
      expect(readdirSync(place)).toEqual([`out${end}`])
    },
  )

  it('takes a path for exactly itself', async () => {
    const place = newFolder()
    writeFileSync(path.join(place, 'notes.db'), 'my notes')
    for (const name of ['notes.db ', 'notes.db\t', 'notes.db\u00a0'])
      expect((await run(withCase(argv(name)), { cwd: place })).code).toBe(2)
    expect(readdirSync(place)).toEqual(['notes.db'])
    for (const name of [':memory:', 'file:x?mode=memory', ' notes.db']) {
      expect((await run(withCase(argv(name)), { cwd: place })).code).toBe(0)
      expect(lstatSync(path.join(place, name)).size).toBeGreaterThan(1000)
    }
    expect(readFileSync(path.join(place, 'notes.db'), 'utf8')).toBe('my notes')
  })

  it('makes nothing in a folder that was indexed, however it is named', async () => {
    const link = path.join(newFolder(), 'link')
    symlinkSync(evidence, link)
    const before = readdirSync(evidence, { recursive: true })
    const deep = path.join(evidence, 'AWSLogs')
    for (const out of [path.join(evidence, 'out'), path.join(deep, 'out'), path.join(link, 'out')]) {
      const { code, stderr } = await run(withCase(argv(out)))
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining('evidence of this case') as string,
      })
    }
    expect((await run(withCase(argv('out')), { cwd: deep })).code).toBe(2)
    expect(readdirSync(evidence, { recursive: true })).toEqual(before)
  })
})

it('a log of questions is not in a folder that was indexed, and no file of the evidence', async () => {
  const alone = path.join(newFolder(), 'empty.json')
  writeFileSync(alone, '')
  const other = path.join(folder, 'other.sqlite')
  await index([alone, path.join(evidence, 'AWSLogs')], other)
  for (const [log, ofCase] of [
    [path.join(evidence, 'log'), caseFile],
    [path.join(evidence, 'empty.json'), caseFile],
    [alone, other],
  ] as const) {
    const { code, stdout, stderr } = await run(['info', '--case', ofCase, '--log', log])
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('evidence of this case') as string,
    })
  }
  expect(existsSync(path.join(evidence, 'log'))).toBe(false)
  expect(readFileSync(alone, 'utf8') + readFileSync(path.join(evidence, 'empty.json'), 'utf8')).toBe('')
})

describe.skipIf(!isPosix)('odd surroundings', () => {
  it('handoff verify takes no pipe or device for a file', async () => {
    const place = newFolder()
    const pipe = path.join(place, 'pipe')
    spawnSync('mkfifo', [pipe])
    const zeros = path.join(place, 'zeros')
    symlinkSync('/dev/zero', zeros)
    const whole = path.join(place, 'whole')
    await run(withCase(['handoff', whole, '--all']))
    rmSync(`${whole}.manifest.json`)
    symlinkSync('/dev/zero', `${whole}.manifest.json`)
    for (const file of [pipe, zeros, whole]) expect((await run(['handoff', 'verify', file])).code).toBe(12)
  })

  it.each([
    ['few open files', 'ulimit -n 40; exec "$@"'],
    ['no current folder', 'mkdir gone && cd gone && rmdir ../gone; exec "$@"'],
    ['no folder for temporary files', 'TMPDIR=/proc/none; export TMPDIR; exec "$@"'],
    ['no memory for files', 'ulimit -f 0; trap "" XFSZ; exec "$@"'],
  ])('%s end no command with 1', async (_what, script) => {
    for (const [, argv] of [...WAYS, ['sql', () => ['sql', 'SELECT 1']], ['info', () => ['info']]] as const) {
      const out = path.join(newFolder(), 'out')
      const { code, stderr } = await run(withCase(argv(out)), {
        cwd: newFolder(),
        prefix: ['bash', '-c', script, 'x'],
      })
      // run() has refused 1 and stack traces.
      expect([0, 2, 13], stderr).toContain(code)
      if (code !== 0) expect(readdirSync(path.dirname(out))).toEqual([])
    }
  })
})
