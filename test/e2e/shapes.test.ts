/** The same ten records in every shape are the same events, each with its exact text. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import Database from 'better-sqlite3'
import { makeRecord, put, type CloudTrailRecord } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import { SAMPLES, type ShapeSample } from '../helpers/shapes.js'
import { index, scratch } from '../verify/indexed.js'
import { RecordReader } from '../../src/store/record-reader.js'

const RECORDS = Array.from({ length: 10 }, (_, n) =>
  makeRecord(
    n,
    n % 3 === 0 ? { requestParameters: { text: 'a "quoted", \u00fcml\u00e4ut \\ \n line, {brace}' } } : {},
  ),
)
const COLUMNS =
  'event_id, event_time, event_name, event_source, aws_region, request_id, recipient_account_id, principal, source_ip_address, user_agent, error_code'
const KEPT = 'event_id, event_time, event_name, event_source'

const folder = scratch()
const nameOf = ({ shape, file }: ShapeSample): string => `${shape}-${file}`

async function indexed(name: string, content: string | Buffer): Promise<{ file: string; rejected: number }> {
  const file = path.join(folder, `${name}.sqlite`)
  const { records } = await index(file, [put(folder, `in/${name}`, content)])
  expect({ name, found: records.found }).toEqual({
    name,
    found: records.events + records.duplicates + records.replaced + records.rejected,
  })
  return { file, rejected: records.rejected }
}

describe('every shape', () => {
  let expected: unknown[]
  let expectedKept: unknown[]
  beforeAll(async () => {
    const { file } = await indexed('plain.json', JSON.stringify({ Records: RECORDS }))
    expected = query(file, `SELECT ${COLUMNS} FROM events ORDER BY event_id`)
    expectedKept = query(file, `SELECT ${KEPT} FROM events ORDER BY event_id`)
  })

  it.each(SAMPLES.map((sample) => [nameOf(sample), sample] as const))('%s', async (name, sample) => {
    const content = sample.wrap(RECORDS)
    const { file, rejected } = await indexed(name, content)
    expect({
      rejected,
      kinds: query(file, "SELECT kind, detail FROM problem WHERE kind <> 'not-a-record'"),
    }).toEqual({
      rejected: 0,
      kinds: [],
    })
    expect(query(file, 'SELECT shape, status FROM source')).toEqual([
      { shape: sample.shape, status: 'indexed' },
    ])
    const reduced = sample.reduced === true
    const columns = reduced ? KEPT : COLUMNS
    const found = query(file, `SELECT ${columns} FROM events ORDER BY event_id`)
    expect(found).toEqual(reduced ? expectedKept : expected)
    // ECS has no eventTime: its @timestamp is used, which has a flag.
    const time = name === 'elasticsearch-ecs.json' ? 16 : 0
    expect(query(file, 'SELECT DISTINCT flags FROM event')).toEqual([{ flags: (reduced ? 4 : 0) + time }])
    if (!reduced) expectTexts(file, RECORDS)
  })
})

/** The exact text, through the locator. */
function expectTexts(file: string, records: readonly CloudTrailRecord[]): void {
  const db = new Database(file, { readonly: true })
  const reader = new RecordReader(db)
  const rows = db.prepare('SELECT * FROM event').all() as {
    event_id: string
    source_id: number
    record_offset: number
    record_length: number
    locator: string | null
  }[]
  for (const row of rows) {
    const bytes = reader.read(row.source_id, row.record_offset, row.record_length, row.locator)
    const record = records.find(({ eventID }) => eventID === row.event_id)
    expect(JSON.parse(bytes.toString('utf8'))).toEqual(record)
    if (row.locator !== null && !bytes.includes(10))
      expect(bytes.toString('utf8')).toBe(JSON.stringify(record))
  }
  db.close()
}

describe('reduced forms', () => {
  const reduced = SAMPLES.find(({ shape }) => shape === 'console-csv')!
  it.each([
    ['before the full records', 'a.csv', 'b.json'],
    ['behind the full records', 'b.csv', 'a.json'],
  ])('give way to full records, %s', async (_, csv, json) => {
    const root = path.join(folder, `both-${csv}`)
    put(root, csv, reduced.wrap(RECORDS))
    put(root, json, JSON.stringify({ Records: RECORDS.slice(0, 7) }))
    const file = path.join(folder, `${csv}.sqlite`)
    const { records } = await index(file, [root])
    expect(records).toEqual({ found: 17, events: 10, duplicates: 0, replaced: 7, rejected: 0 })
    expect(
      query(file, 'SELECT flags, appearances, count(*) AS n FROM event GROUP BY 1, 2 ORDER BY 1'),
    ).toEqual([
      { flags: 0, appearances: 2, n: 7 },
      { flags: 4, appearances: 1, n: 3 },
    ])
    expect(query(file, 'SELECT count(*) AS n FROM appearances')).toEqual([{ n: 17 }])
  })

  it('give way in a later run, with all their appearances', async () => {
    const file = path.join(folder, 'later.sqlite')
    const rows = SAMPLES.filter((sample) => sample.reduced === true)
    for (const [at, sample] of rows.entries()) {
      await index(file, [put(folder, `later/${String(at)}${sample.file}`, sample.wrap(RECORDS))])
    }
    await index(file, [put(folder, 'later/full.json', JSON.stringify({ Records: RECORDS }))])
    expect(query(file, 'SELECT flags, appearances, count(*) AS n FROM event GROUP BY 1, 2')).toEqual([
      { flags: 0, appearances: rows.length + 1, n: 10 },
    ])
    expect(
      query(file, 'SELECT sum(events) AS e, sum(duplicates) AS d, sum(replaced) AS r FROM source'),
    ).toEqual([{ e: 10, d: 0, r: rows.length * 10 }])
  })
})

it('lenient reads curly quotes, and marks the event', async () => {
  const seed = path.resolve(import.meta.dirname, '../../fixtures/seeds/fsx-tag-resource-curly.json')
  const strict = path.join(folder, 'strict.sqlite')
  expect((await index(strict, [seed])).records.events).toBe(0)
  const file = path.join(folder, 'lenient.sqlite')
  const { records } = await index(file, [seed], { lenient: true })
  expect(records.events).toBe(1)
  expect(query(file, 'SELECT event_name, flags, principal_type FROM events')).toEqual([
    { event_name: 'TagResource', flags: 8, principal_type: 'Root' },
  ])
  expect(readFileSync(seed).length).toBe(
    query<{ n: number }>(file, 'SELECT content_size AS n FROM source')[0]!.n,
  )
})

it('reads what Excel saves as Unicode text: UTF-16, tabs between the cells', async () => {
  const row = ({ eventID, eventName, eventTime }: CloudTrailRecord): string =>
    [eventID, eventName, eventTime, 'Müller, "M." \t'].map(excelCell).join('\t')
  const text = ['Event ID', 'Event name', 'Event time', 'User name'].join('\t')
  const content = Buffer.from(`\ufeff${[text, ...RECORDS.map(row)].join('\r\n')}\r\n`, 'utf16le')
  const { file } = await indexed('unicode.txt', content)
  expect(query(file, 'SELECT kind FROM problem')).toEqual([{ kind: 'utf-16' }])
  expect(query(file, 'SELECT DISTINCT shape FROM source')).toEqual([{ shape: 'lake-csv' }])
  expect(query(file, 'SELECT count(*) AS n, min(user_name) AS name FROM events')).toEqual([
    { n: 10, name: 'Müller, "M." \t' },
  ])
})

/** Quoted where it must be. */
function excelCell(value: unknown): string {
  const text = String(value)
  return /[\t"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

it('reads UTF-16, and says so', async () => {
  for (const [name, bytes] of [
    ['le', Buffer.from(`\ufeff${JSON.stringify({ Records: RECORDS })}`, 'utf16le')],
    ['be', Buffer.from(`\ufeff${JSON.stringify({ Records: RECORDS })}`, 'utf16le').swap16()],
  ] as const) {
    const { file } = await indexed(`utf16${name}.json`, bytes)
    expect(query(file, 'SELECT kind FROM problem')).toEqual([{ kind: 'utf-16' }])
    expectTexts(file, RECORDS)
  }
})
