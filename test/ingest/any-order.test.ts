/** The case depends on the evidence, and not on how it came: in which order, in how many runs, by how many workers. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { makeRecord, put, putLog, type CloudTrailRecord } from '../helpers/archive.js'
import { SOAK, times } from '../helpers/counts.js'
import { sessionRecord } from '../helpers/nasty.js'
import { index, scratch } from '../verify/indexed.js'

/** The columns of a table that say something of the evidence: no number of a row or a run, no time of a run. */
const NOT_EVIDENCE = new Set(['id', 'run_id', 'source_id', 'event_rowid', 'target', 'mtime_ms'])

/** Where a row comes from. Of files with the same bytes the first path names the events, whichever was met first. */
const PLACE = `(SELECT s.path || coalesce(s.member, '') FROM source s WHERE s.id = t.source_id)`
const eventOf = (column: string): string =>
  `(SELECT e.event_id || ':' || e.record_offset || ':' || (SELECT path FROM source WHERE id = e.source_id)
   FROM event e WHERE e.id = t.${column})`
const EVENT = eventOf('event_rowid')

type Rows = Readonly<Record<string, readonly string[]>>

function rowsOf(casePath: string): Rows {
  const db = new Database(casePath, { readonly: true })
  try {
    const all = (sql: string): string[] =>
      (db.prepare(sql).raw().all() as unknown[][]).map((row) => JSON.stringify(row)).sort()
    const columns = (table: string): string =>
      (db.pragma(`table_info(${table})`) as { name: string }[])
        .map(({ name }) => name)
        .filter((name) => !NOT_EVIDENCE.has(name))
        .map((name) => `t.${name}`)
        .join(', ')
    const dictionaries = ['action', 'place', 'caller', 'session', 'address', 'client', 'outcome']
    const others = ['name_of_caller', 'name_of_session', 'identity_name', 'resource', 'resource_role']
    return {
      ...Object.fromEntries(
        [...dictionaries, ...others].map((table) => [table, all(`SELECT * FROM ${table}`)]),
      ),
      event: all(`SELECT ${PLACE}, ${columns('event')} FROM event t`),
      redelivery: all(`SELECT ${PLACE}, ${EVENT}, ${columns('redelivery')} FROM redelivery t`),
      event_resource: all(`SELECT ${EVENT}, t.resource_id, t.role_id, t.event_time_ms FROM event_resource t`),
      aggregate: all(`SELECT ${PLACE}, ${columns('aggregate')} FROM aggregate t`),
      reduced_form: all(
        `SELECT ${PLACE}, ${eventOf('target')}, ${columns('reduced_form')} FROM reduced_form t`,
      ),
      problem: all(`SELECT ${PLACE}, ${columns('problem')} FROM problem t`),
      paths: all('SELECT path, sha256, size, status, records, events, duplicates, replaced FROM source'),
      sources: all(
        `SELECT sha256, content_sha256, kind, shape, count(*), sum(status = 'indexed'), sum(status = 'rejected'), max(records),
         sum(events), max(rejected), sum(duplicates), sum(replaced), row_digest FROM source GROUP BY sha256`,
      ),
    }
  } finally {
    db.close()
  }
}

const folder = scratch()
let files: readonly string[]
let expected: Rows
let alone: string

/** Records that come again, other records of the same eventID, files of the same bytes, and what is no record. */
function makeEvidence(): string[] {
  const twice = makeRecord(1)
  const conflict = (n: number): CloudTrailRecord => makeRecord(2, { userAgent: `other ${n}` })
  const logs = Array.from({ length: 10 }, (_, n) => [
    ...Array.from({ length: 3 }, (_record, at) => sessionRecord(10 * n + at, 20)),
    sessionRecord(10 * n - 10, 20),
    ...(n % 3 === 0 ? [twice] : []),
    ...(n % 4 === 1 ? [conflict(n)] : []),
  ])
  return [
    ...logs.map((records, n) => putLog(folder, `logs/${n}.json${n % 2 === 0 ? '.gz' : ''}`, records)),
    ...[0, 1].map((n) => putLog(folder, `copies/${n}.json.gz`, logs[0]!)),
    // The same content, packed in another way.
    putLog(folder, 'plain.json', logs[2]!),
    ...forms().map((text, n) => put(folder, `forms/${n}.csv`, text)),
    put(folder, 'a-copy-of-forms.csv', forms()[3] ?? ''),
    put(folder, 'empty.json', ''),
    put(folder, 'other.json', ''),
    put(folder, 'notes.txt', 'no logs\n'),
    put(folder, 'cut.json', `{"Records":[${JSON.stringify(makeRecord(90))},{"eventVersion":"1.08","eve`),
    put(
      folder,
      'number.json',
      `{"Records":[{"eventVersion":"1.08","eventID":"n","eventName":7,"sourceIPAddress":[1e400]}]}`,
    ),
  ]
}

/** Exports with other columns each, of events that have their record and of others; some do not agree. */
function forms(): string[] {
  const ids = [makeRecord(1), makeRecord(2), sessionRecord(10, 20)].map(({ eventID }) => String(eventID))
  const exported = [...ids, 'x1', 'x2', 'x3']
  return [
    ['eventname,sourceipaddress', (n: number) => `DeleteTrail,203.0.113.${n % 2}`],
    ['useragent,awsregion', () => 'curl/8,eu-west-3'],
    [
      'eventname,errorcode,remark',
      (n: number) => `${n % 3 === 0 ? 'StopLogging' : 'DeleteTrail'},E${n},zebra`,
    ],
    ['recipientaccountid,sourceipaddress', () => '111122223333,203.0.113.1'],
    ['useridentity.arn,eventtime', () => 'arn:aws:iam::111122223333:user/nina,2024-05-14T00:00:00.5Z'],
    [
      'useridentity.username,eventtime',
      (n: number) => `${n % 2 === 0 ? 'nina' : 'max'},2024-05-14T00:00:00Z`,
    ],
  ].map(([names, cells]) =>
    [
      `eventid,${names as string}`,
      ...exported.map((id, n) => `${id},${(cells as (n: number) => string)(n)}`),
    ].join('\n'),
  )
}

beforeAll(async () => {
  files = makeEvidence()
  alone = path.join(scratch(), 'case.sqlite')
  await index(alone, files)
  expected = rowsOf(alone)
  expect(expected['event']?.length).toBeGreaterThan(30)
  expect(expected['redelivery']?.length).toBeGreaterThan(10)
  expect(expected['problem']?.length).toBeGreaterThan(3)
  expect(expected['reduced_form']?.length).toBeGreaterThan(10)
})

function partsOf(order: readonly string[], runs: number): string[][] {
  return Array.from({ length: runs }, (_, run) => order.filter((_file, at) => at % runs === run))
}

it(
  'has the same rows for every order of files, 1 to 5 runs, and 0, 1, 2 and 4 workers',
  { timeout: 3_600_000, tags: SOAK },
  async () => {
    const property = fc.asyncProperty(
      fc.integer(),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(0, 1, 2, 4),
      async (seed, runs, workers) => {
        const order = files.toSorted((a, b) => (keyOf(seed, a) < keyOf(seed, b) ? -1 : 1))
        const casePath = path.join(scratch(), 'case.sqlite')
        for (const part of partsOf(order, runs)) await index(casePath, part, { workers })
        const found = rowsOf(casePath)
        for (const [table, rows] of Object.entries(expected))
          expect({ table, rows: found[table] }).toEqual({ table, rows })
      },
    )
    await fc.assert(property, { numRuns: times(8, 300), seed: 11, endOnFailure: true })
  },
)

function keyOf(seed: number, file: string): string {
  return createHash('sha256').update(`${seed} ${file}`).digest('hex')
}
