/**
 * Fields of an access-log line → its row, with caller and call as shared values. One instance per worker, which holds
 * the caches.
 */
import { clean } from '../model/clean-text.js'
import type { AccessDraft, ClientEntry } from '../model/access-draft.js'
import type { Entry, SqlValue } from '../model/dictionary.js'
import type { JsonObject } from '../model/record.js'
import { decodedOnce, plainKey } from '../model/object-key.js'
import { readIdentity } from './identity.js'
import { makeEntry } from './intern.js'
import { readPrincipalArn } from '../model/principal-arn.js'

/** Fields in the order of the line. */
export type AccessFields = readonly SqlValue[]

/** `userIdentity.type` for the kinds of principal ARNs. */
const TYPE_OF_KIND: ReadonlyMap<string, string> = new Map([
  ['user', 'IAMUser'],
  ['role', 'Role'],
  ['assumed-role', 'AssumedRole'],
  ['federated-user', 'FederatedUser'],
  ['root', 'Root'],
])

/** Positions of the fields about the caller (except the address) and about the call; the most varied first. */
const CALLER = [4, 16] as const
const CALL = [9, 6, 10, 1, 0, 19, 20, 21, 22, 23, 24, 25, 26] as const

export class AccessNormaliser {
  readonly #clients = new Known<ClientEntry>()
  readonly #calls = new Known<Entry>()
  readonly #lastClients = new Recent<ClientEntry>(CALLER)
  readonly #lastCalls = new Recent<Entry>(CALL)

  normalise(fields: AccessFields): AccessDraft {
    const at = (index: number): SqlValue => fields[index] ?? null
    const objectKey = at(7)
    const requestUri = at(8)
    return {
      timeMs: at(2),
      client: this.#lastClients.get(at(3), fields) ?? this.#client(fields),
      call: this.#lastCalls.get(at(22), fields) ?? this.#call(fields),
      requestId: at(5),
      hostId: at(18),
      objectKey,
      decodedKey: decodedKey(objectKey),
      requestUri,
      bytesSent: at(11),
      objectSize: at(12),
      totalMs: at(13),
      turnAroundMs: at(14),
      referer: at(15),
      versionId: at(17),
      text: decodedWords(objectKey, requestUri),
    }
  }

  #client(fields: AccessFields): ClientEntry {
    const [address, requester, agent] = [3, 4, 16].map((index) => fields[index] ?? null) as SqlValue[]
    // As in the line: only the last field can contain a space, and absent ones are dashes.
    const key = `${address ?? '-'} ${requester ?? '-'} ${agent ?? '-'}`
    const entry =
      this.#clients.get(key) ??
      this.#clients.add(key, makeClient(address ?? null, requester ?? null, agent ?? null))
    return this.#lastClients.add(address ?? null, fields, entry)
  }

  #call(fields: AccessFields): Entry {
    const values = [0, 1, 6, 9, 10, 19, 20, 21, 22, 23, 24, 25, 26].map((index) => fields[index] ?? null)
    const key = values.map((value) => value ?? '-').join(' ')
    const entry = this.#calls.get(key) ?? this.#calls.add(key, makeEntry(values))
    return this.#lastCalls.add(fields[22] ?? null, fields, entry)
  }
}

/** A cache over this size is emptied: its values are hashed and shipped again, which only costs time. */
const MAX_ENTRIES = 100_000

class Known<T> {
  readonly #entries = new Map<string, T>()

  get(key: string): T | undefined {
    return this.#entries.get(key)
  }

  add(key: string, entry: T): T {
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear()
    this.#entries.set(key, entry)
    return entry
  }
}

/**
 * The last values seen per short key; the remaining fields are compared one by one, because building and hashing a long
 * key per line cost 1.6 µs. Few are kept, since each keeps its line in memory.
 */
class Recent<T> {
  readonly #compared: readonly number[]
  readonly #lists = new Map<SqlValue, { readonly fields: AccessFields; readonly entry: T }[]>()

  constructor(compared: readonly number[]) {
    this.#compared = compared
  }

  get(key: SqlValue, fields: AccessFields): T | undefined {
    for (const known of this.#lists.get(key) ?? NONE)
      if (this.#isSame(known.fields, fields)) return known.entry
    return undefined
  }

  add(key: SqlValue, fields: AccessFields, entry: T): T {
    if (this.#lists.size >= MAX_LISTS) this.#lists.clear()
    const list = this.#lists.get(key) ?? []
    if (list.unshift({ fields, entry }) > MAX_LIST) list.pop()
    this.#lists.set(key, list)
    return entry
  }

  #isSame(a: AccessFields, b: AccessFields): boolean {
    for (const index of this.#compared) if (a[index] !== b[index]) return false
    return true
  }
}

const MAX_LISTS = 1024
const MAX_LIST = 16
const NONE: readonly never[] = []

/** As S3 events name a caller without credentials. */
const ANONYMOUS = { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' }

function makeClient(address: SqlValue, requester: SqlValue, agent: SqlValue): ClientEntry {
  const { identity, names } = readIdentity({ userIdentity: callerOf(requester) })
  const { principal, principal_kind, principal_key, principal_account_id, session_name } = identity
  const who = [principal, principal_kind, principal_key, principal_account_id, session_name]
  const words = [address, requester, agent].filter((value) => value !== null).join(' ')
  return { ...makeEntry([address, requester, agent, ...who], words), requester: requester ?? '-', names }
}

function callerOf(requester: SqlValue): JsonObject {
  if (typeof requester !== 'string') return ANONYMOUS
  const arn = readPrincipalArn(requester)
  if (arn === null) return { principalId: requester }
  return { type: TYPE_OF_KIND.get(arn.kind) ?? null, arn: requester, accountId: arn.account }
}

/** Keys are written URL-encoded, some twice: `report%2520final` is found by its words too. */
export function decodedWords(key: SqlValue, uri: SqlValue): string | null {
  const text = typeof key === 'string' ? key : typeof uri === 'string' ? uri : ''
  const once = decodedOnce(text)
  if (once === text) return null
  const twice = decodedOnce(once)
  return clean(once === twice ? once : `${once} ${twice}`)
}

/** null where it is written so. */
function decodedKey(key: SqlValue): string | null {
  if (typeof key !== 'string') return null
  const plain = clean(plainKey(key))
  return plain === key ? null : plain
}
