import { describe, expect, it } from 'vitest'
import type { Order } from '../../src/model/question.js'
import { PLAN_LIMITS, type PlanLimits } from '../../src/query/plan/plan.js'
import { askQuestion, hasEventId, newestEventMs } from '../../src/query/find/run-question.js'
import { RecordReader } from '../../src/store/record-reader.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { EVENTS, openTinyCase, recordText, tinyCase } from '../helpers/tiny-case.js'
import { answer } from './oracle.js'
import { ask, DAY, FILTERS, SUBJECTS } from './questions.js'

const db = openTinyCase()

/** Each forces another plan. */
const LIMITS: Readonly<Record<string, PlanLimits>> = {
  'reads and sorts': PLAN_LIMITS,
  'takes the first of each id': { ...PLAN_LIMITS, few: 0, many: 0, early: [], earlyText: [] },
  'looks at the first events': {
    ...PLAN_LIMITS,
    few: 0,
    many: 0,
    early: [3, 100],
    earlyText: [3, 100],
    looksPerHit: 1000,
  },
  'looks before it fetches': { ...PLAN_LIMITS, fewFetched: 0, earlyText: [3, 100], looksPerHit: 1000 },
  'sorts without branches': { ...PLAN_LIMITS, few: 0, many: 5, branches: 0, early: [], earlyText: [] },
  'walks in order of time': { ...PLAN_LIMITS, few: 0, many: 0, page: 0 },
}

describe.each(Object.entries(SUBJECTS))('%s', (_, subject) => {
  it.each(Object.entries(FILTERS))('finds what it means, filter: %s', (_name, filters) => {
    for (const window of [{}, DAY, { sinceMs: Date.parse('2023-07-10T11:45:00Z') }]) {
      const question = ask(subject, filters, window)
      if (question.kind === 'text' && question.syntax === 'fts5') continue
      expect(eventIds(question)).toEqual(answer(question, EVENTS))
    }
  })

  const wholes = new Map<string, ReturnType<typeof eventIds>>()
  it.each(Object.entries(LIMITS))('finds the same when it %s', (_name, limits) => {
    for (const [name, filters] of Object.entries(FILTERS)) {
      for (const order of ['asc', 'desc'] as const) {
        const question = ask(subject, filters, DAY)
        const whole = wholes.get(`${name} ${order}`) ?? eventIds(question, order)
        wholes.set(`${name} ${order}`, whole)
        expect(eventIds(question, order, undefined, limits)).toEqual(whole)
        for (const limit of [1, 2, 5, 100]) {
          expect(eventIds(question, order, limit, limits)).toEqual(whole.slice(0, limit))
        }
        expect(askQuestion(db, question, { order, limit: 2 }, {}, limits).count(100)).toBe(whole.length)
      }
    }
  })
})

function eventIds(
  question: ReturnType<typeof ask>,
  order: Order = 'asc',
  limit?: number,
  limits = PLAN_LIMITS,
) {
  const { rows } = askQuestion(db, question, { order, limit }, {}, limits)
  return Array.from(rows, (row) => row.event_id)
}

it('takes an expression over all texts of a record, not over each alone', () => {
  const expression = (value: string) => eventIds(ask({ kind: 'text', value, syntax: 'fts5' })).map(lastDigit)
  // "acl" is the event's own word, AccessDenied and Deploy are shared values.
  expect(expression('acl AND AccessDenied')).toEqual(['6'])
  expect(expression('acl AccessDenied Deploy')).toEqual(['6'])
  expect(expression('quick NOT (AccessDenied OR alice)')).toEqual(['8', '5'])
  expect(expression('"quick brown"')).toEqual(['8', '2'])
  expect(expression('NEAR(quick fox, 1)')).toEqual(['3', '2'])
  expect(expression('Unauth* OR login')).toEqual(['5', '4'])
  expect(expression('^evidence fox')).toEqual(['2'])
  expect(expression('Reports + q2')).toEqual(['1'])
})

it.each([
  ['AND', /cannot parse/],
  ['alice AND', /ends too early/],
  ['"alice', /cannot parse/],
  ['iam:CreateUser', /no columns/],
  ['-alice', /no columns/],
  ['{body}:alice', /no columns/],
  ['(alice', /ends too early/],
  ['alice)', /at '\)'/],
  ['NEAR(a b, c)', /cannot parse/],
  ['*', /at '\*'/],
  ['a.b', /at '\.b'/],
  ['alice (quick)', /at '\('/],
  ['('.repeat(500) + 'a' + ')'.repeat(500), /too many parentheses/],
  ['   ', /nothing to search for/],
])('refuses the expression %s', (value, message) => {
  expect(() => askQuestion(db, ask({ kind: 'text', value, syntax: 'fts5' }), { order: 'asc' })).toThrow(
    message,
  )
})

it('names the words it cannot search for', () => {
  const words = (value: string) =>
    askQuestion(db, ask({ kind: 'text', value, syntax: 'words' }), { order: 'asc' })
  expect(words('-- evidence "***"').notes).toEqual(['ignored, without a letter or digit: -- ***'])
  expect(words('evid*').notes[0]).toContain('--match')
  expect(() => words('-- ***')).toThrow(/no word to search for/)
  expect(() => words('')).toThrow(/no word to search for/)
  expect(() => words(Array.from({ length: 51 }, (_, i) => `w${i}`).join(' '))).toThrow(/too many/)
})

it('gives whole rows, with resources and the exact record when asked', () => {
  const question = ask({ kind: 'text', value: 'fox a*b', syntax: 'words' })
  const extras = { resources: true, records: new RecordReader(db) }
  const [row, ...others] = askQuestion(db, question, { order: 'asc' }, extras).rows
  expect(others).toEqual([])
  expect(row).toEqual({
    kind: 'event',
    event_time: '2023-07-10T11:42:00Z',
    event_source: 's3.amazonaws.com',
    event_name: 'PutObject',
    aws_region: 'us-east-1',
    recipient_account_id: '111122223333',
    event_id: '00000000-aaaa-4000-8000-000000000002',
    request_id: '4KMY2V7X0C9RT1EH',
    shared_event_id: null,
    event_type: null,
    event_category: null,
    event_version: null,
    read_only: 0,
    error_code: null,
    error_message: null,
    source_ip_address: '203.0.113.7',
    user_agent: 'aws-cli/2.13',
    vpc_endpoint_id: null,
    principal: 'alice',
    principal_type: null,
    credential_class: 'user-key',
    principal_arn: 'arn:aws:iam::111122223333:user/dev/Alice',
    principal_id: null,
    principal_account_id: null,
    user_name: null,
    access_key_id: 'AKIAALICE000EXAMPLE1',
    session_issuer_arn: null,
    session_name: null,
    invoked_by: null,
    mfa_authenticated: null,
    source_path: 'AWSLogs/a.json',
    time_source: 'eventTime',
    error: null,
    failed: 0,
    denied: 0,
    mfa_used: null,
    console: 0,
    bearer_token: 0,
    source_identity: null,
    principal_tags: null,
    bytes_in: null,
    bytes_out: null,
    target: null,
    member: null,
    record_offset: recordText(EVENTS[0]!).length,
    record_length: recordText(EVENTS[1]!).length,
    appearances: 1,
    resources: [
      { arn: 'arn:aws:s3:::evidence', type: 'AWS::S3::Bucket', role: 'target' },
      { arn: 'arn:aws:s3:::evidence/a*b', type: 'AWS::S3::Object', role: 'target' },
      { arn: 'arn:aws:s3:::evidence/a*b', type: 'AWS::S3::Object', role: 'source' },
    ],
    record: recordText(EVENTS[1]!),
  })
})

it('names resources that have no ARN', () => {
  const { rows } = askQuestion(
    db,
    ask({ kind: 'resource', value: 'i-0abc' }),
    { order: 'asc' },
    { resources: true },
  )
  const [row] = rows
  expect(row?.resources).toEqual([
    { arn: 'arn:aws:ec2:us-east-1:111122223333:instance/i-0abc', type: 'AWS::EC2::Instance', role: 'target' },
    { arn: null, type: 'AWS::EC2::Image', role: 'mentioned', name: 'ami-0def' },
  ])
})

it('gives every event of a large answer once, in order', () => {
  const many = Array.from({ length: 1203 }, (_, i) => ({
    ...EVENTS[i % EVENTS.length]!,
    eventId: `e${i}`,
    time: new Date(Date.parse('2023-07-10T00:00:00Z') + ((i * 7) % 100) * 1000).toISOString(),
  }))
  const large = tinyCase(many)
  const reader = openReader(large.path)
  try {
    const question = ask({ kind: 'window' }, {}, DAY)
    const found = Array.from(
      askQuestion(reader, question, { order: 'desc' }, { resources: true }).rows,
      (row) => row.event_id,
    )
    expect(found).toEqual(answer(question, many, 'desc'))
  } finally {
    reader.close()
  }
})

it('answers without indexes too, while a load runs', () => {
  const loading = tinyCase(EVENTS, { indexes: false, state: 'loading' })
  const reader = openReader(loading.path)
  try {
    for (const subject of Object.values(SUBJECTS)) {
      const question = ask(subject, FILTERS['several'])
      const found = Array.from(
        askQuestion(reader, question, { order: 'asc', limit: 10 }).rows,
        (row) => row.event_id,
      )
      expect(found).toEqual(eventIds(question, 'asc', 10))
    }
  } finally {
    reader.close()
  }
})

it('says so when a row that an event points to is missing', () => {
  const damaged = tinyCase()
  const writer = new (db.constructor as new (path: string) => Connection)(damaged.path)
  writer.exec('DELETE FROM place')
  writer.close()
  const reader = openReader(damaged.path)
  try {
    const { rows } = askQuestion(reader, ask({ kind: 'window' }, {}, DAY), { order: 'asc' })
    expect(() => [...rows]).toThrow(/damaged/)
  } finally {
    reader.close()
  }
})

it('knows the newest event and event IDs', () => {
  expect(newestEventMs(db)).toBe(Date.parse('2023-07-11T00:00:00Z'))
  expect(hasEventId(db, EVENTS[0]!.eventId)).toBe(true)
  expect(hasEventId(db, 'no such')).toBe(false)
})

function lastDigit(id: unknown): string {
  return String(id).slice(-1)
}
