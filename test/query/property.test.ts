/** Any input is a name or words to search for, never SQL: no error, and the rows that plain JavaScript finds. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CaseError } from '../../src/model/case-error.js'
import { NO_FILTERS, type Filters, type Order, type Subject } from '../../src/model/question.js'
import { PLAN_LIMITS } from '../../src/query/plan/plan.js'
import { askQuestion } from '../../src/query/find/run-question.js'
import { figure, SOAK, times } from '../helpers/counts.js'
import { EVENTS, openTinyCase } from '../helpers/tiny-case.js'
import { answer } from './oracle.js'
import { ask } from './questions.js'

const db = openTinyCase()

const NAMES = EVENTS.flatMap(
  ({ eventId, requestId, event, service, account, region, sourceIp, error, identity, resources, text }) => [
    eventId,
    requestId ?? '',
    event,
    service,
    account,
    region,
    sourceIp,
    error ?? '',
    ...identity.names.map(([name]) => name),
    ...resources.flatMap(({ arn, name }) => [
      arn ?? '',
      name ?? '',
      (arn ?? '').replace(/^arn:aws:s3:::/, ''),
    ]),
    ...text.split(' '),
  ],
)

const HOSTILE = [
  "'",
  '"',
  '""',
  '`',
  '\\',
  '\\*',
  '*',
  '%',
  '_',
  '?',
  ';',
  '--',
  '/*',
  '\0',
  '(',
  ')',
  '{',
  '}',
  ':',
  '^',
  '-',
  '+',
  ',',
  ' ',
  '\n',
  '\u00a0',
  ' AND ',
  ' OR ',
  ' NOT ',
  ' NEAR(',
  "' OR 1=1 --",
  '\ud800',
  '\udc00',
  '\u{1F600}',
  '\u{1D49C}',
  '\u202e',
  '\u2400',
  'É',
  'é',
  'ß',
  '日本語',
]

/** Names of the case, whole or cut, with hostile pieces; and any text at all. */
const piece = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.constantFrom(...NAMES),
  fc.tuple(fc.constantFrom(...NAMES), fc.nat(20)).map(([name, length]) => name.slice(0, length)),
  fc.constantFrom(...NAMES).map((name) => name.toUpperCase()),
)
const typed = fc.oneof(
  { weight: 3, arbitrary: fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('')) },
  { weight: 2, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 2, arbitrary: piece.map((name) => `${name}*`) },
  // Unicode grows: which of its newest characters are letters, SQLite and JavaScript need not agree.
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary' }).filter((text) => !/[\p{Cn}\u{10000}-\u{10ffff}]/u.test(text)),
  },
)

const RUNS = { numRuns: times(3000, 200_000) }
const LONG = { timeout: times(900_000, 3_600_000), tags: SOAK }
const limits = fc.constantFrom(
  PLAN_LIMITS,
  { ...PLAN_LIMITS, few: 0, many: 3 },
  { ...PLAN_LIMITS, fewFetched: 0, earlyText: [2, 5, 100], looksPerHit: 1000 },
)

const pages = fc.record({
  order: fc.constantFrom<Order[]>('asc', 'desc'),
  limit: fc.constantFrom(1, 2, 20),
})

describe.each<Subject['kind']>(['request', 'principal', 'resource', 'text'])('find %s', (kind) => {
  it('finds what plain JavaScript finds', LONG, (context) => {
    let hits = 0
    fc.assert(
      fc.property(typed, pages, limits, (value, page, planLimits) => {
        const question = ask(subjectOf(kind, value))
        const found = idsOf(() => askQuestion(db, question, page, {}, planLimits).rows)
        if (found === undefined) return
        hits += found.length
        expect(found).toEqual(answer(question, EVENTS, page.order).slice(0, page.limit))
      }),
      RUNS,
    )
    expect(hits).toBeGreaterThan(20)
    figure(context, `${RUNS.numRuns} values, ${hits} rows, no error, none differs from a plain scan`)
  })
})

const FIELDS = ['events', 'services', 'accounts', 'regions', 'sourceIps', 'accessKeys', 'errors'] as const

it.for(FIELDS)('filters by any text: %s', LONG, (field, context) => {
  fc.assert(
    fc.property(fc.array(typed, { minLength: 1, maxLength: 3 }), (values) => {
      const filters: Filters = { ...NO_FILTERS, [field]: values }
      const question = ask({ kind: 'window' }, filters)
      const found = idsOf(() => askQuestion(db, question, { order: 'asc' }).rows)
      expect(found).toEqual(answer(question, EVENTS))
    }),
    RUNS,
  )
  figure(context, `${RUNS.numRuns} values, no error, none differs from a plain scan`)
})

it('reads any expression, or refuses it with a hint', LONG, () => {
  fc.assert(
    fc.property(typed, (value) => {
      idsOf(() => askQuestion(db, ask({ kind: 'text', value, syntax: 'fts5' }), { order: 'asc' }).rows)
    }),
    RUNS,
  )
})

/** All of these words are events' own, so FTS5 alone can answer; column filters apart, it reads what we read. */
it('understands an expression as FTS5 does', LONG, () => {
  const word = fc.constantFrom(
    'quick',
    'fox',
    'evid*',
    '"quick brown"',
    '^evidence',
    'NEAR(quick fox, 1)',
    'reports + q3',
    'perform',
    'é',
    '"x""y"',
    'and',
  )
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small' },
      word,
      fc.tuple(word, word).map((words) => words.join(' ')),
      fc
        .tuple(tie('expression'), fc.constantFrom('AND', 'OR', 'NOT'), tie('expression'))
        .map((parts) => parts.join(' ')),
      tie('expression').map((inner) => `(${inner})`),
    ),
  }))
  const fts5 = db
    .prepare<[string]>(
      'SELECT event_id FROM event WHERE id IN (SELECT rowid FROM event_text WHERE event_text MATCH ?)',
    )
    .pluck()
  fc.assert(
    fc.property(expression, limits, (value, planLimits) => {
      const question = ask({ kind: 'text', value, syntax: 'fts5' })
      const found = Array.from(
        askQuestion(db, question, { order: 'asc' }, {}, planLimits).rows,
        (row) => row.event_id,
      )
      expect(found.sort()).toEqual(fts5.all(value).sort())
    }),
    RUNS,
  )
})

it('leaves the case as it was', () => {
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(db.prepare('SELECT count(*) AS n FROM event').get()).toEqual({ n: EVENTS.length })
})

function subjectOf(kind: Subject['kind'], value: string): Subject {
  if (kind === 'window') return { kind }
  return kind === 'text' ? { kind, value, syntax: 'words' } : { kind, value }
}

/** Undefined when the question was refused: only for text, with a hint. */
function idsOf(read: () => Iterable<{ event_id: unknown }>): unknown[] | undefined {
  try {
    return Array.from(read(), (row) => row.event_id)
  } catch (error) {
    if (error instanceof CaseError && error.hint !== undefined) return undefined
    throw error
  }
}
