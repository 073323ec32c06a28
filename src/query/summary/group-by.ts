/** Counts events by the values of one column: `coldtrail summary --by`. */
import type { RankedList } from '../../model/summary.js'
import type { Scope } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { failedOutcomes, scanEvents, type ScanColumn, type ScanRow } from './event-scan.js'
import { PrincipalDirectory } from '../principals/principal-directory.js'
import type { Dimension } from '../plan/criteria.js'
import { readValues } from './summary-scan.js'
import { shownPrincipals, type SummaryOptions } from './summary.js'
import { PairTally } from './tally.js'
import { byPrincipals, compareValues, rank, ValueTable } from './value-table.js'
import { isoTime } from '../../model/time.js'

/** The dictionary of each column. */
const DIMENSION_OF = {
  principal: 'identity',
  principal_kind: 'identity',
  principal_type: 'identity',
  principal_arn: 'identity',
  principal_account_id: 'identity',
  user_name: 'identity',
  credential_class: 'identity',
  access_key_id: 'identity',
  session_issuer_arn: 'identity',
  session_name: 'identity',
  source_identity: 'identity',
  invoked_by: 'identity',
  principal_tags: 'identity',
  mfa_authenticated: 'identity',
  event_source: 'action',
  event_name: 'action',
  event_type: 'action',
  event_category: 'action',
  event_version: 'action',
  read_only: 'action',
  aws_region: 'place',
  recipient_account_id: 'place',
  source_ip_address: 'address',
  user_agent: 'client',
  vpc_endpoint_id: 'address',
  tls_version: 'client',
  cipher_suite: 'client',
  signature_version: 'client',
  authentication_method: 'client',
  error_code: 'outcome',
  error_message: 'outcome',
} as const satisfies Record<string, Dimension>

/** Parts of the event's time. */
const PERIODS = { day: 86_400_000, hour: 3_600_000 } as const

export type GroupColumn = keyof typeof DIMENSION_OF | keyof typeof PERIODS
export const GROUP_COLUMNS = [...Object.keys(DIMENSION_OF), ...Object.keys(PERIODS)] as readonly GroupColumn[]

type Row = readonly [
  id: number,
  ms: number | null,
  identity: number,
  outcome: number,
  own: number | undefined,
]

export function groupBy(
  db: Connection,
  scope: Scope,
  column: GroupColumn,
  { limit, includeServices }: SummaryOptions,
): RankedList {
  const directory = new PrincipalDirectory(db)
  const isShown = shownPrincipals(directory, includeServices)
  const tally = new PairTally()
  const key = isPeriod(column) ? periodKey(PERIODS[column]) : columnKey(column)
  const failures = failedOutcomes(db)
  const visit = (columns: ScanRow) => {
    const row = columns as unknown as Row
    const entry = key.entryOf(row)
    if (entry === null) return
    const [id, ms, identity, outcome] = row
    tally.add(directory.factsOf(identity).principal, entry, ms, failures.has(outcome), id)
  }
  scanEvents(db, scope, ['id', 'event_time_ms', 'identity_id', 'outcome_id', ...key.columns], visit)
  return rank(ValueTable.of(tally, isShown, key.valuesOf(db)), limit, key.order)
}

function isPeriod(column: GroupColumn): column is keyof typeof PERIODS {
  return Object.hasOwn(PERIODS, column)
}

interface Key {
  readonly columns: readonly ScanColumn[]
  readonly order: Parameters<typeof rank>[2]
  /** The entry to count; null if the event has none. */
  readonly entryOf: (row: Row) => number | null
  readonly valuesOf: (db: Connection) => (entry: number) => string | null
}

function columnKey(column: keyof typeof DIMENSION_OF): Key {
  const dimension = DIMENSION_OF[column]
  return {
    columns: dimension === 'identity' || dimension === 'outcome' ? [] : [`${dimension}_id`],
    order: dimension === 'outcome' ? byPrincipals : undefined,
    entryOf: ([, , identity, outcome, own]) => {
      if (dimension === 'identity') return identity
      // Outcome 0 is success, not an error.
      return dimension === 'outcome' ? outcome || null : (own ?? null)
    },
    valuesOf: (db) => readValues(db, dimension, column),
  }
}

/** Days and hours are sorted by time. */
function periodKey(length: number): Key {
  return {
    columns: [],
    order: (one, other) => compareValues(one.value, other.value),
    entryOf: ([, ms]) => (ms === null ? null : Math.floor(ms / length)),
    valuesOf: () => (entry) => isoTime(entry * length),
  }
}
