/** An event as lineage reads it. */
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import type { RecordPlace } from '../../store/record-reader.js'
import { raw, sql, type Statement } from '../plan/statement.js'

export interface CaseEvent extends RecordPlace {
  readonly rowid: number
  readonly event_id: string
  readonly event_time_ms: number | null
  readonly action_id: number
  readonly event_source: string | null
  readonly event_name: string | null
  readonly identity_id: number
  readonly request_id: string | null
  readonly shared_event_id: string | null
  readonly source_ip_address: string | null
  readonly aws_region: string | null
  readonly recipient_account_id: string | null
  readonly error_code: string | null
  readonly error_message: string | null
  readonly failed: number
}

const EVENT_COLUMNS = [
  'e.id',
  'e.event_id',
  'e.event_time_ms',
  'e.action_id',
  'a.event_source',
  'a.event_name',
  'e.identity_id',
  'e.request_id',
  'e.shared_event_id',
  'g.source_ip_address',
  'p.aws_region',
  'p.recipient_account_id',
  'o.error_code',
  'o.error_message',
  'o.failed',
  'e.source_id',
  'e.record_offset',
  'e.record_length',
  'e.locator',
]
const EVENTS = `SELECT ${EVENT_COLUMNS.join(', ')} FROM event e CROSS JOIN action a ON a.id = e.action_id
  CROSS JOIN place p ON p.id = e.place_id CROSS JOIN address g ON g.id = e.address_id CROSS JOIN outcome o ON o.id = e.outcome_id`

/** In time order. One eventID can have several records, each a row. */
export function readCaseEvents(db: Connection, wanted: Statement): CaseEvent[] {
  const rows = readTuples(db, sql`${raw(EVENTS)} WHERE e.id IN (${wanted}) ORDER BY e.event_time_ms, e.id`)
  return rows.map((values): CaseEvent => {
    const columns: Record<string, unknown> = {}
    EVENT_COLUMNS.forEach((name, index) => {
      columns[name === 'e.id' ? 'rowid' : name.slice(2)] = values[index]
    })
    return columns as unknown as CaseEvent
  })
}

/** The same call, recorded by two trails or by the accounts of both sides. */
export function isCopy(a: CaseEvent, b: CaseEvent): boolean {
  if (a.event_id === b.event_id) return true
  return a.shared_event_id !== null && a.shared_event_id === b.shared_event_id
}
