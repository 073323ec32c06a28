/** Values that no column can hold as they are: null with a problem, never another value, and `verify` finds nothing. */
import path from 'node:path'
import { expect, it } from 'vitest'
import { verifyCase } from '../../src/verify/case/verify-case.js'
import { accessLine, makeAccessLines } from '../helpers/access-lines.js'
import { makeRecord, put } from '../helpers/archive.js'
import { AGGREGATED } from '../helpers/both-kinds.js'
import { query } from '../helpers/cli-case.js'
import { makeTar } from '../helpers/containers.js'
import { index, scratch } from './indexed.js'

async function findings(casePath: string): Promise<string[]> {
  const found: string[] = []
  const plan = { casePath, quick: false, sample: null, reread: null, workers: 0, toolVersion: '0.0.0-test' }
  await verifyCase(plan, {
    findings: (list) => void found.push(...list.map(({ check, detail }) => `${check} ${detail}`)),
    progress: () => undefined,
  })
  return found
}

/** Cells with a fraction, which no column has, or with a zero byte, where other readers of SQLite stop. */
function oddCells(casePath: string): unknown[] {
  const columns = query<{ name: string; column: string }>(
    casePath,
    `SELECT m.name AS name, c.name AS "column" FROM sqlite_schema m, pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT LIKE '%\\_text%' ESCAPE '\\' AND m.name <> 'segment'`,
  )
  return columns.flatMap(({ name, column }) =>
    query(
      casePath,
      `SELECT '${name}.${column}' AS "where", "${column}" AS value FROM "${name}"
       WHERE typeof("${column}") = 'real' OR (typeof("${column}") = 'text' AND instr("${column}", char(0)) > 0)`,
    ),
  )
}

/** JSON numbers as they can be written, of which no column may hold another than is written. */
const NUMBERS = [
  '7.5',
  '1e400',
  '-1e400',
  '12345678901234567890',
  '9007199254740993',
  '1e300',
  '"7"',
  '{}',
  '[1]',
  'true',
]

it('counts of aggregated events', async () => {
  const folder = scratch()
  const aggregated = (value: string, n: number): string =>
    JSON.stringify({ ...AGGREGATED, eventId: `count-${n}` })
      .replace('"value":7', `"value":${value}`)
      .replace('2024-03-04T00:05:00Z', n % 2 === 0 ? '2024-02-31T00:05:00Z' : '2024-03-04T00:05:00Z')
  put(folder, 'in/a.json', `[${[...NUMBERS, '9007199254740991', 'null'].map(aggregated).join(',')}]`)
  const file = path.join(folder, 'case.sqlite')
  await index(file, [path.join(folder, 'in')])
  const values = query<{ value: number | null }>(
    file,
    'SELECT value FROM aggregate WHERE is_primary ORDER BY id',
  )
  expect(values.map(({ value }) => value)).toEqual([...NUMBERS.map(() => null), 9007199254740991, null])
  const problems = query<{ event_id: string; detail: string }>(
    file,
    "SELECT event_id, detail FROM problem WHERE kind = 'bad-field' ORDER BY id",
  )
  const ofValue = problems.filter(({ detail }) => detail.startsWith('aggregated event: value '))
  expect(ofValue.map(({ event_id }) => event_id)).toEqual(NUMBERS.map((_, n) => `count-${n}`))
  expect(ofValue.slice(0, 2).map(({ detail }) => detail)).toEqual([
    'aggregated event: value 7.5 is no whole number up to 9007199254740991',
    'aggregated event: value Infinity is no whole number up to 9007199254740991',
  ])
  expect(problems.filter(({ detail }) => detail.includes('windowEnd'))).toHaveLength(6)
  expect(query(file, 'SELECT count(*) AS n FROM aggregate WHERE window_end_ms IS NULL')).toEqual([{ n: 12 }])
  expect(await findings(file)).toEqual([])
})

it('numbers, zero bytes and times in lines of access logs', async () => {
  const folder = scratch()
  const [first, second, third, fourth] = makeAccessLines(4).map(accessLine)
  const large = first!.replace(
    / (\S+) (\S+) (\S+) (\S+) "-"/,
    ' 12345678901234567890 9007199254740993 7 1 "-"',
  )
  expect(large).not.toBe(first)
  const lines = [
    large,
    second!.replace('"aws-cli', '"\0aws-cli').replace('curl', '\0curl'),
    third!.replace('04/Mar/2024', '31/Feb/2024'),
    fourth!.replace(/:\d\d \+0000\]/, ':75 +0000]'),
  ]
  put(folder, 'in/access.log', lines.join('\n'))
  const file = path.join(folder, 'case.sqlite')
  await index(file, [path.join(folder, 'in')])
  expect(
    query(file, 'SELECT bytes_sent, object_size, total_ms, turn_around_ms FROM access_log LIMIT 1'),
  ).toEqual([{ bytes_sent: null, object_size: null, total_ms: 7, turn_around_ms: 1 }])
  expect(query(file, 'SELECT kind, detail FROM problem ORDER BY id')).toEqual([
    { kind: 'bad-field', detail: 'Bytes Sent is 12345678901234567890, over 9007199254740991' },
    { kind: 'bad-field', detail: 'Object Size is 9007199254740993, over 9007199254740991' },
    { kind: 'nul-bytes', detail: 'zero bytes: ␀ in the columns' },
    { kind: 'bad-record', detail: 'not a line of an S3 server access log' },
    { kind: 'bad-record', detail: 'not a line of an S3 server access log' },
  ])
  expect(oddCells(file)).toEqual([])
  expect(await findings(file)).toEqual([])
})

it('numbers, surrogates and zero bytes in records, wrapped or not', async () => {
  const folder = scratch()
  const record = (n: number): string => JSON.stringify(makeRecord(n))
  const odd = '\\ud800\\u0000x'
  const strings = (text: string): string =>
    text
      .replace(/"eventID":"[^"]*"/, `"eventID":"id${odd}"`)
      .replace(/"awsRegion":"[^"]*"/, `"awsRegion":"${odd}"`)
      .replace(/"userAgent":"[^"]*"/, `"userAgent":"${odd}"`)
      .replace(/"eventTime":"[^"]*"/, `"eventTime":"${'😀'.repeat(50)}${odd}"`)
  const numbers = NUMBERS.map((number, n) =>
    record(n)
      .replace(/"requestID":"[^"]*"/, `"requestID":${number}`)
      .replace(/"errorCode":"[^"]*"/, ''),
  )
  const all = [...numbers, strings(record(50))]
  put(folder, 'in/plain.json', `{"Records":[${all.join(',')}]}`)
  // The escape is the wrapper's: what it holds has the surrogate itself.
  const wrapped = [strings(record(51)), record(60).replace(/"requestID":"[^"]*"/, '"requestID":1e400')].map(
    (text) =>
      `{"Events":[{"CloudTrailEvent":${JSON.stringify(text).replaceAll('\\\\ud800', '\\ud800').replaceAll('\\\\u0000', '\\\\u0000')}}]}`,
  )
  put(folder, 'in/wrapped.json', wrapped.join('\n'))
  put(
    folder,
    'in/odd.csv',
    `eventid,eventname,eventsource,eventtime,awsregion\nid\0x,A\0b,s3.amazonaws.com,2024-03-04T00:00:00Z,\0\n`,
  )
  const file = path.join(folder, 'case.sqlite')
  await index(file, [path.join(folder, 'in')])
  expect(query(file, 'SELECT count(*) AS n FROM event').at(0)).toEqual({ n: all.length + 3 })
  const ids = query<{ request_id: string | null }>(file, 'SELECT DISTINCT request_id FROM event')
  expect(
    ids
      .map(({ request_id }) => request_id)
      .filter((id) => id !== null && !id.includes('-'))
      .sort(),
  ).toEqual(['7', '7.5', 'true'])
  expect(oddCells(file)).toEqual([])
  expect(await findings(file)).toEqual([])
})

it('years, days and minutes that no calendar has are no other time', async () => {
  const folder = scratch()
  const times = [
    '0050-01-01T00:00:00Z',
    '2024-00-15T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-02-30T00:00:00Z',
    '2024-01-01T10:61:00Z',
    '2024-01-01T10:00:60Z',
    '2024-01-01T10:00:60.5+01:00',
  ]
  const records = times.map((eventTime, n) => makeRecord(n, { eventTime }))
  put(
    folder,
    'in/a.json',
    JSON.stringify({ Records: [...records, makeRecord(99, { eventTime: '2024-02-29T23:59:59.999+01:00' })] }),
  )
  const file = path.join(folder, 'case.sqlite')
  await index(file, [path.join(folder, 'in')])
  expect(query(file, 'SELECT event_time_ms FROM event WHERE event_time_ms IS NOT NULL')).toEqual([
    { event_time_ms: Date.UTC(2024, 1, 29, 22, 59, 59, 999) },
  ])
  const bad = query<{ detail: string }>(
    file,
    "SELECT detail FROM problem WHERE kind = 'bad-time' ORDER BY id",
  )
  expect(bad.map(({ detail }) => detail)).toEqual(times.map((time) => `eventTime "${time}"`))
})

it('a tar whose header claims more bytes than can be counted is damage', async () => {
  const folder = scratch()
  const tar = Buffer.from(
    await makeTar([
      { name: 'a.json', bytes: Buffer.from(JSON.stringify({ Records: [makeRecord(1)] })) },
      { name: 'b.json', bytes: Buffer.from('{}') },
    ]),
  )
  const second = tar.indexOf('b.json')
  tar.fill(0xff, second + 125, second + 136)
  tar[second + 124] = 0x80
  tar.fill(0x20, second + 148, second + 156)
  const sum = tar.subarray(second, second + 512).reduce((total, byte) => total + byte, 0)
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, second + 148, 'latin1')
  put(folder, 'in/evidence.tar', tar)
  const file = path.join(folder, 'case.sqlite')
  await index(file, [path.join(folder, 'in')])
  expect(query(file, 'SELECT count(*) AS n FROM event')).toEqual([{ n: 1 }])
  expect(query(file, "SELECT kind FROM problem WHERE kind = 'bad-container'")).toHaveLength(1)
  expect(await findings(file)).toEqual([])
})
