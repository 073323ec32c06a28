/** Rules over a case: correlations, filters, what is kept, and what cannot be evaluated. */
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { detect, type DetectReport } from '../../src/detect/detect.js'
import { contentOf, query } from '../helpers/cli-case.js'
import { run, tempFolder } from '../helpers/cli.js'
import { BASE, makeCase, writeRules } from './made-case.js'

const at = (second: number): string =>
  new Date(Date.UTC(2024, 4, 6) + second * 1000).toISOString().replace('.000', '')

function event(
  second: number,
  eventName: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return { ...BASE, eventTime: at(second), eventName, ...more }
}

const RULE = (name: string, eventName: string, more = ''): string =>
  `title: ${name}\nname: ${name}\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  a: {eventName: ${eventName}}\n  condition: a\n${more}`

const CORRELATION = (name: string, type: string, rules: string, more: string): string =>
  `title: ${name}\nname: ${name}\nlevel: high\ncorrelation:\n  type: ${type}\n  rules: [${rules}]\n  group-by: [sourceIPAddress]\n${more.replaceAll(/^/gm, '  ')}\n`

async function detected(
  records: readonly Record<string, unknown>[],
  rules: readonly string[],
): Promise<{ caseFile: string; report: DetectReport; groups: (title: string) => string[] }> {
  const caseFile = await makeCase(records)
  const report = await detect({
    casePath: caseFile,
    rulePaths: [writeRules(rules.join('---\n'))],
    withPack: false,
    store: true,
    workers: 0,
    toolVersion: 'test',
  })
  /** Of each hit, the seconds of its events. */
  const groups = (title: string): string[] =>
    query<{ seconds: string }>(
      caseFile,
      `SELECT group_concat(second, ' ') AS seconds FROM (SELECT hit, (event_time_ms - ${Date.UTC(2024, 4, 6)}) / 1000 AS second
       FROM hit_events WHERE title = ? ORDER BY hit, event_time_ms, event_rowid) GROUP BY hit ORDER BY hit`,
      title,
    ).map(({ seconds }) => seconds)
  return { caseFile, report, groups }
}

it('counts events in sliding windows by group', async () => {
  const other = { sourceIPAddress: '203.0.113.9' }
  const { groups, report } = await detected(
    [
      event(50, 'A'),
      event(55, 'A'),
      event(62, 'A'),
      event(70, 'A', other),
      event(71, 'A', other),
      event(500, 'A'),
    ],
    [
      RULE('a', 'A'),
      CORRELATION('Burst', 'event_count', 'a', 'timespan: 15s\ncondition: {gte: 3}'),
      CORRELATION('Exact', 'event_count', 'a', 'timespan: 15s\ncondition: {eq: 2}'),
      CORRELATION('Range', 'event_count', 'a', 'timespan: 1m\ncondition: {gt: 1, lte: 2}'),
    ],
  )
  expect(groups('Burst')).toEqual(['50 55 62'])
  expect(groups('Exact')).toEqual(['70 71'])
  expect(groups('Range')).toEqual(['70 71'])
  expect(report.rules.map(({ title, state, hits }) => [title, state, hits])).toEqual([
    ['a', 'part of', 0],
    ['Burst', 'hit', 1],
    ['Exact', 'hit', 1],
    ['Range', 'hit', 1],
  ])
})

it('counts, sums, averages and ranks values, also of records', async () => {
  const bytes = (n: number): Record<string, unknown> => ({
    additionalEventData: { bytes: n },
    userAgent: `agent-${n}`,
  })
  const { groups } = await detected(
    [event(0, 'A', bytes(1)), event(10, 'A', bytes(2)), event(20, 'A', bytes(9)), event(90, 'A', bytes(1))],
    [
      RULE('a', 'A'),
      CORRELATION('Count', 'value_count', 'a', 'timespan: 30s\ncondition: {field: userAgent, gte: 3}'),
      CORRELATION(
        'Pairs',
        'value_count',
        'a',
        'timespan: 2m\ncondition: {field: [userAgent, eventName], gte: 4}',
      ),
      CORRELATION(
        'Sum',
        'value_sum',
        'a',
        'timespan: 30s\ncondition: {field: additionalEventData.bytes, gt: 11}',
      ),
      CORRELATION(
        'Mean',
        'value_avg',
        'a',
        'timespan: 10s\ncondition: {field: additionalEventData.bytes, gte: 5}',
      ),
      CORRELATION(
        'Median',
        'value_percentile',
        'a',
        'timespan: 30s\ncondition: {field: additionalEventData.bytes, eq: 2}',
      ),
    ],
  )
  expect(groups('Count')).toEqual(['0 10 20'])
  expect(groups('Pairs')).toEqual([])
  expect(groups('Sum')).toEqual(['0 10 20'])
  expect(groups('Mean')).toEqual(['10 20'])
  expect(groups('Median')).toEqual(['0 10 20'])
})

it('finds rules near each other, in order with ties, through aliases and chains', async () => {
  const { groups } = await detected(
    [
      event(0, 'A'),
      event(5, 'B', { sourceIPAddress: '203.0.113.9', requestParameters: { ip: '198.51.100.7' } }),
      event(10, 'B'),
      event(10, 'A'),
      event(100, 'B'),
    ],
    [
      RULE('a', 'A'),
      RULE('b', 'B'),
      CORRELATION('Near', 'temporal', 'a, b', 'timespan: 1m'),
      CORRELATION('Ordered', 'temporal_ordered', 'a, b', 'timespan: 5s'),
      CORRELATION('Reversed', 'temporal_ordered', 'b, a', 'timespan: 9s\ngenerate: true'),
      `title: Alias\ncorrelation:\n  type: temporal_ordered\n  rules: [a, b]\n  aliases: {ip: {a: sourceIPAddress, b: requestParameters.ip}}\n  group-by: [ip]\n  timespan: 5s\n`,
      CORRELATION('Chain', 'event_count', 'Near', 'timespan: 1m\ncondition: {gte: 1}'),
    ],
  )
  expect(groups('Near')).toEqual([])
  expect(groups('Chain')).toEqual(['0 10 10'])
  expect(groups('Ordered')).toEqual(['10 10'])
  expect(groups('Reversed')).toEqual(['10 10'])
  expect(groups('Alias')).toEqual(['0 5'])
  expect(groups('a')).toEqual(['0', '10'])
})

it('finds what is new after a baseline, and what is missing', async () => {
  const from = (sourceIPAddress: string): Record<string, unknown> => ({ sourceIPAddress })
  const by = 'group-by: [userIdentity.arn]'
  const { groups, report } = await detected(
    [
      event(0, 'A'),
      event(50, 'A', from('192.0.2.1')),
      event(100, 'A', from('192.0.2.2')),
      event(101, 'A'),
      event(130, 'B'),
      event(300, 'C'),
    ],
    [
      RULE('a', 'A'),
      RULE('b', 'B'),
      CORRELATION('New', 'new_value', 'a', 'timespan: 1m\ncondition: {field: sourceIPAddress}').replace(
        'group-by: [sourceIPAddress]',
        by,
      ),
      CORRELATION('Unfollowed', 'absence', 'a, b', 'timespan: 40s').replace(
        'group-by: [sourceIPAddress]',
        by,
      ),
      CORRELATION('Unannounced', 'absence', 'b, a', 'timespan: 20s\nmissing: before').replace(
        'group-by: [sourceIPAddress]',
        by,
      ),
    ],
  )
  expect(groups('New')).toEqual(['100'])
  expect(groups('Unfollowed')).toEqual(['0', '50'])
  expect(groups('Unannounced')).toEqual(['130'])
  expect(report.rules.filter(({ state }) => state === 'not evaluated')).toEqual([])
})

it('applies filters, and leaves out events without a field to group by, counted', async () => {
  const filter = `title: F\nlogsource: {product: aws}\nfilter:\n  rules: [a]\n  own: {userAgent: own}\n  condition: not own\n`
  const { groups, report } = await detected(
    [event(0, 'A'), event(1, 'A', { userAgent: 'own' }), event(2, 'A', { userAgent: undefined })],
    [
      RULE('a', 'A'),
      filter,
      CORRELATION('C', 'event_count', 'a', 'timespan: 1m\ncondition: {gte: 1}').replace(
        '[sourceIPAddress]',
        '[userAgent]\n  generate: true',
      ),
    ],
  )
  expect(groups('a')).toEqual(['0', '2'])
  expect(groups('C')).toEqual(['0'])
  expect(report.rules.find(({ title }) => title === 'C')?.reason).toMatch(/^1 events .* left out$/)
})

it('lists each rule that cannot be evaluated or cannot hit, with the reason', async () => {
  const { report } = await detected(
    [event(0, 'A')],
    [
      RULE('Unknown name', 'Nothing'),
      RULE('Absent field', 'A').replace('{eventName: A}', '{eventName: A, requestParameters.x: 1}'),
      RULE('Absent column', 'A').replace('{eventName: A}', '{errorCode: x}'),
      CORRELATION('Itself', 'event_count', 'Itself', 'timespan: 1m\ncondition: {gte: 1}'),
      CORRELATION('Orphan', 'event_count', 'nobody', 'timespan: 1m\ncondition: {gte: 1}'),
      CORRELATION('No bound', 'event_count', 'Itself', 'timespan: 1m'),
      RULE('First', 'A', 'id: same\n'),
      RULE('Second', 'B', 'id: same\n'),
      RULE('Hostile \\u202e\u0007'.replace('\u0007', ''), 'A', 'tags: ["attack.t1\\u0007"]\n'),
      'just text\n',
    ],
  )
  expect(Object.fromEntries(report.rules.map(({ title, reason }) => [title, reason]))).toMatchObject({
    'Unknown name': 'no event has one of its names: nothing',
    'Absent field': 'no record that it looks at has requestParameters.x',
    'Absent column': 'no event has errorCode',
    Itself: 'the correlation names itself, directly or through others',
    Orphan: 'it names nobody, which is not among the rules',
    'No bound': 'event_count needs a condition, such as gte: 10',
    Second: expect.stringMatching(/^its id is that of .*#7, which is evaluated$/) as string,
    First: null,
  })
})

it('keeps results outside the content of the case, and replaces them', async () => {
  const caseFile = await makeCase([event(0, 'A'), event(1, 'B')])
  const before = contentOf(caseFile)
  const info = async (): Promise<unknown> =>
    (JSON.parse((await run(['info', '--case', caseFile, '--json'])).stdout) as { logical_digest: unknown })
      .logical_digest
  const digest = await info()
  for (const name of ['A', 'B'])
    await run(['detect', '--case', caseFile, '--rules', writeRules(RULE('r', name)), '--only-given'])
  expect(contentOf(caseFile)).toEqual(before)
  expect(await info()).toEqual(digest)
  expect(query(caseFile, 'SELECT title, event_name FROM hit_events')).toEqual([
    { title: 'r', event_name: 'B' },
  ])
  expect(query(caseFile, 'SELECT sha256 IS NOT NULL AS known, hits, state FROM rules')).toEqual([
    { known: 1, hits: 1, state: 'hit' },
  ])
  expect((await run(['verify', '--case', caseFile])).code).toBe(0)
  const db = new Database(caseFile)
  db.exec('UPDATE detection_event SET event_rowid = 0')
  db.close()
  const verified = await run(['verify', '--case', caseFile])
  expect(verified.code).toBe(12)
  expect(verified.stdout).toMatch(/the results of detection rules were changed/)
})

it('keeps nothing with --no-store, and finds the same with threads as without', async () => {
  const caseFile = await makeCase([event(0, 'A', { requestParameters: { x: 1 } }), event(1, 'B')])
  const rules = writeRules(RULE('r', 'A').replace('{eventName: A}', '{requestParameters.x: 1}'))
  const args = ['detect', '--case', caseFile, '--rules', rules, '--only-given', '--format', 'jsonl']
  const inline = await run([...args, '--no-store', '--workers', '0'])
  const threads = await run([...args, '--no-store', '--workers', '2'])
  expect(JSON.parse(inline.stdout)).toMatchObject({ title: 'r', hits: 1 })
  expect(threads.stdout).toBe(inline.stdout)
  expect(query(caseFile, "SELECT name FROM sqlite_schema WHERE name LIKE 'detection%'")).toEqual([])
})

it('refuses a path without rules, and goes on after files that are none', async () => {
  const caseFile = await makeCase([event(0, 'A')])
  const missing = await run(['detect', '--case', caseFile, '--rules', `${tempFolder()}/none`])
  expect(missing.code).toBe(2)
  expect(missing.stderr).toMatch(/there are no rules at/)
})
