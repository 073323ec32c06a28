/** Every question and filter to access logs gives the lines that plain JavaScript finds in the same lines, by every route. */
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  NO_FILTERS,
  NOTHING_EXCLUDED,
  type Filters,
  type Order,
  type Subject,
} from '../../src/model/question.js'
import { askAccessLog } from '../../src/query/access-log/ask.js'
import { ACCESS_LIMITS, type AccessLimits } from '../../src/query/access-log/plan.js'
import { askKinds } from '../../src/query/find/all-kinds.js'
import { CaseError } from '../../src/model/case-error.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { makeRecord, put } from '../helpers/archive.js'
import { accessLine, makeAccessLines, type MadeLine } from '../helpers/access-lines.js'
import { index, scratch } from '../verify/indexed.js'

const folder = scratch()
const LINES = makeAccessLines(120)
const START = Date.UTC(2024, 2, 4)
let db: Connection

beforeAll(async () => {
  put(folder, 'in/access.log', LINES.map((line) => `${accessLine(line)}\n`).join(''))
  // Events of the same seconds, so that both are in one timeline.
  const records = LINES.slice(0, 40).map((line, n) =>
    makeRecord(n, { eventTime: new Date(line.timeMs).toISOString().replace('.000Z', 'Z') }),
  )
  put(folder, 'in/events.json', JSON.stringify({ Records: records }))
  const file = path.join(folder, 'case.sqlite')
  await index(file, [path.join(folder, 'in')])
  db = openReader(file)
})

afterAll(() => {
  db.close()
})

const WAYS: Readonly<Record<string, AccessLimits>> = {
  sorted: ACCESS_LIMITS,
  many: { few: 0, many: 1_000_000, early: 0 },
  early: { few: 0, many: 0, early: 100 },
  'by time': { few: 0, many: 0, early: 0 },
}

type Test = (line: MadeLine) => boolean

const uses = (value: string): Test => {
  const isPrefix = value.endsWith('*')
  const text = isPrefix ? value.slice(0, -1) : value
  const fits = (name: string): boolean => (isPrefix ? name.startsWith(text) : name === text)
  return ({ bucket, key }) =>
    text.includes('/')
      ? key !== null && fits(`${bucket}/${decodeURIComponent(decodeURIComponent(key))}`)
      : fits(bucket)
}
const words = (line: MadeLine): string =>
  `${accessLine(line)} ${line.key === null ? '' : decodeURIComponent(line.key)}`
const holdsWord =
  (word: string): Test =>
  (line) =>
    words(line)
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .includes(word)

const first = LINES[0]!
const QUESTIONS: readonly (readonly [string, Subject, Test])[] = [
  ['request', { kind: 'request', value: first.requestId }, (l) => l.requestId === first.requestId],
  ['host id', { kind: 'request', value: first.hostId }, (l) => l.hostId === first.hostId],
  ['bucket', { kind: 'resource', value: 'logs-1' }, uses('logs-1')],
  ['buckets', { kind: 'resource', value: 'logs-*' }, uses('logs-*')],
  ['bucket by ARN', { kind: 'resource', value: 'arn:aws:s3:::logs-1' }, uses('logs-1')],
  ['object', { kind: 'resource', value: 'logs-1/data/report 3.pdf' }, uses('logs-1/data/report 3.pdf')],
  [
    'object by URL',
    { kind: 'resource', value: 's3://logs-1/data/report 3.pdf' },
    uses('logs-1/data/report 3.pdf'),
  ],
  ['objects', { kind: 'resource', value: 'logs-1/data/*' }, uses('logs-1/data/*')],
  ['objects by ARN', { kind: 'resource', value: 'arn:aws:s3:::logs-1/data/rep*' }, uses('logs-1/data/rep*')],
  ['all objects', { kind: 'resource', value: 'logs-1/*' }, (l) => l.bucket === 'logs-1'],
  ['user', { kind: 'principal', value: 'Alice' }, (l) => l.requester?.endsWith('user/alice') === true],
  [
    'user ARN',
    { kind: 'principal', value: 'arn:aws:iam::111122223333:user/alice' },
    (l) => l.requester?.endsWith('user/alice') === true,
  ],
  ['role', { kind: 'principal', value: 'Deploy' }, (l) => l.requester?.includes('/Deploy/') === true],
  ['session', { kind: 'principal', value: 'run-2' }, (l) => l.requester?.endsWith('/run-2') === true],
  [
    'account',
    { kind: 'principal', value: '111122223333' },
    (l) => l.requester?.includes(':111122223333:') === true,
  ],
  ['nobody', { kind: 'principal', value: 'anonymous_principal' }, (l) => l.requester === null],
  ['principals', { kind: 'principal', value: 'run-*' }, (l) => l.requester?.includes('/run-') === true],
  [
    'role as a resource',
    { kind: 'resource', value: 'arn:aws:iam::111122223333:role/Deploy' },
    (l) => l.requester?.includes('/Deploy/') === true,
  ],
  ['window', { kind: 'window' }, () => true],
  ['word of a key', { kind: 'text', value: 'report', syntax: 'words' }, holdsWord('report')],
  ['word of a caller', { kind: 'text', value: 'curl', syntax: 'words' }, holdsWord('curl')],
  [
    'words of both',
    { kind: 'text', value: 'curl report', syntax: 'words' },
    (l) => holdsWord('curl')(l) && holdsWord('report')(l),
  ],
  [
    'request as a word',
    { kind: 'text', value: first.requestId, syntax: 'words' },
    (l) => l.requestId === first.requestId,
  ],
  [
    'either',
    { kind: 'text', value: 'curl OR report', syntax: 'fts5' },
    (l) => holdsWord('curl')(l) || holdsWord('report')(l),
  ],
  [
    'without',
    { kind: 'text', value: 'report NOT curl', syntax: 'fts5' },
    (l) => holdsWord('report')(l) && !holdsWord('curl')(l),
  ],
]

const isRead = ({ operation }: MadeLine): boolean => /^REST\.(?:GET|HEAD)\./.test(operation)
const FILTERS: readonly (readonly [string, Partial<Filters>, Test])[] = [
  ['none', {}, () => true],
  ['event', { events: ['getobject'] }, (l) => l.operation === 'REST.GET.OBJECT'],
  ['operation', { events: ['rest.put.object'] }, (l) => l.operation === 'REST.PUT.OBJECT'],
  ['event with a star', { events: ['GetObj*'] }, (l) => l.operation === 'REST.GET.OBJECT'],
  ['operation with stars', { events: ['rest.*.object'] }, (l) => /^REST\.\w+\.OBJECT$/.test(l.operation)],
  [
    'other events',
    { except: { ...NOTHING_EXCLUDED, events: ['Get*ect'] } },
    (l) => l.operation !== 'REST.GET.OBJECT',
  ],
  [
    'other addresses',
    { except: { ...NOTHING_EXCLUDED, sourceIps: ['192.0.2.0/31'] } },
    (l) => l.address !== '192.0.2.1' && l.address !== '192.0.2.0',
  ],
  ['error', { errors: ['*'] }, (l) => l.status >= 400],
  ['error code', { errors: ['accessdenied'] }, (l) => l.error === 'AccessDenied'],
  ['address', { sourceIps: ['192.0.2.1'] }, (l) => l.address === '192.0.2.1'],
  ['service', { services: ['s3'] }, () => true],
  ['other service', { services: ['iam'] }, () => false],
  ['writes', { writeOnly: true }, (l) => !isRead(l)],
  ['account', { accounts: ['111122223333'] }, () => false],
  ['region', { regions: ['us-east-1'] }, () => false],
  ['key', { accessKeys: ['AKIAEXAMPLE'] }, () => false],
  ['credentials', { credentials: ['root-key'] }, () => false],
]

describe.each(QUESTIONS)('%s', (_name, subject, isAsked) => {
  it.each(FILTERS)('filter: %s', (_filter, filters, passes) => {
    for (const window of [{}, { sinceMs: START + 60_000, untilMs: START + 200_000 }]) {
      const expected = LINES.filter(
        (line) =>
          isAsked(line) &&
          passes(line) &&
          line.timeMs >= (window.sinceMs ?? 0) &&
          line.timeMs < (window.untilMs ?? Infinity),
      )
      for (const order of ['asc', 'desc'] as const) {
        for (const limit of [3, undefined]) {
          for (const [way, limits] of Object.entries(WAYS)) {
            const question = { ...subject, window, filters: { ...NO_FILTERS, ...filters } }
            const answer = askAccessLog(db, question, { order, limit }, {}, limits)
            expect({ way, ids: [...answer.rows].map((row) => row.request_id) }).toEqual({
              way,
              ids: inOrder(expected, order).slice(0, limit),
            })
            expect(answer.count(1000)).toBe(expected.length)
          }
        }
      }
    }
  })
})

/** By time, ties by the line's place. */
function inOrder(lines: readonly MadeLine[], order: Order): string[] {
  const sorted = lines.toSorted((a, b) => a.timeMs - b.timeMs).map(({ requestId }) => requestId)
  return order === 'asc' ? sorted : sorted.reverse()
}

it('a filter that cannot apply is noted', () => {
  const filters = { ...NO_FILTERS, accounts: ['111122223333'], accessKeys: ['AKIA'] }
  const { notes } = askAccessLog(db, { kind: 'window', window: {}, filters }, { order: 'asc' })
  expect(notes).toEqual(['access-log lines have no field for --account, --access-key: they are left out'])
})

it('one timeline of events and lines, in both directions and in pages', () => {
  for (const order of ['asc', 'desc'] as const) {
    const question = { kind: 'window', window: {}, filters: NO_FILTERS } as const
    const all = [...askKinds(db, ['event', 'access-log'], question, { order }).rows]
    const times = all.map((row) => String(row.event_time))
    expect(all).toHaveLength(160)
    expect(times).toEqual(order === 'asc' ? times.toSorted() : times.toSorted().reverse())
    // At one time events come before lines.
    const ranks = all.map(({ kind, event_time: time }) => `${String(time)} ${kind === 'event' ? '0' : '1'}`)
    expect(ranks).toEqual(order === 'asc' ? ranks.toSorted() : ranks.toSorted().reverse())
    const page = [...askKinds(db, ['event', 'access-log'], question, { order, limit: 25 }).rows]
    expect(page.slice(0, 25)).toEqual(all.slice(0, 25))
  }
})

it('never reads all lines for a narrow question', () => {
  for (const [name, subject] of QUESTIONS) {
    if (name === 'window') continue
    const { plan } = askAccessLog(db, { ...subject, window: {}, filters: NO_FILTERS }, { order: 'asc' })
    for (const { sql, params } of [plan.ids, plan.all]) {
      const steps = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...params)
      for (const { detail } of steps) expect(`${name}: ${detail}`).not.toMatch(/SCAN l\b/)
    }
  }
})

it('any input is words or a name, never SQL', () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...Array.from(`'"*\\%_;-/ ()^:a1\0`)) }),
  )
  fc.assert(
    fc.property(typed, fc.constantFrom('request', 'principal', 'resource', 'text'), (value, kind) => {
      const subject: Subject = kind === 'text' ? { kind, value, syntax: 'words' } : { kind, value }
      try {
        const answer = askAccessLog(db, { ...subject, window: {}, filters: NO_FILTERS }, { order: 'asc' })
        expect([...answer.rows].length).toBe(answer.count(1000))
      } catch (error) {
        expect(error).toBeInstanceOf(CaseError)
      }
    }),
    { numRuns: 300 },
  )
})
