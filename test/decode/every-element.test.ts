/** Every element of every list, of any content, becomes an event or a problem: counted again by a Python program. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { makeRecord } from '../helpers/archive.js'
import { decodeText } from '../helpers/decode.js'

const COUNT = path.resolve(import.meta.dirname, '../helpers/count-elements.py')

/** Raw JSON: what is in the place of a record. The last two are no JSON. */
const ODD = [
  'null',
  '[]',
  '{}',
  '""',
  '0',
  '1.5',
  'true',
  '"text"',
  '{"Records":[]}',
  '[null]',
  '[[]]',
  '{"Events":[{}]}',
  '{"broken": tru}',
]
const good = (n: number): string => JSON.stringify(makeRecord(n))
const json = (value: unknown): string => JSON.stringify(value)

/** The raw JSON of a record, or of what is in its place → the element of a list. */
const ELEMENTS: Readonly<Record<string, (inner: string, n: number) => string>> = {
  plain: (inner) => inner,
  lookup: (inner, n) =>
    json({ EventId: `id-${n}`, EventName: 'X', EventTime: 1709510400 + n, CloudTrailEvent: inner }),
  'lookup, parsed': (inner, n) =>
    `{"EventId":"id-${n}","EventName":"X","EventTime":1709510400,"CloudTrailEvent":${inner}}`,
  bridge: (inner) =>
    `{"detail-type":"AWS API Call via CloudTrail","time":"2024-03-04T00:00:00Z","detail":${inner}}`,
  'bridge, as text': (inner) => json({ 'detail-type': 'AWS API Call via CloudTrail', detail: inner }),
  'log event': (inner) => json({ message: inner, timestamp: 1709510400000, ingestionTime: 1 }),
  subscription: (inner) =>
    json({
      messageType: 'DATA_MESSAGE',
      logEvents: [{ message: good(90) }, { message: inner }, { message: good(91) }],
    }),
  row: (inner, n) => json([{ eventid: `id-${n}` }, { eventjson: inner }]),
  hit: (inner) => json({ _source: { event: { action: 'X', original: inner } } }),
  'hit, parsed': (inner) => `{"_source":${inner}}`,
  splunk: (inner) => json({ result: { _raw: inner } }),
  sqs: (inner) => json({ MessageId: 'm', Body: inner }),
  sns: (inner) => json({ MessageId: 'm', Body: json({ TopicArn: 't', Message: inner }) }),
  kinesis: (inner) =>
    json({ kinesis: { data: gzipSync(inner).toString('base64') }, eventSource: 'aws:kinesis' }),
  firehose: (inner) => json({ recordId: 'r', data: Buffer.from(inner).toString('base64') }),
}

/** Their elements → the text of a file. */
const LISTS: Readonly<Record<string, (elements: readonly string[]) => string>> = {
  Records: (elements) => `{"Records":[${elements.join(',')}]}`,
  'Records, in lines': (elements) => `{"x": 1,\n"Records": [\n${elements.join(',\n')}\n]\n, "y": 2}\n`,
  'a list': (elements) => `[${elements.join(', ')}]`,
  Events: (elements) => `{"Events":[${elements.join(',')}],"NextToken":"x"}`,
  events: (elements) => `{"events":[${elements.join(',')}]}`,
  records: (elements) => `{"records":[${elements.join(',')}]}`,
  QueryResultRows: (elements) => `{"QueryResultRows":[${elements.join(',')}]}`,
  Messages: (elements) => `{"Messages":[${elements.join(',')}]}`,
  hits: (elements) => `{"hits":{"hits":[${elements.join(',')}]}}`,
  lines: (elements) => `${elements.join('\n')}\n`,
}

/** Where these do not go: the text as a whole is no JSON then, or one value of it is lost with all that it holds. */
function isBeyond(list: string, element: string, odd: string): boolean {
  const isRaw = element === 'plain' || element.endsWith('parsed') || element === 'bridge'
  return list === 'hits' && odd.includes('tru}') && isRaw
}

interface Sample {
  readonly name: string
  readonly text: string
  readonly good: number
}

function samples(): Sample[] {
  const all: Sample[] = []
  for (const [list, join] of Object.entries(LISTS)) {
    for (const [element, wrap] of Object.entries(ELEMENTS)) {
      for (const odd of ODD.filter((each) => !isBeyond(list, element, each))) {
        for (let position = 0; position < 3; position++) {
          const inner = [good(1), good(2)]
          inner.splice(position, 0, odd)
          const text = join(inner.map((each, n) => wrap(each, n)))
          all.push({
            name: `${odd} as element ${position} (${element}) of ${list}`,
            text,
            good: element === 'subscription' ? 8 : 2,
          })
        }
      }
    }
  }
  return all
}

function countByPython(texts: readonly string[]): number[] {
  const input = texts.map((text) => `${json({ text })}\n`).join('')
  const { stdout, stderr, status } = spawnSync('python3', [COUNT], {
    input,
    maxBuffer: 1 << 26,
    encoding: 'utf8',
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout.trim().split('\n').map(Number)
}

describe('every element is an event or a problem', () => {
  const all = samples()
  it(`of ${all.length} texts`, () => {
    const counts = countByPython(all.map(({ text }) => text))
    const wrong = all.flatMap(({ name, text, good: least }, index) => {
      const { found, records, rejected, problems } = decodeText(text)
      const reported = problems.filter(({ kind }) => kind === 'bad-record' || kind === 'bad-json').length
      const full = records.filter(({ reduced }) => !reduced).length
      const isRight =
        found === counts[index] &&
        records.length + rejected === found &&
        full >= least &&
        reported >= rejected
      return isRight
        ? []
        : [{ name, expected: counts[index], found, records: records.length, rejected, full, least, reported }]
    })
    expect(wrong.slice(0, 20)).toEqual([])
  })
})

describe('record fields in the wrapper of an unreadable record become a reduced event', () => {
  it('with the place of the record in the problem', () => {
    const rows = [
      'null',
      '[]',
      '',
      'not json',
      '{"eventVersion":"1.0"',
      '[null]',
      '0',
      '""',
      '{"Records":[]}',
    ]
    const Events = rows.map((CloudTrailEvent, n) => ({
      EventId: `id-${n}`,
      EventName: 'DeleteUser',
      EventTime: '2024-03-04T00:00:00Z',
      Username: 'cy',
      Resources: ['and 3 more', { ResourceType: 'AWS::IAM::User', ResourceName: `x${n}` }],
      CloudTrailEvent,
    }))
    const { records, problems, rejected } = decodeText(json({ Events }))
    expect(rejected).toBe(0)
    expect(records.map(({ record, reduced }) => [record['eventID'], record['resources'], reduced])).toEqual(
      rows.map((_, n) => [
        `id-${n}`,
        ['and 3 more', { type: 'AWS::IAM::User', resourceName: `x${n}` }],
        true,
      ]),
    )
    expect(problems.map(({ recordIndex }) => recordIndex)).toEqual(rows.map((_, n) => n))
    for (const { detail, byteLength } of problems) {
      expect(detail).toMatch(/at CloudTrailEvent.*: the event is made of the fields around it$/)
      expect(byteLength).toBeGreaterThan(0)
    }
  })

  it('a parsed record in the place of its text is that record', () => {
    const row = { EventId: 'x', EventName: 'X', EventTime: 1, CloudTrailEvent: makeRecord(1) }
    const { records, problems } = decodeText(json({ Events: [row] }))
    expect(problems).toEqual([])
    expect(records.map(({ text, locator, reduced }) => ({ text, locator, reduced }))).toEqual([
      { text: good(1), locator: 'CloudTrailEvent', reduced: false },
    ])
  })
})
