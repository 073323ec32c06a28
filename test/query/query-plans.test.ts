import { describe, expect, it } from 'vitest'
import { PLAN_LIMITS, type Plan, type PlanLimits } from '../../src/query/plan/plan.js'
import { askQuestion } from '../../src/query/find/run-question.js'
import type { Statement } from '../../src/query/plan/statement.js'
import { QUESTIONS } from '../../src/query/find/questions.js'
import { EVENT_COLUMNS } from '../../src/model/event.js'
import { EVENT_FROM, EVENT_SELECT } from '../../src/store/views.js'
import { openTinyCase } from '../helpers/tiny-case.js'
import { ask, DAY, FILTERS, SUBJECTS } from './questions.js'

const db = openTinyCase()

const SMALL: PlanLimits = { ...PLAN_LIMITS, few: 0, many: 0 }

const LIMITS: Readonly<Record<string, PlanLimits>> = {
  sorted: PLAN_LIMITS,
  nearest: { ...SMALL, early: [], earlyText: [] },
  early: { ...SMALL, branches: 0, early: [100], earlyText: [100], looksPerHit: 1000 },
  'sorted, many': { ...SMALL, many: 5, branches: 0, early: [], earlyText: [] },
  walk: { ...SMALL, page: 0 },
}

/** Every question is walked, so a new one comes here by itself. */
it('asks each kind of question', () => {
  expect(new Set(Object.values(SUBJECTS).map(({ kind }) => kind))).toEqual(new Set(Object.keys(QUESTIONS)))
})

describe.each(Object.entries(SUBJECTS))('%s', (name, subject) => {
  it.each(Object.entries(FILTERS))('never scans the events, filter: %s', (_filter, filters) => {
    for (const limits of Object.values(LIMITS)) {
      for (const order of ['asc', 'desc'] as const) {
        for (const limit of [2, undefined]) {
          const plan = planOf(subject, filters, limits, order, limit)
          for (const statement of [plan.ids, plan.all]) {
            for (const step of steps(statement)) expect(step).not.toMatch(/^SCAN (?:e|n|w|x|event\w*)$/)
          }
        }
      }
    }
  })

  it('asks the SQL that was reviewed', async () => {
    const plans: Record<string, Plan> = {
      alone: askQuestion(db, ask(subject), { order: 'asc' }).plan,
      'filtered page': planOf(subject, { regions: ['us-east-1'] }, PLAN_LIMITS, 'desc', 50),
    }
    for (const way of ['nearest', 'early', 'walk']) plans[way] = planOf(subject, {}, LIMITS[way]!, 'asc', 2)
    const texts = Object.entries(plans).map(([way, { name, ids }]) => `-- ${way}: ${name}\n${text(ids)}`)
    await expect(`${texts.join('\n\n')}\n`).toMatchFileSnapshot(
      `expected/${name.replaceAll(/\W+/g, '-')}.sql`,
    )
  })
})

function planOf(
  subject: Parameters<typeof ask>[0],
  filters: Parameters<typeof ask>[1],
  limits: PlanLimits,
  order: 'asc' | 'desc',
  limit: number | undefined,
): Plan {
  return askQuestion(db, ask(subject, filters, DAY), { order, limit }, {}, limits).plan
}

const explained = new Map<string, string[]>()

/** A plan does not depend on values, and most statements occur many times. */
function steps({ sql, params }: Statement): string[] {
  const known = explained.get(sql)
  if (known !== undefined) return known
  const plan = db
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...params)
    .map(({ detail }) => detail)
  explained.set(sql, plan)
  return plan
}

function text({ sql, params }: Statement): string {
  const lines = sql.replace(/ (UNION ALL|UNION|FROM|WHERE|ORDER BY) /g, '\n  $1 ')
  return `${lines}\n-- ${JSON.stringify(params)}`
}

it('uses the index that each plan is about', () => {
  const uses = (name: string, limits: PlanLimits) => {
    const subject = SUBJECTS[name]!
    return steps(planOf(subject, {}, limits, 'asc', 2).ids).filter((step) =>
      / e USING | x USING /.test(step),
    )[0]
  }
  expect(uses('request', PLAN_LIMITS)).toContain('event_by_request_id (request_id=?)')
  expect(uses('principal by name', PLAN_LIMITS)).toContain(
    'event_by_identity (identity_id=? AND event_time_ms>? AND event_time_ms<?)',
  )
  expect(uses('resource by bucket', PLAN_LIMITS)).toContain(
    'event_resource_by_resource (resource_id=? AND event_time_ms>? AND event_time_ms<?)',
  )
  expect(uses('window', PLAN_LIMITS)).toContain('event_by_time (event_time_ms>? AND event_time_ms<?)')
})

it('walks a window in order of the index, without sorting', () => {
  for (const order of ['asc', 'desc'] as const) {
    const plan = planOf({ kind: 'window' }, {}, PLAN_LIMITS, order, undefined)
    expect(steps(plan.ids)).toEqual([
      'SEARCH e USING COVERING INDEX event_by_time (event_time_ms>? AND event_time_ms<?)',
    ])
  }
})

it('finds resources by range, never by scan', () => {
  for (const name of [
    'resource by bucket',
    'resource by key prefix',
    'resource by bare id',
    'resource by ARN',
  ]) {
    const plan = askQuestion(db, ask(SUBJECTS[name]!), { order: 'asc' }).plan
    expect(steps(plan.ids).filter((step) => /\br\b/.test(step) && step.startsWith('SCAN'))).toEqual([])
  }
})

it('reads rows by id, in the columns that are promised', () => {
  const statement = db.prepare(`${EVENT_SELECT} ${EVENT_FROM} WHERE e.id IN (SELECT value FROM json_each(?))`)
  expect(statement.columns().map(({ name }) => name)).toEqual([...EVENT_COLUMNS])
  const [first] = steps({ sql: statement.source, params: ['[1]'] })
  expect(first).toBe('SEARCH e USING INTEGER PRIMARY KEY (rowid=?)')
})

it('takes a different way for each set of limits', () => {
  const subject = SUBJECTS['principal by name']!
  const names = Object.values(LIMITS).map(
    (limits) => planOf(subject, { services: ['s3'] }, limits, 'asc', 2).name,
  )
  expect(names).toEqual(['identity', 'nearest identity', 'first 100', 'identity', 'time'])
})
