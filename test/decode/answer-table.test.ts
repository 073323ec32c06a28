/** Answers of queries, saved whole: each row is an event of its own, reduced or full. */
import { describe, expect, it } from 'vitest'
import { makeRecord } from '../helpers/archive.js'
import { decodeText } from '../helpers/decode.js'

const NAMES = ['eventid', 'eventname', 'eventtime', 'useridentity.arn', 'note']
const ARN = 'arn:aws:iam::111122223333:user/nina'
const ROWS: readonly (readonly (string | null)[])[] = [
  ['id-1', 'DeleteBucket', '2026-03-02T08:00:00Z', ARN, 'zebra'],
  ['id-2', 'DeleteTrail', '2026-03-02 08:01:00.000', null, null],
  [null, 'PutObject', '2026-03-02T08:02:00Z', null, null],
  [null, 'PutObject', '2026-03-02T08:02:00Z', null, null],
]
const json = JSON.stringify
const athenaRow = (cells: readonly unknown[]): unknown => ({
  Data: cells.map((cell) => (cell === null ? {} : { VarCharValue: cell })),
})
const info = (names: readonly string[]): unknown => ({
  ColumnInfo: names.map((Name) => ({ CatalogName: 'hive', Name, Label: Name, Type: 'varchar' })),
})
const named = (cells: readonly (string | null)[]): Record<string, unknown> =>
  Object.fromEntries(cells.flatMap((cell, at) => (cell === null ? [] : [[NAMES[at] ?? '', cell]])))
const insight = (row: Readonly<Record<string, unknown>>): unknown[] => [
  ...Object.entries(row).map(([field, value]) => ({ field, value })),
  { field: '@ptr', value: 'CmEKJ' },
]

const FORMS: Readonly<Record<string, unknown>> = {
  Athena: {
    UpdateCount: 0,
    ResultSet: { Rows: [NAMES, ...ROWS].map(athenaRow), ResultSetMetadata: info(NAMES) },
  },
  'Athena, rows only': { ResultSet: { Rows: [NAMES, ...ROWS].map(athenaRow) } },
  'Athena, a later page': { ResultSet: { Rows: ROWS.map(athenaRow), ResultSetMetadata: info(NAMES) } },
  'Logs Insights': {
    results: ROWS.map((row) => insight(named(row))),
    statistics: { recordsMatched: 4 },
    status: 'Complete',
  },
  'Splunk results': { preview: false, messages: [], results: ROWS.map(named) },
  'columns and rows': { columns: NAMES, rows: ROWS },
  'named columns and rows': { columns: NAMES.map((name) => ({ name, type: 'text' })), rows: ROWS },
  'rows as objects': { columns: NAMES.map((name) => ({ name })), rows: ROWS.map(named) },
  'schema and datarows': { schema: NAMES.map((name) => ({ name })), datarows: ROWS, total: 4 },
}

describe('rows of fields', () => {
  it.each(Object.entries(FORMS))('%s', (_name, answer) => {
    for (const text of [json(answer), json(answer, null, 1), json([answer])]) {
      const { records, rejected, found, problems } = decodeText(text)
      expect(records.map(({ record, reduced }) => [record['eventID'], record['eventName'], reduced])).toEqual(
        [
          ['id-1', 'DeleteBucket', true],
          ['id-2', 'DeleteTrail', true],
          [undefined, 'PutObject', true],
          [undefined, 'PutObject', true],
        ],
      )
      expect([found, rejected]).toEqual([4, 0])
      expect(records[0]!.record['userIdentity']).toMatchObject({ arn: ARN, userName: 'nina' })
      expect(json(records[0]!.record)).toContain('zebra')
      expect(problems.filter(({ kind }) => kind !== 'unused-columns')).toEqual([])
      // Each row has its own text and place; without an ID, the text makes one.
      expect(new Set(records.map(({ locator }) => locator)).size).toBe(4)
      expect(records[0]!.text).toContain('zebra')
      expect(records[1]!.text).not.toContain('zebra')
    }
  })

  it('a row that is none is rejected, and the others are kept', () => {
    const rows = [NAMES, ROWS[0]!, [null], ROWS[1]!].map(athenaRow)
    for (const odd of [null, 'text', 7, {}, []]) {
      const decoded = decodeText(json({ ResultSet: { Rows: [...rows, odd] } }))
      expect([decoded.records.length, decoded.rejected, decoded.found]).toEqual([2, 2, 4])
    }
  })

  it('an answer about something else is no table of events', () => {
    for (const answer of [
      {
        ResultSet: {
          Rows: [
            ['region', 'count'],
            ['x', '1'],
          ].map(athenaRow),
        },
      },
      {
        results: [
          [
            { field: 'bin(1h)', value: 'x' },
            { field: 'count', value: '1' },
          ],
        ],
      },
      { columns: ['a', 'b'], rows: [[1, 2]] },
      { results: [] },
    ])
      expect(decodeText(json(answer)).verdict).toBeNull()
  })
})

describe('a row that contains the record', () => {
  const full = [makeRecord(1), makeRecord(2)]
  const timeless: Record<string, unknown> = { ...makeRecord(3) }
  delete timeless['eventTime']
  const all = [...full, timeless]
  const time = '2026-03-02 08:00:00.000'
  it('a row of CSV', () => {
    const cell = json(timeless).replaceAll('"', '""')
    const { records } = decodeText(`@timestamp,@message,@ptr\n${time},"${cell}",x\n`)
    expect(records.map(({ record, envelopeTime }) => [record, envelopeTime])).toEqual([[timeless, time]])
  })

  it.each<[string, unknown]>([
    [
      'Logs Insights',
      { results: all.map((record) => insight({ '@timestamp': time, '@message': json(record) })) },
    ],
    [
      'Athena',
      { ResultSet: { Rows: [['@timestamp', 'x'], ...all.map((r) => [time, json(r)])].map(athenaRow) } },
    ],
    ['a list of rows', { rows: all.map((record) => ({ '@timestamp': time, '@message': json(record) })) }],
    ['columns', { columns: ['@timestamp', 'x'], rows: all.map((record) => [time, json(record)]) }],
  ])('%s', (_name, answer) => {
    const { records, rejected } = decodeText(json(answer))
    expect(records.map(({ record, reduced }) => [record, reduced])).toEqual(all.map((r) => [r, false]))
    expect(records.map(({ envelopeTime }) => envelopeTime)).toEqual([undefined, undefined, time])
    expect(rejected).toBe(0)
  })

  it('one that cannot be read is made of the cells around it', () => {
    const broken = insight({ eventID: 'id-9', eventName: 'X', '@message': '{"eventVersion": "1.08", cut' })
    const { records, problems } = decodeText(json({ results: [broken] }))
    expect(records.map(({ record, locator }) => [record['eventID'], locator])).toEqual([
      ['id-9', 'results[0]'],
    ])
    expect(problems.map(({ kind }) => kind)).toEqual(['bad-json'])
  })
})

describe('reduced hits of one search response', () => {
  it('each have a place and text of their own', () => {
    const hits = ['a', 'b'].map((action) => ({
      _source: { '@timestamp': '2026-03-02T08:00:00Z', 'event.action': action },
    }))
    const { records } = decodeText(json({ hits: { hits } }))
    expect(records.map(({ locator }) => locator)).toEqual(['hits.hits[0]._source', 'hits.hits[1]._source'])
    expect(records.map(({ text }) => text)).toEqual(hits.map(({ _source }) => json(_source)))
  })
})

describe('lines of a CloudWatch export task', () => {
  it('give their time to records without one, in any pieces', () => {
    const line = (second: number, fields: object): string =>
      `2024-05-14T00:00:0${second}.000Z ${json({ eventVersion: '1.08', eventName: `E${second}`, ...fields })}\n`
    const text =
      line(1, {}) +
      line(2, { eventTime: '2026-03-02T08:00:00Z' }) +
      '2024-05-14T00:00:03.000Z not a record\n' +
      line(4, { eventTime: '' }) +
      '1715644805000 {"eventVersion":"1.08",\n"eventName":"E5"}\n'
    for (const piece of [Infinity, 1, 7, 100]) {
      const { records } = decodeText(text, piece)
      expect(records.map(({ record, envelopeTime }) => [record['eventName'], envelopeTime])).toEqual([
        ['E1', '2024-05-14T00:00:01.000Z'],
        ['E2', undefined],
        ['E4', '2024-05-14T00:00:04.000Z'],
        ['E5', '1715644805000'],
      ])
    }
  })
})
