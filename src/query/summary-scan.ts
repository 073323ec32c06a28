/** The one pass over the events that a summary is made from. */
import { CaseError, EXIT } from '../model/case-error.js'
import type { Scope } from '../model/question.js'
import type { Connection } from '../store/open.js'
import { readTuples } from '../store/reader.js'
import type { Failure } from './bursts.js'
import { failedOutcomes, scanEvents, type ScanRow } from './event-scan.js'
import type { PrincipalDirectory } from './principal-directory.js'
import { raw, sql } from './statement.js'
import { Numbering, PairTally } from './tally.js'
import { Minutes } from './timeline.js'

/** Counts by principal and by entry of one dictionary. */
export interface Facet {
  readonly tally: PairTally
  readonly entries: Numbering
}

export interface Gathering {
  readonly action: Facet
  readonly place: Facet
  readonly origin: Facet
  /** Failures only. */
  readonly outcome: Facet
  readonly identity: Facet
  /** Of the principals that are shown. */
  readonly minutes: Minutes
  readonly failures: Failure[]
  /** Events whose time could not be read. */
  withoutTime: number
}

export function gather(
  db: Connection,
  scope: Scope,
  directory: PrincipalDirectory,
  isShown: (principal: number) => boolean,
): Gathering {
  const failures = failedOutcomes(db)
  const gathering = newGathering()
  const { action, place, origin, outcome, identity, minutes } = gathering
  const visit = (row: ScanRow) => {
    const [id, ms, actionId, placeId, identityId, originId, outcomeId] = row as Columns
    const { principal } = directory.factsOf(identityId)
    const failed = outcomeId !== 0 && failures.has(outcomeId)
    const actionNumber = action.entries.of(actionId)
    action.tally.add(principal, actionNumber, ms, failed, id)
    place.tally.add(principal, place.entries.of(placeId), ms, failed, id)
    origin.tally.add(principal, origin.entries.of(originId), ms, failed, id)
    identity.tally.add(principal, identity.entries.of(identityId), ms, failed, id)
    if (failed) outcome.tally.add(principal, outcome.entries.of(outcomeId), ms, failed, id)
    if (ms === null) gathering.withoutTime += 1
    if (ms === null || !isShown(principal)) return
    minutes.add(ms, failed)
    if (failed) gathering.failures.push({ principal, ms, row: id, action: actionNumber, outcome: outcome.entries.of(outcomeId) })
  }
  scanEvents(db, scope, COLUMNS, visit)
  return gathering
}

const COLUMNS = ['id', 'event_time_ms', 'action_id', 'place_id', 'identity_id', 'origin_id', 'outcome_id'] as const
type Columns = [number, number | null, number, number, number, number, number]

function newGathering(): Gathering {
  const facet = (): Facet => ({ tally: new PairTally(), entries: new Numbering() })
  return {
    action: facet(),
    place: facet(),
    origin: facet(),
    outcome: facet(),
    identity: facet(),
    minutes: new Minutes(),
    failures: [],
    withoutTime: 0,
  }
}

/** The values of some columns of a dictionary, by the numbers that a facet gave its entries. */
export function readEntries<Values extends readonly (string | number | null)[]>(
  db: Connection,
  { entries }: Facet,
  table: 'action' | 'place' | 'origin' | 'outcome' | 'identity',
  columns: readonly string[],
): (entry: number) => Values {
  const rows = readTuples(db, sql`SELECT id, ${raw(columns.join(', '))} FROM ${raw(table)}`)
  const byId = new Map(rows.map(([id, ...values]) => [id as number, values as unknown as Values]))
  const values = entries.ids.map((id) => byId.get(id) ?? missing(table, id))
  return (entry) => values[entry] ?? missing(table, entry)
}

function missing(table: string, id: number): never {
  throw new CaseError(`the case is damaged: ${table} ${id} is missing`, {
    exit: EXIT.verificationFailed,
    hint: 'see what is damaged with: coldtrail verify',
  })
}
