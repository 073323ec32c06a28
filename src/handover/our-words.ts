/**
 * What stands in a hand-over and is not from a record: hashes, times as we write them, words of our own lists. It is told by
 * column and value, for the text of any other is free: also a request ID can hold an ARN.
 */
import { CREDENTIAL_CLASSES, type PrincipalKind } from '../model/principal.js'
import { PROBLEM_KINDS } from '../model/problem.js'
import { RESOURCE_ROLES } from '../model/resource.js'
import type { SourceKind } from '../model/source.js'
import { FILE_STATES } from '../model/verification.js'
import { UUID } from './text-forms.js'

const PRINCIPAL_KINDS: Readonly<Record<PrincipalKind, true>> = {
  root: true,
  user: true,
  role: true,
  'federated-user': true,
  'identity-center-user': true,
  'external-subject': true,
  service: true,
  account: true,
  unknown: true,
}
const SOURCE_KINDS: Readonly<Record<SourceKind, true>> = {
  trail: true,
  insight: true,
  digest: true,
  other: true,
}

const SHA256 = /^[0-9a-f]{64}$/
const TIME = /^\d{4,6}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?$/

const WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  credential_class: new Set(Object.keys(CREDENTIAL_CLASSES)),
  principal_kind: new Set(Object.keys(PRINCIPAL_KINDS)),
  role: new Set(RESOURCE_ROLES),
  kind: new Set([...Object.keys(PROBLEM_KINDS), ...Object.keys(SOURCE_KINDS)]),
  status: new Set(['indexed', 'duplicate', 'rejected']),
  digest_state: new Set(Object.keys(FILE_STATES)),
}

const HASHES = /^(?:(?:source_|record_|container_)?sha256|(?:source_)?content_sha256)$/
const TIMES = /^(?:event_time|time|window_start|window_end|first_seen|last_seen|day)$/

type Kept = (value: string) => boolean

/** What tells our own words in a column; null where any text may stand. */
function oursIn(column: string): Kept | null {
  if (HASHES.test(column)) return (value) => SHA256.test(value)
  if (TIMES.test(column)) return (value) => TIME.test(value)
  const words = WORDS[column]
  return words === undefined ? null : (value) => words.has(value)
}

export function isOurs(column: string, value: string): boolean {
  return oursIn(column)?.(value) ?? false
}

/** Ids that can hold no name: what else stands there is text of whoever wrote the record. */
const ID_COLUMNS = new Set(['event_id', 'request_id', 'shared_event_id'])
/** Request IDs of S3 are sixteen letters and digits, as a name can be: they are read as any text. */
const ID = new RegExp(`^(?:${UUID}|sha256:[0-9a-f]{64})$`, 'i')

const KEPT = new Map<string, Kept | null>()

/** Hashes, ids and times name the original evidence: they stay, so that who holds the case can find it again. */
export function isKept(column: string, value: string): boolean {
  let kept = KEPT.get(column)
  if (kept === undefined) {
    kept = ID_COLUMNS.has(column) ? (id) => ID.test(id) : oursIn(column)
    KEPT.set(column, kept)
  }
  return kept?.(value) ?? false
}
