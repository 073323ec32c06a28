/** Evaluates rules over all events of a case into temp.detection_event. */
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { leavesOf } from '../match/node.js'
import { fieldsOf, type DetectionRule } from '../parse/rule.js'
import type { RecordPool } from '../pool.js'
import { columnOf, eventColumnOf } from './columns.js'
import { Dictionaries } from './dictionary.js'
import { EventQuery } from './event-query.js'
import { isOpen, planOf, possible } from './plan.js'
import type { RecordTask } from './record-task.js'

export interface RuleOutcome {
  /** Why it cannot hit. */
  readonly impossible: string | null
}

export interface Evaluation {
  readonly outcomes: ReadonlyMap<DetectionRule, RuleOutcome>
  /** Records that could not be read as JSON. */
  readonly unreadable: number
}

const EVENTS_OF_TASK = 5000

export async function evaluateRules(
  rules: readonly (readonly [DetectionRule, number])[],
  context: {
    readonly db: Connection
    readonly dictionaries: Dictionaries
    readonly casePath: string
    readonly pool: RecordPool
  },
): Promise<Evaluation> {
  const { db, dictionaries } = context
  const query = new EventQuery(db, dictionaries)
  const outcomes = new Map<DetectionRule, RuleOutcome>()
  const open: (readonly [DetectionRule, number])[] = []
  db.exec('DROP TABLE IF EXISTS temp.candidate')
  db.exec(
    'CREATE TEMP TABLE candidate (event_rowid INTEGER, rule INTEGER, PRIMARY KEY (event_rowid, rule)) WITHOUT ROWID',
  )
  for (const [rule, number] of rules) {
    const part = planOf(rule.node, dictionaries)
    const most = possible(part)
    outcomes.set(rule, { impossible: most.kind === 'never' ? whyNever(rule, dictionaries) : null })
    if (most.kind === 'never') continue
    if (isOpen(part)) {
      db.exec(`INSERT INTO temp.candidate SELECT e.id, ${open.length} ${query.from(most)}`)
      open.push([rule, number])
    } else
      db.exec(
        `INSERT INTO temp.detection_event SELECT ${number}, e.id, e.id ${query.from(part)} ORDER BY e.id`,
      )
  }
  const { unreadable, present } = await readRecords(open, context)
  for (const [at, [rule]] of open.entries()) {
    const absent = absentFields(rule, present[at])
    if (absent !== null) outcomes.set(rule, { impossible: absent })
  }
  return { outcomes, unreadable }
}

async function readRecords(
  open: readonly (readonly [DetectionRule, number])[],
  { db, casePath, pool }: { readonly db: Connection; readonly casePath: string; readonly pool: RecordPool },
): Promise<{ readonly unreadable: number; readonly present: readonly (ReadonlySet<string> | undefined)[] }> {
  const rules = open.map(([{ text, filters }]) => ({ text, filters }))
  const insert = db.prepare('INSERT INTO temp.detection_event VALUES (?, ?, ?)')
  const present: (Set<string> | undefined)[] = open.map(() => undefined)
  let unreadable = 0
  await pool.run(tasksOf(db, { casePath, rules, fields: [] }), (result, { events }) => {
    unreadable += result.unreadable
    const asked = new Set(events.flatMap(([, numbers]) => numbers))
    for (const at of asked) {
      const known = (present[at] ??= new Set())
      for (const field of result.present[at] ?? []) known.add(field)
    }
    db.transaction(() => {
      for (const [id, met] of result.hits) for (const at of met) insert.run(open[at]?.[1], id, id)
    })()
  })
  return { unreadable, present }
}

/** Events in their order, so that records of a file are read together. */
function* tasksOf(db: Connection, shared: Omit<RecordTask, 'events'>): Generator<RecordTask> {
  const sql = `SELECT event_rowid, rule FROM temp.candidate WHERE event_rowid > ? ORDER BY event_rowid, rule LIMIT ?`
  for (let after = -1; ;) {
    const rows = readTuples(db, { sql, params: [after, EVENTS_OF_TASK] })
    const events = new Map<number, number[]>()
    for (const [id, rule] of rows) events.set(Number(id), [...(events.get(Number(id)) ?? []), Number(rule)])
    const last = [...events.keys()].at(-1)
    if (last === undefined) return
    // The rules of the last event may have been cut.
    if (rows.length === EVENTS_OF_TASK && events.size > 1) events.delete(last)
    else events.set(last, rulesOf(db, last))
    after = [...events.keys()].at(-1) as number
    yield { ...shared, events: [...events] }
  }
}

function rulesOf(db: Connection, id: number): number[] {
  const sql = 'SELECT rule FROM temp.candidate WHERE event_rowid = ?'
  return readTuples(db, { sql, params: [id] }).map(([rule]) => Number(rule))
}

/** Which of its demands no row of the case meets. */
function whyNever(rule: DetectionRule, dictionaries: Dictionaries): string {
  const never = leavesOf(rule.node).flatMap((leaf) => {
    const column = columnOf(leaf.field)
    if (column === null || leaf.other !== null) return []
    const dictionary = dictionaries.of(column.dictionary)
    return dictionary.bitsOf(leaf).includes(1) ? [] : [{ leaf, has: dictionary.hasValues(column.column) }]
  })
  const absent = never.find(({ has }) => !has)
  if (absent !== undefined) return `no event has ${absent.leaf.field ?? ''}`
  const named = never.find(({ leaf }) => /^event_?name/i.test(leaf.field ?? '')) ?? never[0]
  if (named === undefined) return 'no event has what it asks for together'
  const { equals, field } = named.leaf
  if (/^event_?name/i.test(field ?? '')) return `no event has one of its names${listed(equals)}`
  return `no event has ${field ?? ''} as it asks for${listed(equals)}`
}

function listed(equals: readonly string[] | null): string {
  if (equals === null) return ''
  const shown = equals.slice(0, 3).join(', ')
  return `: ${shown}${equals.length > 3 ? `, … (${equals.length})` : ''}`
}

/** A field that none of the candidates had. */
function absentFields(rule: DetectionRule, present: ReadonlySet<string> | undefined): string | null {
  if (present === undefined) return 'no event has what it asks for together'
  const fields = [...fieldsOf(rule.node)].filter(
    (field) => field !== null && columnOf(field) === null && eventColumnOf(field) === null,
  )
  const missing = fields.filter((field) => field !== null && !present.has(field))
  return fields.length > 0 && missing.length === fields.length
    ? `no record that it looks at has ${missing.join(', ')}`
    : null
}
