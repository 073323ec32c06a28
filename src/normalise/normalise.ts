/**
 * A parsed record → the columns, texts and resources of its event. One instance per worker, which holds the caches.
 * Only this folder uses AWS's field names.
 */
import { hash } from 'node:crypto'
import { clean, needsRepair } from '../model/clean-text.js'
import { FLAG, type Entry, type EventDraft, type IdentityEntry } from '../model/dictionary.js'
import type { JsonObject } from '../model/record.js'
import { IDENTITY_COLUMNS } from '../model/principal.js'
import { MAX_USES } from '../model/event-id.js'
import { compareUses, inKeyOrder } from '../model/use-order.js'
import { readBoolean, readObject, readMoment, readString, readTime } from './fields.js'
import { checkRecord, reportAt, type RecordInput, type ReportProblem } from './check-record.js'
import { isConsoleRequest } from './credential-class.js'
import { readIdentity } from './identity.js'
import { Cache, cleanValue, isEqual, makeEntry } from './intern.js'
import { isDeeper, leaves } from './leaves.js'
import { principalTags } from './principal-tags.js'
import { isDenial, isRefusal } from './refusal.js'
import { isConsoleEvent, isMadeInConsole, readBytes } from './request-facts.js'
import { Resources } from './resource-entries.js'
import { Targets } from './resources/target.js'
import { RecordWalk } from './resources/walk.js'
import { recordedValues, Sessions } from './sessions.js'
import { isSame, keep, variantOf, type Variant } from './variants.js'

/** Fields with a column, or indexed once for all events that share the value: see value_text. */
const NOT_OWN_TEXT: ReadonlySet<string> = new Set([
  'eventID',
  'requestID',
  'eventTime',
  'eventSource',
  'eventName',
  'eventType',
  'eventCategory',
  'eventVersion',
  'awsRegion',
  'recipientAccountId',
  'sourceIPAddress',
  'userAgent',
  'vpcEndpointId',
  'vpcEndpointAccountId',
  'tlsDetails.tlsVersion',
  'tlsDetails.cipherSuite',
  'tlsDetails.keyExchange',
  'additionalEventData.CipherSuite',
  'additionalEventData.SignatureVersion',
  'additionalEventData.AuthenticationMethod',
  'errorCode',
  'errorMessage',
])

/** Each entry keeps its userIdentity, a kilobyte or two, for comparison. Few sessions are active at a time. */
const MAX_IDENTITIES = 8192

/** API dates at the end of Lambda and CloudFront event names. */
const API_DATE = /(?:\d{4}_\d{2}_\d{2}|\d{8}(?:v\d+)?)$/
/** Every case contains this row from the start. */
const NO_ERROR: Entry = { id: 0, label: '0', values: [null, null, 0, 0], text: '', shipped: true }

export class Normaliser {
  readonly #maxDepth: number
  readonly #walk: RecordWalk
  readonly #actions = new Cache<Variant[]>()
  readonly #places = new Cache<Entry>()
  readonly #identities = new Cache<KnownIdentity[]>(MAX_IDENTITIES)
  readonly #sessions = new Sessions()
  readonly #addresses = new Cache<Variant[]>()
  readonly #clients = new Cache<Variant[]>()
  readonly #outcomes = new Cache<Entry>()
  readonly #resources = new Resources()
  readonly #targets = new Targets()

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth
    this.#walk = new RecordWalk(maxDepth, NOT_OWN_TEXT)
  }

  normalise(input: RecordInput, report: ReportProblem): EventDraft {
    const record = input.record
    const walk = this.#walk
    walk.walk(record)
    const details = readObject(record['additionalEventData'])
    const isConsole = isConsoleRequest(record)
    const known = this.#identity(record, details, isConsole)
    const console = (isConsole && isMadeInConsole(record)) || isConsoleEvent(record)
    const mayNeedRepair = needsRepair(input.text)
    const searchable = known.rest === '' ? walk.text : `${walk.text} ${known.rest}`
    const body = mayNeedRepair ? clean(searchable) : searchable
    const refs = walk.resources.length > MAX_USES ? walk.resources.slice(0, MAX_USES) : walk.resources
    const uses = this.#resources.usesOf(refs)
    const resources = inKeyOrder(uses)
    const target = uses[this.#targets.find(text(record['eventName']), refs)]
    const draft: EventDraft = {
      eventTimeMs: readTime(record['eventTime']),
      action: this.#action(record, input.insight),
      place: this.#place(record),
      identity: known.entry,
      address: this.#address(record),
      client: this.#clientOf(known, record, details, console),
      outcome: this.#outcome(record),
      eventId: this.#eventId(input),
      requestId: textOrNull(record['requestID'], mayNeedRepair),
      sharedEventId: textOrNull(record['sharedEventID'], mayNeedRepair),
      bytesIn: details === null ? null : readBytes(details['bytesTransferredIn']),
      bytesOut: details === null ? null : readBytes(details['bytesTransferredOut']),
      targetUse: target === undefined ? null : resources.findIndex((use) => compareUses(use, target) === 0),
      text: body,
      flags:
        input.flags |
        (mayNeedRepair && body !== searchable ? FLAG.repaired : 0) |
        (walk.tooDeep || known.tooDeep ? FLAG.tooDeep : 0),
      resources,
    }
    if (draft.eventTimeMs === null) useOtherTime(input, draft)
    if (walk.resources.length > MAX_USES) {
      const detail = `names ${walk.resources.length} resources; ${MAX_USES} are kept`
      reportAt(input, draft, report, 'too-many-resources', detail)
    }
    checkRecord(input, draft, report)
    return draft
  }

  #action(record: JsonObject, insight: boolean): Entry {
    const details = insight ? readObject(record['insightDetails']) : null
    const source = text(record['eventSource']) ?? text(details?.['eventSource'])
    const name = text(record['eventName']) ?? text(details?.['eventName'])
    const type = text(record['eventType'])
    const category = text(record['eventCategory']) ?? (insight ? 'Insight' : null)
    const version = text(record['eventVersion'])
    const readOnly = readBoolean(record['readOnly'])
    const management = readBoolean(record['managementEvent'])
    const variants = this.#actions.get(source, name) ?? this.#actions.set(source, name, [])
    for (const { parts, entry } of variants) {
      if (
        parts[0] === type &&
        parts[1] === category &&
        parts[2] === version &&
        parts[3] === readOnly &&
        parts[4] === management
      ) {
        return entry
      }
    }
    const stem = name === null ? null : name.replace(API_DATE, '')
    const values = [source, name, stem === '' ? name : stem, type, category, version, readOnly, management]
    const entry = makeEntry(values.map(cleanValue))
    keep(variants, { parts: [type, category, version, readOnly, management], entry })
    return entry
  }

  #place(record: JsonObject): Entry {
    const region = text(record['awsRegion'])
    const account = text(record['recipientAccountId'])
    return (
      this.#places.get(region, account) ??
      this.#places.set(region, account, makeEntry([region, account].map(cleanValue)))
    )
  }

  #address(record: JsonObject): Entry {
    const address = text(record['sourceIPAddress'])
    const endpoint = text(record['vpcEndpointId'])
    const parts = [address, endpoint, text(record['vpcEndpointAccountId'])]
    const variants = this.#addresses.get(address, endpoint) ?? this.#addresses.set(address, endpoint, [])
    return variantOf(variants, parts).entry
  }

  /** Comparing with the caller's last request costs a fifth of looking up a long user agent. */
  #clientOf(known: KnownIdentity, record: JsonObject, details: JsonObject | null, console: boolean): Entry {
    const tls = readObject(record['tlsDetails'])
    const parts = [
      text(record['userAgent']),
      tls === null ? null : text(tls['tlsVersion']),
      (tls === null ? null : text(tls['cipherSuite'])) ??
        (details === null ? null : text(details['CipherSuite'])),
      tls === null ? null : text(tls['keyExchange']),
      details === null ? null : text(details['SignatureVersion']),
      details === null ? null : text(details['AuthenticationMethod']),
      known.bearer || null,
      readBoolean(record['sessionCredentialFromConsole']) || null,
      console ? 1 : null,
    ]
    if (known.client !== null && isSame(known.client.parts, parts)) return known.client.entry
    const [agent, version] = parts
    const variants = this.#clients.get(agent, version) ?? this.#clients.set(agent, version, [])
    known.client = variantOf(variants, parts)
    return known.client.entry
  }

  #outcome(record: JsonObject): Entry {
    const code = text(record['errorCode'])
    const message = text(record['errorMessage'])
    if (code === null && message === null) {
      if (!isRefusal(record)) return NO_ERROR
    }
    return (
      this.#outcomes.get(code, message) ??
      this.#outcomes.set(
        code,
        message,
        makeEntry([code, message, 1, isDenial(code, message) ? 1 : 0].map(cleanValue)),
      )
    )
  }

  /** Besides userIdentity these are the only inputs of readIdentity. */
  #identity(record: JsonObject, details: JsonObject | null, console: boolean): KnownIdentity {
    const userIdentity = record['userIdentity']
    const category = text(record['eventCategory'])
    const mfa = details === null ? null : text(details['MFAUsed'])
    const bearer = details === null ? null : readBoolean(details['callWithBearerToken'])
    const tags = principalTags(record)
    const variants = this.#variants(readObject(userIdentity))
    for (const known of variants) {
      if (
        known.category === category &&
        known.console === console &&
        known.mfa === mfa &&
        known.bearer === bearer &&
        known.tags === tags &&
        isEqual(known.userIdentity, userIdentity)
      )
        return known
    }
    const reading = readIdentity(record)
    const { identity } = reading
    const entry = this.#sessions.entryOf(reading)
    const recorded = recordedValues(identity, IDENTITY_COLUMNS)
    const tooDeep = isDeeper(userIdentity, this.#maxDepth)
    // A bare string or number is indexed like any other value of the record.
    const words = typeof userIdentity === 'object' ? [...leaves(userIdentity, this.#maxDepth)] : []
    const rest = words.filter((leaf) => !recorded.includes(leaf)).join(' ')
    const known: KnownIdentity = {
      userIdentity,
      category,
      console,
      mfa,
      bearer,
      tags,
      entry,
      rest,
      tooDeep,
      client: null,
    }
    keep(variants, known)
    return known
  }

  #variants(identity: JsonObject | null): KnownIdentity[] {
    const first = identity === null ? null : identity['accessKeyId']
    const second = identity === null ? null : (identity['principalId'] ?? identity['invokedBy'])
    return this.#identities.get(first, second) ?? this.#identities.set(first, second, [])
  }

  #eventId(input: RecordInput): string {
    const eventId = input.record['eventID']
    if (typeof eventId === 'string' && eventId !== '')
      return needsRepair(input.text) ? clean(eventId) : eventId
    return `sha256:${hash('sha256', input.text).slice(0, 32)}`
  }
}

/** Time from the shipper, for a record without one. An unreadable eventTime is not replaced. */
function useOtherTime({ record, envelopeTime }: RecordInput, draft: EventDraft): void {
  const { eventTime } = record
  if (eventTime !== undefined && eventTime !== null && eventTime !== '') return
  const timestamp = readMoment(record['@timestamp'])
  draft.eventTimeMs = timestamp ?? readMoment(envelopeTime)
  if (draft.eventTimeMs !== null) draft.flags |= timestamp === null ? FLAG.envelopeTime : FLAG.timestampTime
}

interface KnownIdentity {
  readonly userIdentity: unknown
  readonly category: string | null
  readonly console: boolean
  readonly mfa: string | null
  readonly bearer: number | null
  readonly tags: string | null
  readonly entry: IdentityEntry
  /**
   * Values of userIdentity that no column holds. They differ between events of the same row, so they are part of the
   * event's own text.
   */
  readonly rest: string
  readonly tooDeep: boolean
  /** Client of the last request, usually that of the next one too. */
  client: Variant | null
}

const text = readString

function textOrNull(value: unknown, mayNeedRepair: boolean): string | null {
  const found = readString(value)
  return found !== null && mayNeedRepair ? clean(found) : found
}
