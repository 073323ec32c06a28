/** Evaluates rules over a case, and keeps what they found in it. */
import { techniquesOf, type RuleRow, type RuleState } from '../model/detection.js'
import { damagedCase } from '../model/case-error.js'
import { isoTime } from '../model/time.js'
import { openReader, closeReader, type Connection } from '../store/open.js'
import { createTemporaryDetection, describeDetection, keepDetection } from '../store/detection.js'
import { DETECTION_RULE } from '../store/detection-schema.js'
import { readTuples } from '../store/reader.js'
import { openBook, type Book } from '../store/results-book.js'
import { Dictionaries } from './case/dictionary.js'
import { evaluateRules, type Evaluation } from './case/evaluate-rules.js'
import { RecordFields } from './case/record-fields.js'
import { correlate, readRecordFields, type CorrelationResult } from './correlate/correlate.js'
import { resolveCorrelations, type Resolved } from './correlate/resolve.js'
import { loadRules, packFolder } from './parse/load.js'
import type { CorrelationRule, DetectionRule, RefusedRule, Rule, RuleHead } from './parse/rule.js'
import { openRecordPool, type RecordPool } from './pool.js'
import { countHits, type HitCounts } from './case/count-hits.js'

export interface DetectPlan {
  readonly casePath: string
  /** Files and folders, besides the pack. */
  readonly rulePaths: readonly string[]
  readonly withPack: boolean
  readonly store: boolean
  /** 0: without threads. */
  readonly workers: number
  readonly toolVersion: string
}

export interface DetectReport {
  readonly rules: readonly RuleRow[]
  readonly notes: readonly string[]
  /** Why the results are not kept in the case; null if they are, or if that was not asked for. */
  readonly notKept: string | null
}

export async function detect(plan: DetectPlan): Promise<DetectReport> {
  const book: Book = plan.store ? openBook(plan.casePath) : readOnlyBook(plan.casePath)
  const pool = openRecordPool(plan.workers)
  try {
    return await new Detection(book, pool, plan).run()
  } catch (error) {
    if (!/^SQLITE_(?:CORRUPT|NOTADB)/.test(String((error as { code?: unknown }).code))) throw error
    throw damagedCase(`the case file is damaged (${(error as Error).message})`, error)
  } finally {
    await pool.close()
    book.close()
  }
}

function readOnlyBook(casePath: string): Book {
  const db = openReader(casePath)
  return {
    db,
    notKept: null,
    close: () => {
      closeReader(db)
    },
  }
}

class Detection {
  readonly #db: Connection
  readonly #started = new Date().toISOString()

  constructor(
    readonly book: Book,
    readonly pool: RecordPool,
    readonly plan: DetectPlan,
  ) {
    this.#db = book.db
  }

  async run(): Promise<DetectReport> {
    const { casePath, rulePaths, withPack, store, toolVersion } = this.plan
    // Rules that were named come first: one with the id of a rule of the pack replaces it.
    const set = loadRules([...rulePaths, ...(withPack ? [packFolder()] : [])])
    const resolved = resolveCorrelations(set.rules, set.refused)
    createTemporaryDetection(this.#db)
    const numbers = new Map(set.rules.map((rule, at) => [rule, at + 1]))
    const dictionaries = new Dictionaries(this.#db)
    const context = { db: this.#db, dictionaries, casePath, pool: this.pool }
    const detections = set.rules.filter((rule) => rule.kind === 'detection')
    const evaluation = await evaluateRules(
      detections.map((rule) => [rule, numbers.get(rule) as number] as const),
      context,
    )
    const results = await this.#correlate(resolved, numbers, dictionaries)
    const hide = this.#db.prepare('DELETE FROM temp.detection_event WHERE rule = ?')
    for (const rule of resolved.hidden) hide.run(numbers.get(rule))
    const notes = [...set.notes, ...limits(evaluation, results)]
    const rows = this.#rows(set.rules, { numbers, resolved, evaluation, results, refused: set.refused })
    describeDetection(this.#db, {
      started: this.#started,
      finished: new Date().toISOString(),
      toolVersion,
      rulesGiven: rulePaths,
      notes,
    })
    if (store && this.book.notKept === null) keepDetection(this.#db)
    return { rules: rows, notes, notKept: store ? this.book.notKept : null }
  }

  async #correlate(
    { correlations, parts }: Resolved,
    numbers: ReadonlyMap<Rule, number>,
    dictionaries: Dictionaries,
  ): Promise<Map<CorrelationRule, CorrelationResult>> {
    const records = new RecordFields(this.#db, this.plan.casePath, this.pool)
    const [[since, until] = []] = readTuples(this.#db, {
      sql: 'SELECT min(event_time_ms), max(event_time_ms) FROM event',
      params: [],
    })
    const span = { sinceMs: Number(since ?? 0), untilMs: Number(until ?? 0) }
    const results = new Map<CorrelationRule, CorrelationResult>()
    const context = { db: this.#db, dictionaries, numbers, records, span }
    await readRecordFields(
      correlations.map((rule) => [rule, parts.get(rule) ?? []] as const),
      context,
    )
    for (const rule of correlations) results.set(rule, await correlate(rule, parts.get(rule) ?? [], context))
    return results
  }

  #rows(rules: readonly Rule[], found: Found): RuleRow[] {
    const counts = countHits(this.#db)
    const unusable = new Map(found.resolved.refused.map((rule) => [rule.sha256 + rule.place, rule.reason]))
    const places = DETECTION_RULE.columns.map(() => '?').join(', ')
    const insert = this.#db.prepare(`INSERT INTO temp.detection_rule VALUES (${places})`)
    const rows: RuleRow[] = []
    for (const rule of rules) {
      const number = found.numbers.get(rule) as number
      const reason = unusable.get(rule.sha256 + rule.place)
      const [state, why] =
        reason === undefined ? stateOf(rule, counts.get(number), found) : (['not evaluated', reason] as const)
      rows.push(
        keep(insert, rule, number, { state, reason: why, kind: rule.kind, counts: counts.get(number) }),
      )
    }
    for (const [at, rule] of found.refused.entries())
      rows.push(
        keep(insert, rule, rules.length + at + 1, {
          state: 'not evaluated',
          reason: rule.reason,
          kind: rule.kind,
          counts: undefined,
        }),
      )
    return rows
  }
}

interface Insert {
  run(...values: readonly unknown[]): unknown
}

/** A row of detection_rule, which is also reported. */
function keep(
  insert: Insert,
  rule: RuleHead,
  number: number,
  { state, reason, kind, counts }: Verdict,
): RuleRow {
  insert.run(
    number,
    rule.id,
    rule.name,
    rule.title,
    rule.author,
    rule.level,
    rule.status,
    rule.license,
    rule.description,
    ...[rule.references, rule.falsePositives, rule.tags].map((list) => JSON.stringify(list)),
    rule.place,
    rule.sha256,
    kind,
    state,
    reason,
    counts?.hits ?? 0,
    counts?.events ?? 0,
    counts?.principals ?? 0,
    counts?.firstMs ?? null,
    counts?.lastMs ?? null,
  )
  const time = (ms: number | null | undefined): string | null => (typeof ms === 'number' ? isoTime(ms) : null)
  return {
    number,
    rule_id: rule.id,
    title: rule.title,
    level: rule.level,
    author: rule.author,
    state,
    reason,
    hits: counts?.hits ?? 0,
    events: counts?.events ?? 0,
    principals: counts?.principals ?? 0,
    first_seen: time(counts?.firstMs),
    last_seen: time(counts?.lastMs),
    techniques: techniquesOf(rule.tags).join(' '),
    place: rule.place,
  }
}

interface Found {
  readonly numbers: ReadonlyMap<Rule, number>
  readonly resolved: Resolved
  readonly evaluation: Evaluation
  readonly results: ReadonlyMap<CorrelationRule, CorrelationResult>
  readonly refused: readonly RefusedRule[]
}

interface Verdict {
  readonly state: RuleState
  readonly reason: string | null
  readonly kind: string
  readonly counts: HitCounts | undefined
}

function stateOf(
  rule: Rule,
  counts: HitCounts | undefined,
  { resolved, evaluation, results }: Found,
): readonly [RuleState, string | null] {
  const impossible =
    rule.kind === 'detection'
      ? (evaluation.outcomes.get(rule)?.impossible ?? null)
      : partsReason(rule, resolved, evaluation)
  if (resolved.hidden.has(rule)) return ['part of', impossible]
  const leftOut = rule.kind === 'correlation' ? (results.get(rule)?.leftOut ?? 0) : 0
  const limit =
    leftOut === 0
      ? null
      : `${leftOut} events without time, or a field that it groups or counts by, were left out`
  if ((counts?.hits ?? 0) > 0) return ['hit', limit]
  return impossible === null ? ['no hit', limit] : ['cannot hit', impossible]
}

/** A correlation of rules that cannot hit cannot either; new_value and counts need one, sequences all. */
function partsReason(rule: CorrelationRule, { parts }: Resolved, { outcomes }: Evaluation): string | null {
  const reasons = (parts.get(rule) ?? []).map((part) =>
    part.kind === 'detection' ? impossibleOf(part, outcomes) : null,
  )
  const isEach = /^temporal/.test(rule.correlation.type) && rule.correlation.bounds.length === 0
  const first = reasons.find((reason) => reason !== null) ?? null
  return isEach || reasons.every((reason) => reason !== null) ? first : null
}

function impossibleOf(rule: DetectionRule, outcomes: Evaluation['outcomes']): string | null {
  const reason = outcomes.get(rule)?.impossible ?? null
  return reason === null ? null : `${rule.title}: ${reason}`
}

function limits(
  { unreadable }: Evaluation,
  results: ReadonlyMap<CorrelationRule, CorrelationResult>,
): string[] {
  const notes: string[] = []
  if (unreadable > 0)
    notes.push(
      `${unreadable} records are rows of tables or damaged: rules saw their columns only, not parameters and responses`,
    )
  if ([...results.keys()].some((rule) => rule.correlation.type === 'temporal_ordered'))
    notes.push('events of the same second count as being in order: CloudTrail records whole seconds')
  return notes
}
