/** Filters of events → criteria on access-log lines, as far as lines have the field. */
import { ANY_ERROR, type Filters } from '../../model/question.js'
import { eventTyped, recordedNames } from '../find/filters.js'
import { list, or, raw, sql, type Statement } from '../plan/statement.js'
import { asStored } from '../find/value.js'
import { operationsOf, READING_OPERATIONS } from './operations.js'
import { callsWith, type AccessArm } from './reach.js'

/** Access logs are written by S3 only. */
const SERVICE = /^s3(?:\.amazonaws\.com)?$/i

export function accessCriteria(filters: Filters): AccessArm[] {
  const calls = [...operations(filters), ...errors(filters), ...writes(filters)]
  const arms: AccessArm[] = calls.length === 0 ? [] : [callsWith(calls)]
  const { sourceIps, services } = filters
  if (sourceIps.length > 0) {
    const addresses = list(sourceIps.map(asStored))
    arms.push({ kind: 'client', ids: sql`SELECT id FROM access_client WHERE remote_ip IN ${addresses}` })
  }
  const isForeign = services.length > 0 && !services.some((service) => SERVICE.test(service))
  if (isForeign || unanswerable(filters).length > 0) arms.push({ kind: 'never' })
  return arms
}

/** Filters on fields that lines lack: no line can match them. */
export function unanswerable({ accounts, regions, accessKeys, credentials }: Filters): string[] {
  const flags = {
    '--account': accounts,
    '--region': regions,
    '--access-key': accessKeys,
    '--credentials': credentials,
  }
  return Object.entries(flags).flatMap(([flag, values]) => (values.length > 0 ? [flag] : []))
}

/** An operation as the log names it, or the corresponding CloudTrail event. */
function operations({ events }: Filters): Statement[] {
  if (events.length === 0) return []
  const typed = events.map((event) => {
    const { service, name } = eventTyped(event)
    return service !== null && SERVICE.test(service) ? name : event
  })
  const names = recordedNames(typed).flatMap((name) => [name, ...operationsOf(name)])
  return [sql`operation COLLATE NOCASE IN ${list(names.map(asStored))}`]
}

function errors({ errors }: Filters): Statement[] {
  if (errors.length === 0) return []
  const codes = errors.filter((code) => code !== ANY_ERROR)
  const parts = codes.length === 0 ? [] : [sql`error_code COLLATE NOCASE IN ${list(codes.map(asStored))}`]
  if (codes.length < errors.length) parts.push(raw('(error_code IS NOT NULL OR http_status >= 400)'))
  return [or(parts)]
}

function writes({ writeOnly }: Filters): Statement[] {
  if (!writeOnly) return []
  return READING_OPERATIONS.map(
    (pattern) => sql`operation IS NOT NULL AND operation NOT LIKE ${pattern} ESCAPE '\\'`,
  )
}
