import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendQuestion, isQuestion, verifyLog } from '../../src/cli/question-log.js'
import Export from '../../src/commands/export.js'
import FindWindow from '../../src/commands/find/window.js'
import Handoff from '../../src/commands/handoff/index.js'
import LogVerify from '../../src/commands/log/verify.js'
import Coverage from '../../src/commands/coverage.js'
import DigestVerify from '../../src/commands/digest/verify.js'
import HandoffVerify from '../../src/commands/handoff/verify.js'
import Index from '../../src/commands/index/index.js'
import Info from '../../src/commands/info.js'
import Selftest from '../../src/commands/selftest.js'
import Verify from '../../src/commands/verify.js'
import Show from '../../src/commands/show.js'
import { EVENTS, tinyCase } from '../helpers/tiny-case.js'
import { tempFolder } from '../helpers/temp-folder.js'
import { runCommand, type Ran, type RunnableCommand } from './in-process.js'

const tiny = tinyCase()
const folder = tempFolder('log')
let number = 0
beforeAll(() => {
  // As oclif names it from its file.
  FindWindow.id = 'find:window'
  DigestVerify.id = 'digest:verify'
  HandoffVerify.id = 'handoff:verify'
  LogVerify.id = 'log:verify'
})
afterAll(() => {
  for (const command of [FindWindow, DigestVerify, HandoffVerify, LogVerify])
    Reflect.deleteProperty(command, 'id')
})

const newLog = (): string => path.join(folder, `log-${++number}.jsonl`)
const run = (command: unknown, ...argv: string[]): Promise<Ran> =>
  runCommand(command as RunnableCommand, ...argv, '--case', tiny.path)
const linesOf = (log: string): Record<string, unknown>[] =>
  readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

function threeLines(): string {
  const log = newLog()
  for (const rows of [1, 2, 3])
    appendQuestion(log, { case: tiny.path, argv: ['find', `${rows}`], exit: 0, rows })
  return log
}

describe('a log of questions', () => {
  it('has one line for each question, with what was asked and shown', async () => {
    const log = newLog()
    await run(FindWindow, '--since', '2023-07-10', '--limit', '3', '--log', log)
    await run(Show, EVENTS[0]!.eventId, '--log', log)
    await run(Show, 'none', '--log', log)
    await run(Export, 'csv', '--all', '--log', log)
    await run(Handoff, path.join(folder, 'out.sqlite'), '--all', '--log', log)
    await run(FindWindow, '--since', 'nonsense', '--log', log)
    const lines = linesOf(log)
    expect(lines.map(({ rows, exit }) => [rows, exit])).toEqual([
      [3, 0],
      [1, 0],
      [null, 2],
      [8, 0],
      [8, 0],
      [null, 2],
    ])
    expect(lines[0]).toMatchObject({
      case: tiny.path,
      case_bytes: statSync(tiny.path).size,
      argv: ['find:window', '--since', '2023-07-10', '--limit', '3', '--log', log, '--case', tiny.path],
      previous: null,
    })
    expect(String(lines[0]!['time'])).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    expect(lines[0]!['user']).toEqual(expect.any(String))
    expect(verifyLog(log)).toEqual({
      lines: 6,
      first: lines[0]!['time'],
      last: lines[5]!['time'],
      lastHash: lines[5]!['hash'],
      findings: [],
    })
    expect(statSync(log).mode & 0o777).toBe(0o600)
  })

  it('is named by the environment too, and holds questions only', async () => {
    const log = newLog()
    process.env['COLDTRAIL_LOG'] = log
    try {
      await run(Show, EVENTS[0]!.eventId)
      await run(LogVerify, log)
    } finally {
      delete process.env['COLDTRAIL_LOG']
    }
    expect(linesOf(log)).toHaveLength(1)
    expect(['find:text', 'sql', 'handoff', 'export'].every(isQuestion)).toBe(true)
    expect(['handoff:verify', 'log:verify', 'index', 'selftest'].some(isQuestion)).toBe(false)
  })

  it.each([
    ['coverage', Coverage, [], null],
    ['coverage of one section', Coverage, ['--section', 'days'], expect.any(Number) as number],
    ['info', Info, [], null],
    ['verify', Verify, ['--quick'], expect.any(Number) as number],
    ['digest verify', DigestVerify, [], expect.any(Number) as number],
  ])('has a line for %s, which is not answered without one', async (_, command, argv, rows) => {
    const log = newLog()
    const { exit } = await run(command, ...argv, '--log', log)
    expect(linesOf(log)).toMatchObject([{ exit, rows }])
    const nowhere = await run(command, ...argv, '--log', path.join(folder, 'none', 'log'))
    expect(nowhere).toMatchObject({ exit: 2, stdout: '' })
    expect(nowhere.stderr).toContain('cannot write the log')
  })

  it.each([
    ['index', Index, [folder]],
    ['selftest', Selftest, []],
    ['handoff verify', HandoffVerify, ['out.sqlite']],
  ])('is not for %s, which does not pass over it in silence', async (_, command, argv) => {
    const log = newLog()
    const { exit, stderr } = await run(command, ...argv, '--log', log)
    expect(exit).toBe(2)
    expect(stderr).toContain('--log records queries of a case')
    expect(existsSync(log)).toBe(false)
  })

  it('must be writable, and a log, before there is an answer', async () => {
    const missing = await run(Show, EVENTS[0]!.eventId, '--log', path.join(folder, 'none', 'log'))
    expect(missing).toMatchObject({ exit: 2, stdout: '' })
    const other = newLog()
    writeFileSync(other, 'notes of mine\n')
    expect(await run(Show, EVENTS[0]!.eventId, '--log', other)).toMatchObject({ exit: 12, stdout: '' })
    expect(readFileSync(other, 'utf8')).toBe('notes of mine\n')
  })

  it('follows from line to line, of any length', () => {
    const log = newLog()
    for (let rows = 0; rows < 20; rows++)
      appendQuestion(log, { case: tiny.path, argv: ['x'.repeat(rows * 500)], exit: 0, rows })
    expect(verifyLog(log)).toMatchObject({ lines: 20, findings: [] })
  })
})

describe('verifyLog', () => {
  const change = (log: string, edit: (lines: string[]) => readonly string[]): string[] => {
    writeFileSync(log, `${edit(readFileSync(log, 'utf8').trimEnd().split('\n')).join('\n')}\n`)
    return [...verifyLog(log).findings]
  }

  it('finds a changed, removed, inserted, swapped and broken line', () => {
    const edits: [(lines: string[]) => readonly string[], string][] = [
      [([a, b, c]) => [a!, b!.replace('"rows":2', '"rows":0'), c!], 'line 2 was changed'],
      [([a, b, c]) => [a!, b!.replace('"rows":2', '"rows":2,"rows":2'), c!], 'line 2 is not a line'],
      [([a, , c]) => [a!, c!], 'line 2 does not follow'],
      [([, b, c]) => [b!, c!], 'line 1 does not follow'],
      [([a, b, c]) => [a!, b!, b!, c!], 'line 3 does not follow'],
      [([a, b, c]) => [a!, c!, b!], 'line 2 does not follow'],
      [([a, b, c]) => [a!, b!.slice(0, 40), c!], 'line 2 is not a line'],
    ]
    for (const [edit, finding] of edits) expect(change(threeLines(), edit)[0]).toContain(finding)
    expect(change(threeLines(), (lines) => lines)).toEqual([])
  })

  it('finds a line that was not written to its end, and adds nothing to it', () => {
    const log = threeLines()
    writeFileSync(log, readFileSync(log, 'utf8').slice(0, -1))
    expect(verifyLog(log).findings[0]).toContain('not written to its end')
    expect(() => {
      appendQuestion(log, { case: '', argv: [], exit: 0, rows: 0 })
    }).toThrow('does not end in a line')
  })

  it('has a last hash that shows whether the end was cut off', () => {
    const log = threeLines()
    const { lastHash } = verifyLog(log)
    expect(change(log, (lines) => lines.slice(0, 2))).toEqual([])
    expect(verifyLog(log).lastHash).not.toBe(lastHash)
  })
})

describe('log verify', () => {
  it('says how many, until when, and the hash to note', async () => {
    const log = threeLines()
    const { lastHash } = verifyLog(log)
    const { stdout, stderr, exit } = await run(LogVerify, log)
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 0 })
    expect(stderr).toMatch(/^3 questions, \d{4}-.*Z to \d{4}-.*Z\n/)
    expect(stderr).toContain(`last hash ${lastHash}\nno findings\n`)
  })

  it('names each line that does not follow, with 12', async () => {
    const log = threeLines()
    writeFileSync(log, readFileSync(log, 'utf8').replace('"rows":2', '"rows":0'))
    const { stdout, exit } = await run(LogVerify, '--log', log)
    expect({ stdout, exit }).toEqual({ stdout: `${log}: line 2 was changed\n`, exit: 12 })
  })

  it('says once that a file is no log', async () => {
    const other = path.join(folder, 'other.txt')
    writeFileSync(other, 'one\ntwo\n{"three":3}\n')
    const { stdout, exit } = await run(LogVerify, other)
    expect(exit).toBe(12)
    expect(stdout).toBe(`${other}: this is no log of questions: none of its lines is a line of one\n`)
  })

  it('wants a log', async () => {
    expect((await run(LogVerify)).exit).toBe(2)
    expect((await run(LogVerify, path.join(folder, 'none'))).exit).toBe(2)
  })
})
