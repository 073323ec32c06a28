/** Search criteria for lines of S3 server access logs; `l` is access_log. */
import type { Arm, Combined, Criterion } from '../plan/criteria.js'
import { and, raw, sql, type Statement } from '../plan/statement.js'
import { matches, type NamePattern } from '../find/value.js'
import { plainKey } from '../../model/object-key.js'

/** A criterion that one index can answer. */
export type AccessArm =
  /** `ids` selects `id` of a dictionary that lines refer to, without duplicates. */
  | { readonly kind: 'client' | 'call'; readonly ids: Statement }
  /** Conditions on columns of the line. */
  | { readonly kind: 'line'; readonly index: string; readonly condition: Statement }
  /** A phrase in FTS5's query language, searched in the line's own text. */
  | { readonly kind: 'words'; readonly match: string }
  /** No line can match. */
  | { readonly kind: 'never' }

export type AccessCriterion = Combined<AccessArm>

export interface AccessReach {
  /** All must hold. */
  readonly criteria: readonly AccessCriterion[]
  readonly notes: readonly string[]
}

export function hasRequestId(value: string): AccessArm {
  return { kind: 'line', index: 'access_log_by_request', condition: sql`l.request_id = ${value}` }
}

export function hasHostId(value: string): AccessArm {
  const condition = sql`substr(l.host_id, 1, 16) = ${value.slice(0, 16)} AND l.host_id = ${value}`
  return { kind: 'line', index: 'access_log_by_host_id', condition }
}

/** By any name of the requester: access logs have neither access keys nor user IDs. */
export function requesterNamed(pattern: NamePattern, kinds?: Statement): AccessArm {
  const conditions = [matches('name', pattern), ...(kinds === undefined ? [] : [kinds])]
  const named = sql`SELECT requester FROM requester_name WHERE ${and(conditions)}`
  return {
    kind: 'client',
    ids: sql`SELECT id FROM access_client WHERE requester IN (${named})
    UNION ALL SELECT id FROM access_client WHERE requester IS NULL AND '-' IN (${named})`,
  }
}

/** `arns` selects the ARNs of the requesters. */
export function requestersIn(arns: Statement): AccessArm {
  return { kind: 'client', ids: sql`SELECT id FROM access_client WHERE requester IN (${arns})` }
}

export function ofAccessPoint(pattern: NamePattern): AccessArm {
  return { kind: 'call', ids: sql`SELECT id FROM access_call WHERE ${matches('access_point_arn', pattern)}` }
}

/** `bucket`, `bucket*`, `bucket/key`, `bucket/key*`. */
export function bucketOrObject({ text, isPrefix }: NamePattern): AccessCriterion {
  const slash = text.indexOf('/')
  if (slash < 0) return inBucket({ text, isPrefix })
  const bucket = inBucket({ text: text.slice(0, slash), isPrefix: false })
  const key = text.slice(slash + 1)
  if (key === '' && isPrefix) return bucket
  const decoded = matches('coalesce(l.decoded_key, l.object_key)', { text: plainKey(key), isPrefix })
  // The index holds lines with a key; SQLite does not see that the other condition says so.
  const condition = sql`l.object_key IS NOT NULL AND ${decoded}`
  return { kind: 'all', of: [{ kind: 'line', index: 'access_log_by_decoded_key', condition }, bucket] }
}

function inBucket(pattern: NamePattern): AccessArm {
  return { kind: 'call', ids: sql`SELECT id FROM access_call WHERE ${matches('bucket', pattern)}` }
}

/** The words of a line are in its own text or in a value shared with other lines. */
export function inWords(criterion: Criterion): AccessCriterion {
  switch (criterion.kind) {
    case 'all':
    case 'any':
      return { kind: criterion.kind, of: criterion.of.map(inWords) }
    case 'without':
      return { kind: 'without', wanted: inWords(criterion.wanted), unwanted: inWords(criterion.unwanted) }
    case 'text':
      return {
        kind: 'any',
        of: [shared('client', criterion.match), shared('call', criterion.match), words(criterion)],
      }
    case 'column':
      return inColumn(criterion)
    case 'dimension':
    case 'resource':
    case 'form':
      return { kind: 'never' }
  }
}

function words({ match }: Extract<Arm, { kind: 'text' }>): AccessArm {
  return { kind: 'words', match }
}

function shared(kind: 'client' | 'call', match: string): AccessArm {
  const found = sql`SELECT v.rowid FROM value_text v WHERE v.value_text MATCH ${match}`
  return { kind, ids: sql`SELECT id FROM ${raw(`access_${kind}`)} WHERE id IN (${found})` }
}

/** Values that events keep in columns, not in their text. */
function inColumn(arm: Extract<Arm, { kind: 'column' }>): AccessCriterion {
  if (arm.column === 'event_time_ms')
    return { kind: 'line', index: 'access_log_by_time', condition: sql`l.time_ms = ${arm.value}` }
  if (arm.column === 'event_id') return { kind: 'never' }
  return { kind: 'any', of: [hasRequestId(arm.value), hasHostId(arm.value)] }
}

/** `conditions` on access_call: all must hold. */
export function callsWith(conditions: readonly Statement[]): AccessArm {
  return { kind: 'call', ids: sql`SELECT id FROM access_call WHERE ${and(conditions)}` }
}
