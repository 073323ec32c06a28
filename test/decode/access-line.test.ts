/** S3 server access logs: lines of every age, and lines that a hostile client wrote into. */
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAccessLine as parseLine } from '../../src/decode/access-line.js'
import { growthByFour } from '../helpers/growth.js'
import { put } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import { index, scratch } from '../verify/indexed.js'
import { fieldsByExpression } from './access-line-expression.js'

const parseAccessLine = (text: string): ReturnType<typeof parseLine> => parseLine(text, () => undefined)

const OWNER = '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be'
const HEAD = `${OWNER} DOC-EXAMPLE-BUCKET1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 arn:aws:iam::111122223333:user/alice 3E57427F3EXAMPLE REST.GET.OBJECT photos/2019/cat%20one.jpg`
const URI = '"GET /photos/2019/cat%20one.jpg?x=1 HTTP/1.1"'
const NUMBERS = '200 - 113 2662992 7 6'
const TAIL = [
  '-',
  's9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=',
  'SigV4',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'AuthHeader',
  'DOC-EXAMPLE-BUCKET1.s3.us-west-1.amazonaws.com',
  'TLSV1.2',
  'arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP',
  'Yes',
  'us-west-1',
]
const line = (uri: string, referer: string, agent: string, tail: readonly string[] = TAIL): string =>
  [HEAD, uri, NUMBERS, referer, agent, ...tail].join(' ')

/** null where a double would be another number. */
const exact = (digits: string): number | null =>
  Number.isSafeInteger(Number(digits)) ? Number(digits) : null

const AGENT = 16
const REFERER = 15
const HOST_ID = 18

describe('access log lines', () => {
  it('of 17, 18, 24, 25, 26, 27 and more fields are read', () => {
    for (const fields of [0, 1, 7, 8, 9, 10]) {
      const values = parseAccessLine(line(URI, '"-"', '"S3Console/0.4"', TAIL.slice(0, fields)))
      expect(values).toHaveLength(27)
      expect(values!.slice(0, 15)).toEqual([
        OWNER,
        'DOC-EXAMPLE-BUCKET1',
        Date.UTC(2019, 1, 6, 0, 0, 38),
        '192.0.2.3',
        'arn:aws:iam::111122223333:user/alice',
        '3E57427F3EXAMPLE',
        'REST.GET.OBJECT',
        'photos/2019/cat%20one.jpg',
        'GET /photos/2019/cat%20one.jpg?x=1 HTTP/1.1',
        200,
        null,
        113,
        2662992,
        7,
        6,
      ])
      expect(values!.slice(REFERER, REFERER + 2)).toEqual([null, 'S3Console/0.4'])
      expect(values!.slice(17)).toEqual(
        TAIL.map((field, at) => (at < fields && field !== '-' ? field : null)),
      )
    }
    expect(parseAccessLine(line(URI, '"-"', '"x"', [...TAIL, 'new', 'newer']))).toHaveLength(27)
  })

  it('without a request are read', () => {
    const expired = `${OWNER} b [06/Feb/2019:00:00:38 +0100] - AmazonS3 3E57427F3EXAMPLE S3.EXPIRE.OBJECT key "-" - - - 5 - - "-" "-" - hostid - - - - -`
    const values = parseAccessLine(expired)!
    expect(values[2]).toBe(Date.UTC(2019, 1, 5, 23, 0, 38))
    expect(values.slice(8, 18)).toEqual([null, null, null, null, 5, null, null, null, null, null])
    expect(values[HOST_ID]).toBe('hostid')
  })

  it.each([
    ['quotes', 'he said "hello" and left'],
    ['a forged block of numbers', 'x" 200 - 1 2 3 4 "forged" "agent" - FORGEDHOST SigV4'],
    ['a lone quote', '"'],
    ['many spaces', '  a   b  '],
    ['a whole line', line(URI, '"-"', '"inner"')],
  ])('a User-Agent with %s does not move the fields', (_, agent) => {
    const values = parseAccessLine(line(URI, '"-"', `"${agent}"`))!
    expect(values[9]).toBe(200)
    expect(values[HOST_ID]).toBe(TAIL[1])
    expect(values.slice(19)).toEqual(TAIL.slice(2))
    expect(`${String(values[REFERER] ?? '-')}" "${String(values[AGENT])}`).toBe(`-" "${agent}`)
  })

  it('a URI with quotes does not move the fields', () => {
    const values = parseAccessLine(line('"GET /a"b?"c" HTTP/1.1"', '"ref"', '"agent"'))!
    expect(values.slice(8, 10)).toEqual(['GET /a"b?"c" HTTP/1.1', 200])
    expect(values.slice(REFERER, REFERER + 2)).toEqual(['ref', 'agent'])
  })

  it('pieces put in anywhere give the fields that one expression for the whole line finds', () => {
    const pieces = [
      '"',
      ' ',
      '- ',
      '" ',
      '" "',
      '[',
      '12345678901234567890',
      '200',
      ' - ',
      '" 200 - 1 2 3 4 "a"',
    ]
    const edit = fc.record({
      at: fc.nat(360),
      cut: fc.nat(3),
      piece: fc.constantFrom('', ...pieces),
    })
    let read = 0
    const property = fc.property(fc.array(edit, { maxLength: 4 }), (edits) => {
      const text = edits.reduce(
        (so, { at, cut, piece }) => so.slice(0, at) + piece + so.slice(at + cut),
        line(URI, '"-"', '"agent"'),
      )
      const values = parseAccessLine(text)
      const expected = fieldsByExpression(text)
      if (values !== null) {
        read++
        const found = values.slice(0, 15).filter((_, index) => index !== 2)
        const asTyped = expected?.map((field, index) =>
          index > 7 && index !== 9 && field !== null ? exact(field) : field,
        )
        expect(found).toEqual(asTyped)
      }
    })
    fc.assert(property, { numRuns: 5000 })
    expect(read).toBeGreaterThan(1000)
  })

  it.each(['" - ', '" 200 - 1 1 1 ', '"-" ', '" "'])(
    'does no quadratic work on a line of %s',
    async (text) => {
      const growth = await growthByFour(250_000, (size) =>
        parseAccessLine(`${HEAD} "${text.repeat(size / text.length)}`),
      )
      expect(growth).toBeLessThan(9)
    },
  )
})

it('rows of access_log, with the line by its offset; bad lines are problems', async () => {
  const folder = scratch()
  const good = line(URI, '"-"', '"S3Console/0.4 \u00fc"')
  const text = `${good}\nnot a line\n${good.replace('alice', 'bob')}\r\n\n${good}`
  const file = path.join(folder, 'case.sqlite')
  const { records } = await index(file, [put(folder, 'in/2019-02-06-00-00-38-ABC', text)])
  expect(records).toEqual({ found: 1, events: 0, duplicates: 0, replaced: 0, rejected: 1 })
  const rows = query<{ record_offset: number; record_length: number; requester: string; time: string }>(
    file,
    'SELECT * FROM access_logs ORDER BY record_offset',
  )
  expect(rows.map(({ requester }) => requester.slice(-5))).toEqual(['alice', 'r/bob', 'alice'])
  expect(rows[0]!.time).toBe('2019-02-06T00:00:38Z')
  for (const { record_offset, record_length } of rows) {
    const slice = Buffer.from(text)
      .subarray(record_offset, record_offset + record_length)
      .toString()
    expect(parseAccessLine(slice.trimEnd())).not.toBeNull()
  }
  expect(query(file, 'SELECT shape, other_rows FROM source')).toEqual([
    { shape: 's3-access-log', other_rows: 3 },
  ])
  expect(query(file, 'SELECT kind, byte_offset, record_index FROM problem')).toEqual([
    { kind: 'bad-record', byte_offset: Buffer.byteLength(good) + 1, record_index: null },
  ])
})

it('aggregated events are counts, not events', async () => {
  const folder = scratch()
  const aggregated = {
    eventVersion: '1.0',
    accountId: '111122223333',
    eventId: 'e1',
    eventCategory: 'Aggregated',
    eventType: 'AwsAggregatedEvent',
    awsRegion: 'us-east-1',
    eventSource: 's3.amazonaws.com',
    timeWindow: {
      windowStart: '2024-03-04T00:00:00Z',
      windowEnd: '2024-03-04T00:05:00Z',
      windowSize: 'PT5M',
    },
    summary: {
      primaryDimension: {
        dimension: 'eventName',
        statistics: [{ name: 'GetObject', value: 7 }],
        aggregationType: 'Count',
      },
      details: [
        {
          dimension: 'userIdentity',
          statistics: [{ name: 'arn:aws:iam::111122223333:user/alice', value: 5 }],
        },
      ],
    },
  }
  const file = path.join(folder, 'case.sqlite')
  put(folder, 'in/list.json', JSON.stringify([aggregated]))
  put(folder, 'in/envelope.json', JSON.stringify({ Records: [{ ...aggregated, eventId: 'e2' }] }))
  const { records } = await index(file, [path.join(folder, 'in')])
  expect(records.found).toBe(0)
  expect(
    query(file, 'SELECT event_id, is_primary, dimension, name, value FROM aggregate ORDER BY 1, 2 DESC'),
  ).toEqual([
    { event_id: 'e1', is_primary: 1, dimension: 'eventName', name: 'GetObject', value: 7 },
    {
      event_id: 'e1',
      is_primary: 0,
      dimension: 'userIdentity',
      name: 'arn:aws:iam::111122223333:user/alice',
      value: 5,
    },
    { event_id: 'e2', is_primary: 1, dimension: 'eventName', name: 'GetObject', value: 7 },
    {
      event_id: 'e2',
      is_primary: 0,
      dimension: 'userIdentity',
      name: 'arn:aws:iam::111122223333:user/alice',
      value: 5,
    },
  ])
  expect(query(file, 'SELECT DISTINCT shape, status, other_rows FROM source')).toEqual([
    { shape: 'aggregated', status: 'indexed', other_rows: 1 },
  ])
})
