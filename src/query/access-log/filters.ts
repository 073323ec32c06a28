/** Filters of events → criteria on access-log lines, as far as lines have the field. */
import { ANY_ERROR, type Excluded, type Filters } from '../../model/question.js'
import { addressIn, eventTyped, likeAny, noneOf, recordedNames } from '../find/filters.js'
import { and, list, or, raw, sql, type Statement } from '../plan/statement.js'
import { asStored } from '../find/value.js'
import { operationsOf, READING_OPERATIONS } from './operations.js'
import { callsWith, type AccessArm } from './reach.js'

const FAILED = '(error_code IS NOT NULL OR http_status >= 400)'
/** Of S3's refusals, some have another code, as AllAccessDisabled. */
const DENIED = "(error_code = 'AccessDenied' OR http_status = 403)"

/** Access logs are written by S3 only. */
const SERVICE = /^s3(?:\.amazonaws\.com)?$/i

export function accessCriteria(filters: Filters): AccessArm[] {
  const { except, services } = filters
  const calls = [
    ...operations(filters),
    ...noneOf(operations(except)),
    ...errors(filters),
    ...outcomes(filters),
    ...writes(filters),
  ]
  const arms: AccessArm[] = calls.length === 0 ? [] : [callsWith(calls)]
  const clients = [
    ...addressIn('remote_ip', filters.sourceIps),
    ...noneOf(addressIn('remote_ip', except.sourceIps)),
  ]
  if (clients.length > 0)
    arms.push({ kind: 'client', ids: sql`SELECT id FROM access_client WHERE ${and(clients)}` })
  if (except.services.some((service) => SERVICE.test(service))) arms.push({ kind: 'never' })
  const isForeign = services.length > 0 && !services.some((service) => SERVICE.test(service))
  if (isForeign || unanswerable(filters).length > 0) arms.push({ kind: 'never' })
  return arms
}

/** Filters on fields that lines lack: no line can match them. */
export function unanswerable({
  accounts,
  regions,
  accessKeys,
  credentials,
  console,
  noMfa,
  rules,
  minLevel,
}: Filters): string[] {
  const flags = {
    '--account': accounts.length > 0,
    '--region': regions.length > 0,
    '--access-key': accessKeys.length > 0,
    '--credentials': credentials.length > 0,
    '--console': console,
    '--no-mfa': noMfa,
    '--rule': rules.length > 0,
    '--min-level': minLevel !== null,
  }
  return Object.entries(flags).flatMap(([flag, isUsed]) => (isUsed ? [flag] : []))
}

/** An operation as the log names it, or the corresponding CloudTrail event. */
function operations({ events }: Excluded): Statement[] {
  if (events.length === 0) return []
  const typed = events.map((event) => {
    const { service, name } = eventTyped(event)
    return service !== null && SERVICE.test(service) ? name : event
  })
  const names = recordedNames(typed).flatMap((name) => [name, ...operationsOf(name)])
  const spelled = sql`operation COLLATE NOCASE IN ${list(names.map(asStored))}`
  return [or([spelled, ...likeAny('operation', names)])]
}

function errors({ errors }: Filters): Statement[] {
  if (errors.length === 0) return []
  const codes = errors.filter((code) => code !== ANY_ERROR)
  const parts = codes.length === 0 ? [] : [sql`error_code COLLATE NOCASE IN ${list(codes.map(asStored))}`]
  if (codes.length < errors.length) parts.push(raw(FAILED))
  return [or(parts)]
}

function outcomes({ failed, denied }: Filters): Statement[] {
  return [...(failed ? [raw(FAILED)] : []), ...(denied ? [raw(DENIED)] : [])]
}

function writes({ writeOnly }: Filters): Statement[] {
  if (!writeOnly) return []
  return READING_OPERATIONS.map(
    (pattern) => sql`operation IS NOT NULL AND operation NOT LIKE ${pattern} ESCAPE '\\'`,
  )
}
