/** Fields of an access log's line → its row, with caller and call as shared values. One instance a worker: it keeps the caches. */
import type { AccessDraft, ClientEntry } from '../model/access-draft.js'
import type { Entry, SqlValue } from '../model/dictionary.js'
import type { JsonObject } from '../model/record.js'
import { readIdentity } from './identity.js'
import { clean, makeEntry } from './intern.js'
import { readPrincipalArn } from './principal-arn.js'

/** Fields in the order of the line. */
export type AccessFields = readonly SqlValue[]

/** `userIdentity.type` of the kinds that an ARN can name. */
const TYPE_OF_KIND: ReadonlyMap<string, string> = new Map([
  ['user', 'IAMUser'],
  ['role', 'Role'],
  ['assumed-role', 'AssumedRole'],
  ['federated-user', 'FederatedUser'],
  ['root', 'Root'],
])

export class AccessNormaliser {
  readonly #clients = new Known<ClientEntry>()
  readonly #calls = new Known<Entry>()

  normalise(fields: AccessFields): AccessDraft {
    const [owner, bucket, timeMs, address, requester, requestId, operation, objectKey, requestUri] = fields
    const at = (index: number): SqlValue => fields[index] ?? null
    const agent = at(16)
    // As the line has them: no field but the last holds a space, and what is absent is written as a dash.
    const caller = `${address ?? '-'} ${requester ?? '-'} ${agent ?? '-'}`
    const client = this.#clients.get(caller) ?? this.#clients.add(caller, makeClient(at(3), at(4), agent))
    const call = this.#call(`${owner ?? '-'} ${bucket ?? '-'} ${operation ?? '-'}`, fields)
    return {
      timeMs: timeMs ?? null,
      client,
      call,
      requestId: requestId ?? null,
      hostId: at(18),
      objectKey: objectKey ?? null,
      requestUri: requestUri ?? null,
      bytesSent: at(11),
      objectSize: at(12),
      totalMs: at(13),
      turnAroundMs: at(14),
      referer: at(15),
      versionId: at(17),
      text: decodedWords(objectKey ?? null, requestUri ?? null),
    }
  }

  #call(asked: string, fields: AccessFields): Entry {
    let key = `${asked} ${fields[9] ?? '-'} ${fields[10] ?? '-'}`
    for (let index = FIRST_HOW; index < fields.length; index++) key += ` ${fields[index] ?? '-'}`
    const known = this.#calls.get(key)
    if (known !== undefined) return known
    const values = [0, 1, 6, 9, 10].map((index) => fields[index] ?? null)
    return this.#calls.add(key, makeEntry([...values, ...fields.slice(FIRST_HOW)]))
  }
}

/** From here on a line tells how the request was made. */
const FIRST_HOW = 19

/** Beyond this a cache is emptied: values are then hashed and shipped again, which only costs time. */
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

/** As events of S3 name a caller without credentials. */
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
function decodedWords(key: SqlValue, uri: SqlValue): string | null {
  const text = typeof key === 'string' ? key : typeof uri === 'string' ? uri : ''
  if (!text.includes('%')) return null
  const once = decoded(text)
  const twice = decoded(once)
  if (twice === text) return null
  return clean(once === twice ? once : `${once} ${twice}`)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
