/** Fields of an access log's line → its row, with caller and call as shared values. One instance a worker: it keeps the caches. */
import type { AccessDraft, ClientEntry } from '../model/access-draft.js'
import type { Entry, SqlValue } from '../model/dictionary.js'
import type { JsonObject } from '../model/record.js'
import { readIdentity } from './identity.js'
import { Cache, clean, makeEntry } from './intern.js'
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
  readonly #clients = new Cache<ClientEntry>()
  readonly #calls = new Cache<Entry>()

  normalise(fields: AccessFields): AccessDraft {
    const [owner, bucket, timeMs, address, requester, requestId, operation, objectKey, requestUri] = fields
    const [status, error, bytesSent, objectSize, totalMs, turnAroundMs, referer, agent] = fields.slice(9)
    const [versionId, hostId, ...how] = fields.slice(17)
    return {
      timeMs: timeMs ?? null,
      client: this.#client(address ?? null, requester ?? null, agent ?? null),
      call: this.#call([owner, bucket, operation, status, error, ...how].map((value) => value ?? null)),
      requestId: requestId ?? null,
      hostId: hostId ?? null,
      objectKey: objectKey ?? null,
      requestUri: requestUri ?? null,
      bytesSent: bytesSent ?? null,
      objectSize: objectSize ?? null,
      totalMs: totalMs ?? null,
      turnAroundMs: turnAroundMs ?? null,
      referer: referer ?? null,
      versionId: versionId ?? null,
      text: decodedWords(objectKey ?? null, requestUri ?? null),
    }
  }

  #client(address: SqlValue, requester: SqlValue, agent: SqlValue): ClientEntry {
    const first = `${String(address)} ${String(requester)}`
    return (
      this.#clients.get(first, agent) ??
      this.#clients.set(first, agent, makeClient(address, requester, agent))
    )
  }

  #call(values: readonly SqlValue[]): Entry {
    const key = values.join(' ')
    return this.#calls.get(values[1], key) ?? this.#calls.set(values[1], key, makeEntry(values))
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
