/** What find shows, and what export writes of the same question: events, lines of access logs and counts, in one order of time. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import Export from '../../src/commands/export.js'
import FindPrincipal from '../../src/commands/find/principal.js'
import FindResource from '../../src/commands/find/resource.js'
import FindText from '../../src/commands/find/text.js'
import FindWindow from '../../src/commands/find/window.js'
import { ACCESS_COLUMNS, AGGREGATE_COLUMNS, EVENT_COLUMNS } from '../../src/model/event.js'
import { BOTH_KINDS, EVENT, LINES, putBothKinds } from '../helpers/both-kinds.js'
import { accessLine } from '../helpers/access-lines.js'
import type { Ran } from '../cli/in-process.js'
import { index, runCommand, scratch } from '../verify/indexed.js'

const CASE = path.join(scratch(), 'case.sqlite')

beforeAll(async () => {
  const folder = scratch()
  putBothKinds(folder)
  await index(CASE, [folder])
})

type Row = Record<string, unknown>

const exported = (...argv: string[]): Promise<Ran> => runCommand(Export, ...argv, '--case', CASE)

const linesOf = (text: string): Row[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)

/** What a window has to say where an export says --all. */
const EVER = ['--since', '2024-03-01']

describe('export jsonl writes what find --format jsonl --records shows', () => {
  it.each<[string, unknown, readonly string[], readonly string[]]>([
    ['everything', FindWindow, ['--since', '2024-03-01'], ['--all']],
    ['a window', FindWindow, ['--since', '2024-03-04T00:01'], ['--since', '2024-03-04T00:01']],
    ['a resource', FindResource, ['logs-1'], ['--resource', 'logs-1']],
    ['a principal', FindPrincipal, ['alice', '--namesakes'], ['--principal', 'alice', '--namesakes']],
    ['words', FindText, ['"report 3"'], ['--text', '"report 3"']],
    ['an expression', FindText, ['curl OR boto*', '--match'], ['--text', 'curl OR boto*', '--match']],
    ['lines only', FindWindow, [...EVER, '--kind', 'access-log'], ['--kind', 'access-log']],
    [
      'events and counts',
      FindWindow,
      [...EVER, '--kind', 'event', '--kind', 'aggregate'],
      ['--kind', 'event', '--kind', 'aggregate'],
    ],
    ['failures', FindWindow, [...EVER, '--error'], ['--error']],
    ['around an event', FindWindow, ['--around', 'the-event', '±1m'], ['--around', 'the-event', '±1m']],
    [
      'between two',
      FindWindow,
      ['--between', 'the-event..2024-03-04T00:02:00Z'],
      ['--between', 'the-event..2024-03-04T00:02:00Z'],
    ],
  ])('%s', async (_name, command, asked, selected) => {
    const found = await runCommand(command, ...asked, '--case', CASE, '--format', 'jsonl', '--records')
    const { stdout, exit } = await exported('jsonl', ...selected)
    expect(exit).toBe(0)
    expect(linesOf(stdout).length).toBeGreaterThan(0)
    // A diff of two long texts would not be read.
    expect(stdout === found.stdout).toBe(true)
  })
})

it('prints how many of each, and what a filter leaves out', async () => {
  const { stderr } = await exported('jsonl', '--all')
  expect(stderr).toContain(
    `${BOTH_KINDS.events} events, ${BOTH_KINDS.lines} lines of access logs, ${BOTH_KINDS.counts} count of aggregated events`,
  )
  const account = await exported('jsonl', '--account', '111122223333')
  expect(account.stderr).toContain('access-log lines have no field for --account: they are left out')
  expect(linesOf(account.stdout).every(({ kind }) => kind !== 'access-log')).toBe(true)
  expect((await exported('csv', '--kind', 'access-log', '--text', 'nobody')).stderr).toContain(
    '0 lines of access logs',
  )
})

it('timesketch: one timeline, in order, that says of each what it is, with the exact line', async () => {
  const { stdout } = await exported('timesketch', '--all')
  const rows = linesOf(stdout)
  const times = rows.map(({ timestamp }) => Number(timestamp))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(new Set(rows.map(({ timestamp_desc }) => timestamp_desc))).toEqual(
    new Set(['Event Time', 'Request Time', 'Start Time']),
  )
  const written = rows.flatMap(({ access_log_line: line }) => (line === undefined ? [] : [line]))
  expect(written.toSorted()).toEqual(LINES.map(accessLine).toSorted())
  for (const { message, datetime, data_type } of rows) {
    expect(message).toMatch(/\S/)
    expect(datetime).toMatch(/\+00:00$/)
    expect(data_type).toMatch(/^aws:(cloudtrail:(entry|aggregate)|s3:access_log:line)$/)
  }
})

/** As another program reads it. */
function csvRows(text: string): Record<string, string>[] {
  const script = 'import csv, json, sys; print(json.dumps(list(csv.DictReader(sys.stdin))))'
  const { stdout } = spawnSync('python3', ['-c', script], { input: text, encoding: 'utf8' })
  return JSON.parse(stdout) as Record<string, string>[]
}

it('csv: every column of every kind, and no cell is a formula', async (test) => {
  if (spawnSync('python3', ['--version']).error !== undefined) test.skip('no python3 here')
  const { stdout, stderr } = await exported('csv', '--all')
  const rows = csvRows(stdout)
  expect(Object.keys(rows[0]!)).toEqual([
    ...EVENT_COLUMNS,
    'kind',
    'request_parameters',
    'response_elements',
    'resources',
    ...ACCESS_COLUMNS,
    ...AGGREGATE_COLUMNS,
  ])
  expect(rows).toHaveLength(BOTH_KINDS.events + BOTH_KINDS.lines + BOTH_KINDS.counts)
  for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
  const hostile = rows.filter(({ user_agent }) => user_agent === "'=HYPERLINK(1)")
  expect(hostile).toHaveLength(1)
  expect(hostile[0]).toMatchObject({ kind: 'access-log', object_key: "'@SUM(A1)", referer: "'+1" })
  expect(stderr).toMatch(/could be taken for a formula/)
  const only = await exported('csv', '--kind', 'event')
  expect(only.stdout.split('\n')[0]).toBe(
    [...EVENT_COLUMNS, 'kind', 'request_parameters', 'response_elements', 'resources'].join(','),
  )
})

it('with --output the sidecar counts every kind', async () => {
  const file = path.join(scratch(), "odd name'; $(x) =1.csv")
  expect(await exported('csv', '--all', '--output', file)).toMatchObject({ exit: 0, stdout: '' })
  const sidecar = JSON.parse(readFileSync(`${file}.export.json`, 'utf8')) as unknown
  expect(sidecar).toMatchObject({
    sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
    events: BOTH_KINDS.events,
    access_log_lines: BOTH_KINDS.lines,
    aggregates: BOTH_KINDS.counts,
    kinds: ['event', 'access-log', 'aggregate'],
  })
})

it('keeps what find says of digests out of a case where none were validated', async () => {
  const [row] = linesOf((await exported('jsonl', '--request', EVENT.requestID, '--kind', 'event')).stdout)
  expect(row).not.toHaveProperty('digest_state')
})
