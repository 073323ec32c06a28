/** Runs a correlation over the hits of the rules that it names. */
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { columnOf, eventColumnOf } from '../case/columns.js'
import type { Dictionaries } from '../case/dictionary.js'
import type { RecordFields } from '../case/record-fields.js'
import type { Correlation } from '../parse/correlation.js'
import type { CorrelationRule, Rule } from '../parse/rule.js'
import { absences, newValues, ordered } from './sequence.js'
import { slide, type Found, type Item } from './window.js'

export interface CorrelationResult {
  readonly hits: number
  /** Events without a field of group-by or of the condition, or without a time. */
  readonly leftOut: number
}

export interface CorrelationContext {
  readonly db: Connection
  readonly dictionaries: Dictionaries
  readonly numbers: ReadonlyMap<Rule, number>
  readonly records: RecordFields
  readonly span: { readonly sinceMs: number; readonly untilMs: number }
}

interface Group {
  readonly texts: readonly string[]
  readonly items: Item[]
}

/** Reads what correlations need of records, before them and at once. */
export async function readRecordFields(
  correlations: readonly (readonly [CorrelationRule, readonly Rule[]])[],
  context: CorrelationContext,
): Promise<void> {
  const fields = new Set<string>()
  const rules = new Set<number>()
  for (const [{ correlation }, parts] of correlations) {
    if (needsEach(correlation) && parts.some((part) => part.kind === 'detection' && !hasHits(context, part)))
      continue
    for (const part of parts.filter(({ kind }) => kind === 'detection')) {
      const needed = [...correlation.groupBy, ...correlation.fields]
        .map((name) => fieldOf(correlation, name, part))
        .filter(isOfRecord)
      for (const field of needed) fields.add(field)
      if (needed.length > 0) rules.add(context.numbers.get(part) as number)
    }
  }
  await context.records.read([...rules], [...fields])
}

function isOfRecord(field: string): boolean {
  return columnOf(field) === null && eventColumnOf(field) === null
}

function fieldOf({ aliases }: Correlation, name: string, part: Rule): string {
  const fields = aliases.get(name)
  return fields?.get(part.id ?? '') ?? fields?.get(part.name ?? '') ?? name
}

export async function correlate(
  rule: CorrelationRule,
  parts: readonly Rule[],
  context: CorrelationContext,
): Promise<CorrelationResult> {
  if (needsEach(rule.correlation) && parts.some((part) => !hasHits(context, part)))
    return { hits: 0, leftOut: 0 }
  const gather = new Gathering(rule.correlation, context)
  for (const [at, part] of parts.entries()) await gather.add(at, part)
  const { db, numbers } = context
  const number = numbers.get(rule) as number
  const hit = db.prepare('INSERT INTO temp.detection_hit VALUES (?, ?, ?, ?, ?, ?)')
  const event = db.prepare('INSERT OR IGNORE INTO temp.detection_event VALUES (?, ?, ?)')
  let hits = 0
  const keep = db.transaction(() => {
    for (const { texts, items } of gather.groups.values()) {
      items.sort((one, other) => one.timeMs - other.timeMs || one.rule - other.rule)
      const group = JSON.stringify(
        Object.fromEntries(rule.correlation.groupBy.map((name, at) => [name, texts[at]])),
      )
      for (const found of search(items, rule.correlation, context)) {
        const members = found.items.map((at) => items[at] as Item)
        hit.run(number, ++hits, members[0]?.timeMs, members.at(-1)?.timeMs, group, Math.floor(found.value))
        for (const member of members) for (const id of member.events) event.run(number, hits, id)
      }
    }
  })
  keep()
  return { hits, leftOut: gather.leftOut }
}

/** Without a bound every rule must occur: where one did not, nothing need be read. */
function needsEach({ type, bounds }: Correlation): boolean {
  return type === 'temporal_ordered' || (type === 'temporal' && bounds.length === 0)
}

function hasHits({ db, numbers }: CorrelationContext, part: Rule): boolean {
  const sql = 'SELECT 1 FROM temp.detection_event WHERE rule = ? LIMIT 1'
  return readTuples(db, { sql, params: [numbers.get(part) as number] }).length > 0
}

function search(
  items: readonly Item[],
  correlation: Correlation,
  { span }: CorrelationContext,
): readonly Found[] {
  switch (correlation.type) {
    case 'temporal_ordered':
      return ordered(items, correlation)
    case 'new_value':
      return newValues(items, correlation)
    case 'absence':
      return absences(items, correlation, span)
    case 'event_count':
    case 'value_count':
    case 'value_sum':
    case 'value_avg':
    case 'value_percentile':
    case 'temporal':
      return slide(items, correlation)
  }
}

/** A hit of a part: an event, or a hit of another correlation. */
interface Candidate {
  readonly timeMs: number | null
  readonly events: readonly number[]
  /** Texts of a field; empty without one. */
  readonly read: (field: string) => readonly string[]
}

class Gathering {
  readonly groups = new Map<string, Group>()
  leftOut = 0

  constructor(
    readonly correlation: Correlation,
    readonly context: CorrelationContext,
  ) {}

  async add(at: number, part: Rule): Promise<void> {
    const field = (name: string): string => fieldOf(this.correlation, name, part)
    const groupBy = this.correlation.groupBy.map(field)
    const values = this.correlation.fields.map(field)
    const number = this.context.numbers.get(part) as number
    const candidates =
      part.kind === 'correlation'
        ? this.#ofCorrelation(number)
        : await this.#ofDetection(number, [...new Set([...groupBy, ...values])])
    for (const candidate of candidates) this.#take(candidate, at, groupBy, values)
  }

  #take(candidate: Candidate, rule: number, groupBy: readonly string[], fields: readonly string[]): void {
    const { timeMs, events, read } = candidate
    const texts = groupBy.map((field) => read(field).join(', '))
    const values = fields.map(read)
    const isComplete =
      groupBy.every((field) => read(field).length > 0) && values.every(({ length }) => length > 0)
    if (timeMs === null || !isComplete) {
      this.leftOut++
      return
    }
    const key = JSON.stringify(texts)
    const group = this.groups.get(key) ?? { texts, items: [] }
    group.items.push({ timeMs, rule, events, values })
    this.groups.set(key, group)
  }

  async #ofDetection(number: number, fields: readonly string[]): Promise<Iterable<Candidate>> {
    const { db, records } = this.context
    const ofRecord = fields.filter(isOfRecord)
    await records.read([number], ofRecord)
    const known = fields.filter((field) => !ofRecord.includes(field))
    const sql = `SELECT e.event_time_ms, e.id${known.map((field) => `, e.${idColumn(field)}`).join('')}
      FROM temp.detection_event d CROSS JOIN event e ON e.id = d.event_rowid WHERE d.rule = ${number}`
    const reads = new Map(known.map((field) => [field, this.#columnReader(field)]))
    return iterateCandidates(db, sql, (row) => ({
      timeMs: row[0] as number | null,
      events: [row[1] as number],
      read: (field) => {
        const read = reads.get(field)
        return read === undefined
          ? records.textsOf(field, row[1] as number)
          : read(row[2 + known.indexOf(field)] ?? null)
      },
    }))
  }

  /** Texts by the id of a dictionary: events share the lists. */
  #columnReader(field: string): (value: string | number | null) => readonly string[] {
    const column = columnOf(field)
    if (column === null) return (value) => (value === null ? NONE : [String(value)])
    const dictionary = this.context.dictionaries.of(column.dictionary)
    const known = new Map<number, readonly string[]>()
    return (value) => {
      const id = Number(value)
      let texts = known.get(id)
      if (texts === undefined) {
        const text = dictionary.textAt(column.column, id)
        known.set(id, (texts = text === null ? NONE : [text]))
      }
      return texts
    }
  }

  #ofCorrelation(number: number): Candidate[] {
    const { db } = this.context
    const events = new Map<number, number[]>()
    const sql = 'SELECT hit, event_rowid FROM temp.detection_event WHERE rule = ?'
    for (const [hit, id] of readTuples(db, { sql, params: [number] }))
      events.set(Number(hit), [...(events.get(Number(hit)) ?? []), Number(id)])
    return readTuples(db, {
      sql: 'SELECT hit, last_ms, group_by FROM temp.detection_hit WHERE rule = ?',
      params: [number],
    }).map(([hit, timeMs, group]) => {
      const texts = JSON.parse(String(group)) as Record<string, string>
      return {
        timeMs: timeMs as number | null,
        events: events.get(Number(hit)) ?? [],
        read: (field) => (Object.hasOwn(texts, field) ? [texts[field] as string] : []),
      }
    })
  }
}

const NONE: readonly string[] = []

function* iterateCandidates(
  db: Connection,
  sql: string,
  make: (row: readonly (string | number | null)[]) => Candidate,
): Generator<Candidate> {
  for (const row of db.prepare<[], (string | number | null)[]>(sql).raw().iterate()) yield make(row)
}

function idColumn(field: string): string {
  const column = columnOf(field)
  return column === null ? (eventColumnOf(field) ?? 'id') : `${column.dictionary}_id`
}
