/** The single pass over events that feeds a summary. */
import { damagedCase } from '../../model/case-error.js'
import type { Scope } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import type { Failure } from './bursts.js'
import { failedOutcomes, scanEvents, type ScanRow } from './event-scan.js'
import type { IdentityFacts, PrincipalDirectory } from '../principals/principal-directory.js'
import type { Dimension } from '../plan/criteria.js'
import { raw, sql } from '../plan/statement.js'
import { addEvent, firstEvent, PairTally, type PairTotals } from './tally.js'
import { Minutes } from './timeline.js'

/** Counts; tallies are by principal and dictionary ID. */
export interface Gathering {
  readonly action: PairTally
  readonly place: PairTally
  readonly address: PairTally
  readonly client: PairTally
  /** Failures only. */
  readonly outcome: PairTally
  /** By identity.id. */
  readonly identities: Map<number, IdentityTotals>
  /** Of the principals shown. */
  readonly minutes: Minutes
  readonly failures: Failure[]
  /** Events whose time is missing or unreadable. */
  withoutTime: number
}

export interface IdentityTotals {
  readonly facts: IdentityFacts
  readonly totals: PairTotals
}

export function gather(
  db: Connection,
  scope: Scope,
  directory: PrincipalDirectory,
  isShown: (principal: number) => boolean,
): Gathering {
  const failures = failedOutcomes(db)
  const gathering = newGathering()
  const { action, place, address, client, outcome, identities, minutes } = gathering
  const visit = (row: ScanRow) => {
    const [id, ms, actionId, placeId, identityId, addressId, clientId, outcomeId] = row as Columns
    let identity = identities.get(identityId)
    if (identity === undefined) {
      identity = { facts: directory.factsOf(identityId), totals: firstEvent(id) }
      identities.set(identityId, identity)
    }
    const { principal } = identity.facts
    const failed = outcomeId !== 0 && failures.has(outcomeId)
    addEvent(identity.totals, ms, failed, id)
    action.add(principal, actionId, ms, failed, id)
    place.add(principal, placeId, ms, failed, id)
    address.add(principal, addressId, ms, failed, id)
    client.add(principal, clientId, ms, failed, id)
    if (failed) outcome.add(principal, outcomeId, ms, failed, id)
    if (ms === null) gathering.withoutTime += 1
    if (ms === null || !isShown(principal)) return
    minutes.add(ms, failed)
    if (failed) gathering.failures.push({ principal, ms, row: id, action: actionId, outcome: outcomeId })
  }
  scanEvents(db, scope, COLUMNS, visit)
  return gathering
}

const COLUMNS = [
  'id',
  'event_time_ms',
  'action_id',
  'place_id',
  'identity_id',
  'address_id',
  'client_id',
  'outcome_id',
] as const
type Columns = [number, number | null, number, number, number, number, number, number]

function newGathering(): Gathering {
  return {
    action: new PairTally(),
    place: new PairTally(),
    address: new PairTally(),
    client: new PairTally(),
    outcome: new PairTally(),
    identities: new Map(),
    minutes: new Minutes(),
    failures: [],
    withoutTime: 0,
  }
}

/** Values of one dictionary column by ID, as text. */
export function readValues(db: Connection, table: Dimension, column: string): (id: number) => string | null {
  const rows = readTuples(db, sql`SELECT id, ${raw(column)} FROM ${raw(table)}`)
  const byId = new Map(
    rows.map(([id, value = null]) => [id, typeof value === 'number' ? String(value) : value]),
  )
  return (id) => {
    const value = byId.get(id)
    return value === undefined ? missing(table, id) : value
  }
}

function missing(table: string, id: number): never {
  throw damagedCase(`the case is damaged: ${table} ${id} is missing`)
}
