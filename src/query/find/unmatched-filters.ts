/**
 * Warns about filters or windows that cannot match anything in the case (usually a typo), so an empty result is not
 * mistaken for a finding.
 */
import { ANY_ERROR, NO_FILTERS, type Filters, type Scope, type TimeWindow } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { readNumber, readTuples } from '../../store/reader.js'
import { hasAccessLines } from '../access-log/ask.js'
import { accessCriteria } from '../access-log/filters.js'
import { criteriaOf } from './filters.js'
import { sql, type Statement } from '../plan/statement.js'
import { isoTime } from '../../model/time.js'

/** The flag of each filter, and the column of `summary --by` that lists its values. */
const FILTERS = {
  events: ['--event', 'event_name'],
  services: ['--service', 'event_source'],
  accounts: ['--account', 'recipient_account_id'],
  regions: ['--region', 'aws_region'],
  sourceIps: ['--source-ip', 'source_ip_address'],
  accessKeys: ['--access-key', 'access_key_id'],
  errors: ['--error', 'error_code'],
} as const satisfies Partial<Record<keyof Filters, readonly [flag: string, column: string]>>

export function unmetScope(db: Connection, { filters, window }: Scope): string[] {
  return [...unmetFilters(db, filters), ...unmetWindow(db, window)]
}

function unmetFilters(db: Connection, filters: Filters): string[] {
  return Object.entries(FILTERS).flatMap(([name, [flag, column]]) => {
    const values = filters[name as keyof typeof FILTERS].filter((value) => value !== ANY_ERROR)
    return values
      .filter((value) => !occurs(db, { ...NO_FILTERS, [name]: [value] }))
      .map(
        (value) =>
          `no event in this case has ${flag} ${value}; coldtrail summary --by ${column} lists what there is`,
      )
  })
}

/** Looks only at dictionaries, which are small. */
function occurs(db: Connection, filters: Filters): boolean {
  const isThere = (ids: Statement) => readNumber(db, sql`SELECT 1 FROM (${ids}) LIMIT 1`) !== null
  return (
    criteriaOf(filters).every(({ ids }) => isThere(ids)) ||
    (hasAccessLines(db) && accessCriteria(filters).every((arm) => 'ids' in arm && isThere(arm.ids)))
  )
}

function unmetWindow(db: Connection, { sinceMs, untilMs }: TimeWindow): string[] {
  if (sinceMs === undefined && untilMs === undefined) return []
  const ends = sql`SELECT (SELECT min(event_time_ms) FROM event), (SELECT max(event_time_ms) FROM event)`
  const [[first, last] = [null, null]] = readTuples(db, ends) as [number | null, number | null][]
  if (first === null || last === null) return []
  if ((sinceMs ?? first) <= last && (untilMs ?? Infinity) > first) return []
  return [`the events of this case are from ${isoTime(first)} to ${isoTime(last)}`]
}
