/** Which fields of a record hold a name, a secret or a canonical user ID, by field name at any depth. */
import type { PseudonymKind } from './pseudonyms.js'

export const CANONICAL_ID = /^[0-9a-f]{64}$/i
const ACCOUNT_ID = /^\d{12}$/

/** Keys of records and our columns, without case and punctuation: `dBUserName`, `role_name`, `x-amz-security-token`. */
const SECRET_KEY =
  /passw(?:or)?d|passphrase|passcode|secret|token|privatekey|apikey|credential|authorization|samlassertion|signature$|^authkey/
/** `secretId`, `accessKeyId`, `passwordLastUsed`: they name or describe a secret. */
const ABOUT_SECRET =
  /(?:id|ids|arn|arns|name|names|type|types|status|state|count|policy|required|enabled|expiration|expiry|expires|expired|length|age|method|version|versions|url|endpoint|algorithm|lastused|changed|date|stage|stages|scope|provider|source)$|^(?:client|clientrequest|idempotency)token$/
const NAME_KEY =
  /(?:user|role|session|display|given|family|middle|nick|full|first|last|author|committer|login|owner|instanceprofile)names?$|^(?:(?:new)?groupnames?|sessionissuername|identitycenteruserid|principal|sourceidentity|awssourceidentity|subject|sub|usersub|subjectfromwebidentitytoken|dbuser|dbgroups|osuser|instanceosuser|runasuser|user|login|email|emailaddress|phonenumber|mfadevicename|virtualmfadevicename|principalname|sshusername)$/
/** In S3 grants and owners. */
const CANONICAL_KEY = /^(?:canonicaluser|canonicaluserid|bucketowner|id|displayid|ownerid)$/

type KeyKind = 'token' | 'name' | 'canonical' | 'principal' | null

/** Keys repeat from record to record. */
const keyKinds = new Map<string, KeyKind>()
const MOST_KEYS = 10_000
const LONGEST_KEY = 200

function keyKind(key: string): KeyKind {
  const known = keyKinds.get(key)
  if (known !== undefined) return known
  const kind = kindOf(key.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''))
  if (keyKinds.size >= MOST_KEYS) keyKinds.clear()
  if (key.length <= LONGEST_KEY) keyKinds.set(key, kind)
  return kind
}

function kindOf(key: string): KeyKind {
  if (SECRET_KEY.test(key) && !ABOUT_SECRET.test(key)) return 'token'
  if (key === 'principalid' || key === 'awsuserid') return 'principal'
  if (NAME_KEY.test(key)) return 'name'
  return CANONICAL_KEY.test(key) ? 'canonical' : null
}

export function isSecretKey(key: string): boolean {
  return keyKind(key) === 'token'
}

/** Values that identify nobody and are the same in every account. */
const PLACEHOLDER =
  /^(?:|\*+|root|anonymous|default|none|null|true|false|hidden_due_to_security_reasons|aws ?internal|awsservicerolefor.*|.*\.amazonaws\.com)$/is

export interface Field {
  readonly kind: PseudonymKind
  readonly start: number
  readonly end: number
}

/** The part of a value that is sensitive because of its key; null if the key is harmless. */
export function fieldOf(key: string, value: string): Field | null {
  const kind = keyKind(key)
  if (kind === null || PLACEHOLDER.test(value)) return null
  const whole = { start: 0, end: value.length }
  if (kind === 'token') return { kind, ...whole }
  if (ACCOUNT_ID.test(value)) return { kind: 'account', ...whole }
  if (kind === 'canonical') return CANONICAL_ID.test(value) ? { kind, ...whole } : null
  if (value.startsWith('arn:')) return null
  if (kind === 'name') return { kind, ...whole }
  // AROA…:session, accounts.google.com:application:user, hash=:user
  const start = value.lastIndexOf(':') + 1
  return start === 0 || PLACEHOLDER.test(value.slice(start))
    ? null
    : { kind: 'name', start, end: value.length }
}

/** Lists of pairs (tags, user attributes, environments): the first half gives the meaning of the second. */
const PAIR_KEY = /^(?:key|name|attributename|attributepath|parameterkey|parametername)$/i
const PAIR_VALUE = /^(?:values?|attributevalues?|parametervalue)$/i

/** Tracks the key that applies to the next value, in text order. */
export class FieldKeys {
  /** Key of the next value. */
  current = ''
  #pair = ''

  key(key: string): void {
    this.current = PAIR_VALUE.test(key) && this.#pair !== '' ? this.#pair : key
  }

  value(value: string): void {
    this.#pair = PAIR_KEY.test(this.current) ? value : ''
  }
}
