/** How SQLite goes about every statement of the commands that list and count. A plan that is right for a small case only shows here. */
import { expect, it } from 'vitest'
import { NO_FILTERS, type Scope } from '../../src/model/question.js'
import { readCaseInfo, readProblemGroups } from '../../src/query/case/case-facts.js'
import { listProblems } from '../../src/query/case/problem-list.js'
import { readCoverage } from '../../src/query/coverage/coverage.js'
import { askLineage } from '../../src/query/lineage/ask-lineage.js'
import { listPrincipals } from '../../src/query/principals/principal-list.js'
import { resourceHistory } from '../../src/query/resources/resource-history.js'
import { listResources } from '../../src/query/resources/resource-list.js'
import { summarise } from '../../src/query/summary/summary.js'
import type { Connection } from '../../src/store/open.js'
import { plansOf } from '../helpers/count-case.js'
import { openTinyCase } from '../helpers/tiny-case.js'
import { DAY } from './questions.js'

const db = openTinyCase()
const EVERYTHING: Scope = { window: {}, filters: NO_FILTERS }
const NARROW: Scope = { window: DAY, filters: { ...NO_FILTERS, services: ['s3'], writeOnly: true } }
const ROLE = 'arn:aws:iam::111122223333:role/service-role/Deploy'

const COMMANDS: Readonly<Record<string, (db: Connection) => unknown>> = {
  resources: (db) => [...listResources(db, EVERYTHING, undefined, 10).rows],
  'resources, narrow': (db) => [...listResources(db, NARROW, undefined, 10).rows],
  'resources NAME': (db) => [...listResources(db, EVERYTHING, ROLE, 10).rows],
  'resources NAME, narrow': (db) => [...listResources(db, NARROW, ROLE, 10).rows],
  'resources NAME --history': (db) => resourceHistory(db, EVERYTHING, ROLE),
  'resources NAME --history, narrow': (db) => resourceHistory(db, NARROW, ROLE),
  principals: (db) => listPrincipals(db, EVERYTHING, 'events'),
  'principals, narrow': (db) => listPrincipals(db, NARROW, 'events'),
  summary: (db) => summarise(db, EVERYTHING, { limit: 10, includeServices: true }),
  'summary, narrow': (db) => summarise(db, NARROW, { limit: 10, includeServices: false }),
  coverage: (db) => readCoverage(db, EVERYTHING),
  'coverage, narrow': (db) => readCoverage(db, { ...EVERYTHING, window: DAY }),
  info: (db) => readCaseInfo(db, db.name),
  problems: (db) => readProblemGroups(db),
  'problems --kind': (db) => [...listProblems(db, 'bad-time')],
  lineage: (db) =>
    askLineage(db, {
      asked: 'AKIAALICE000EXAMPLE1',
      events: 'all',
      depth: 5,
      limit: 100,
      up: true,
      down: true,
    }),
}

type Step = readonly [sql: string, step: string]

/** Each statement once, with its steps; SQLite numbers what it makes on the way. */
function text(steps: readonly Step[]): string {
  const statements = new Map<string, string[]>()
  for (const [sql, step] of steps)
    statements.set(sql, [...(statements.get(sql) ?? []), `   ${step.replace(/(?<=SUBQUERY )\d+/, 'N')}`])
  const texts = Array.from(statements, ([sql, own]) => `${sql.replaceAll(/\s+/g, ' ')}\n${own.join('\n')}`)
  return texts.join('\n')
}

it('the plans of every command are those that were reviewed', async () => {
  const plans = Object.entries(COMMANDS).map(([name, run]) => `-- ${name}\n${text(plansOf(db, run))}\n`)
  await expect(plans.join('\n')).toMatchFileSnapshot('expected/command-plans.txt')
})

/** Uses are numbered after their events. By their index all uses of a resource are gone through again for each of its events. */
it.each(Object.entries(COMMANDS))('%s finds the uses of an event by their numbers', (_, run) => {
  for (const [sql, step] of plansOf(db, run))
    if (
      sql.includes('x.id BETWEEN') &&
      / x (USING|VIRTUAL)/.test(step) &&
      !/^(SCAN|SEARCH) x VIRTUAL/.test(step)
    )
      expect([sql, step]).toEqual([sql, 'SEARCH x USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'])
})
