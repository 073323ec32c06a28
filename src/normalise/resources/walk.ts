/**
 * One pass over a parsed record collects every resource it names and its searchable text. This is the hot path of
 * indexing: no closures, and no regular expression on a value that a cheaper test rejects.
 */
import type { ResourceRef } from '../../model/resource.js'
import { isJsonObject, type JsonObject } from '../../model/record.js'
import { findArns } from './arns.js'
import { readRefused } from './refused.js'
import { readBearerToken, readCaller } from './caller.js'
import { type CallPlan, planFor } from './call-plan.js'
import { readContext } from './context.js'
import { addDeclared, DECLARED_FIELDS } from './declared.js'
import { decodeJson, isEncodedJson } from './encoded.js'
import { Found } from './resource-collector.js'
import { idKind, mayBeId } from './ids.js'
import { readPolicies } from './policy-grantees.js'
import { RecordText } from './record-text.js'
import { Entry, NO_PARAMETERS } from './scope.js'

/** A place without known parameters. */
const ANYWHERE = new Entry(null, NO_PARAMETERS, false, 'mentioned')
const LETTER_A = 97
const CIPHER = 'CipherSuite'
const NOTHING: ReadonlySet<string> = new Set()

/** Unique per event and stored in columns, or part of the caller. */
const EXCLUDED: ReadonlySet<string> = new Set(['eventID', 'requestID', 'eventTime', 'userAgent'])

export class RecordWalk {
  readonly #maxDepth: number
  readonly #excluded: ReadonlySet<string>
  readonly #excludedTls: ReadonlySet<string>
  readonly #excludedAdditional: ReadonlySet<string>
  readonly #isCipherExcluded: boolean
  readonly #found = new Found()
  readonly #words = new RecordText()
  #text = ''
  #tooDeep = false

  /**
   * @param excluded top-level fields, and some of `tlsDetails.` and `additionalEventData.`, that the caller indexes
   * separately. An error message is still searched for ARNs.
   */
  constructor(maxDepth: number, excluded: ReadonlySet<string> = EXCLUDED) {
    this.#maxDepth = maxDepth
    this.#excluded = new Set(Array.from(excluded).filter((field) => !field.includes('.')))
    this.#excludedTls = within(excluded, 'tlsDetails.')
    const additional = within(excluded, 'additionalEventData.')
    // The caller indexes one cipher per record; if S3 records another than tlsDetails, it is added.
    this.#isCipherExcluded = additional.delete(CIPHER)
    this.#excludedAdditional = additional
  }

  /** Resources of the last record: each once, with its strongest role. */
  get resources(): readonly ResourceRef[] {
    return this.#found.resources
  }

  /** String and number values of the last record, joined by spaces; without userIdentity, userAgent, IDs and time. */
  get text(): string {
    return this.#text
  }

  /** True if the last record is nested deeper than the limit. */
  get tooDeep(): boolean {
    return this.#tooDeep
  }

  walk(record: JsonObject): void {
    this.#found.start(readContext(record))
    this.#words.start()
    this.#tooDeep = false
    const plan = planFor(record['eventSource'], record['eventName'])
    this.#found.granteeRole = plan.mayRevoke && revokes(record) ? 'revoked' : plan.granteeRole
    for (const key in record) {
      const value = record[key]
      if (typeof value === 'string') {
        this.#topString(value, key)
      } else if (typeof value === 'object') {
        if (value === null) continue
        if (key === 'userIdentity') readCaller(value as JsonObject, this.#found)
        else this.#area(value, key, plan, record)
      } else if (typeof value === 'number') {
        this.#number(value)
      }
    }
    this.#finish(record)
  }

  #topString(value: string, key: string): void {
    if (value === '') return
    if (this.#excluded.has(key)) {
      // An error message can be the only place that names what was refused.
      if (key === 'errorMessage') findArns(value, this.#found)
    } else if (value.charCodeAt(0) === LETTER_A && value.startsWith('arn:')) this.#arn(value, ANYWHERE)
    else this.#words.add(value)
    if (key === 'errorMessage') readRefused(value, this.#found)
    if (key === 'vpcEndpointId' && mayBeId(value)) this.#id(value, 'mentioned')
  }

  #area(value: object, key: string, plan: CallPlan, record: JsonObject): void {
    switch (key) {
      case 'resources':
        this.#declared(value)
        break
      case 'requestParameters':
        this.#parameters(value, plan)
        if (plan.bringsPolicy) readPolicies(value, this.#found)
        break
      case 'responseElements':
        this.#found.creation = plan.creation
        this.#parameters(value, plan)
        this.#found.creation = null
        break
      case 'additionalEventData':
        if (isJsonObject(value)) {
          if (value['callWithBearerToken'] === true) readBearerToken(record, this.#found)
          this.#object(value, plan.entry, 1, this.#excludedAdditional, this.#cipherOf(record, value))
        } else this.#value(value, plan.entry, 1)
        break
      case 'serviceEventDetails':
        this.#value(value, plan.entry, 1)
        break
      case 'tlsDetails':
        if (isJsonObject(value)) this.#object(value, ANYWHERE, 1, this.#excludedTls, hostOf(record))
        else this.#value(value, ANYWHERE, 1)
        break
      default:
        this.#value(value, ANYWHERE, 1)
    }
  }

  #cipherOf({ tlsDetails }: JsonObject, details: JsonObject): unknown {
    const cipher = isJsonObject(tlsDetails) ? tlsDetails['cipherSuite'] : undefined
    return typeof cipher === 'string' || !this.#isCipherExcluded ? cipher : details[CIPHER]
  }

  #parameters(value: object, plan: CallPlan): void {
    this.#value(value, plan.entry, 1)
    if (plan.compose !== null && isJsonObject(value)) plan.compose(value, this.#found)
  }

  #declared(value: object): void {
    const entries: readonly unknown[] = Array.isArray(value) ? value : [value]
    for (const entry of entries) {
      if (isJsonObject(entry)) this.#declaredEntry(entry)
      else if (typeof entry === 'string') this.#string(entry, ANYWHERE)
      else if (typeof entry === 'object' && entry !== null) this.#value(entry, ANYWHERE, 2)
    }
  }

  #declaredEntry(entry: JsonObject): void {
    let arn = ''
    let isPrefix = false
    let type = ''
    let name = ''
    for (const key in entry) {
      const value = entry[key]
      if (typeof value === 'string') {
        if (value.charCodeAt(0) === LETTER_A && value.startsWith('arn:')) this.#words.addArn(value)
        else this.#words.add(value)
        const field = DECLARED_FIELDS.get(key)
        if (field === 'arn' || field === 'prefix') {
          arn = value
          isPrefix = field === 'prefix'
        } else if (field === 'type') type = value
        else if (field === 'name') name = value
      } else if (typeof value === 'object') {
        if (value !== null) this.#value(value, ANYWHERE, 3)
      } else if (typeof value === 'number') {
        this.#number(value)
      }
    }
    addDeclared(arn, isPrefix && type === 'AWS::S3::Object' ? 'object prefix' : type, name, this.#found)
  }

  #value(value: object, owner: Entry, depth: number): void {
    if (depth > this.#maxDepth) this.#tooDeep = true
    else if (Array.isArray(value)) this.#array(value, owner, depth)
    else this.#object(value as JsonObject, owner, depth)
  }

  #array(values: readonly unknown[], owner: Entry, depth: number): void {
    for (const value of values) {
      if (typeof value === 'string') this.#string(value, owner)
      else if (typeof value === 'object') {
        if (value !== null) this.#value(value, owner, depth + 1)
      } else if (typeof value === 'number') {
        this.#number(value)
      }
    }
  }

  /**
   * @param excluded keys whose strings are skipped. @param known a string already added: S3 records host and cipher
   * twice, and most records of an archive are its.
   */
  #object(value: JsonObject, owner: Entry, depth: number, excluded = NOTHING, known?: unknown): void {
    const scope = owner.inner
    if (scope.hasNamingKeys) this.#keys(value)
    for (const key in value) {
      const inner = value[key]
      if (typeof inner === 'string') {
        if (inner !== '' && inner !== known && (excluded === NOTHING || !excluded.has(key))) {
          const entry = scope.entry(key)
          this.#string(inner, entry.isWrapper ? owner : entry)
        }
      } else if (typeof inner === 'object') {
        if (inner !== null) {
          const entry = scope.entry(key)
          this.#value(inner, entry.isWrapper ? owner : entry, depth + 1)
        }
      } else if (typeof inner === 'number') {
        this.#number(inner)
      }
    }
  }

  #string(value: string, entry: Entry): void {
    if (value.charCodeAt(0) === LETTER_A && value.startsWith('arn:')) {
      this.#arn(value, entry)
      return
    }
    this.#words.add(value)
    if (entry.rule !== null) entry.rule.apply(value, this.#found)
    else if (mayBeId(value)) this.#id(value, entry.role)
  }

  #arn(value: string, entry: Entry): void {
    if (this.#found.arn(value, entry.rule === null ? entry.role : entry.rule.role)) this.#words.addArn(value)
    else this.#words.add(value)
  }

  #id(value: string, role: ResourceRef['role']): void {
    const kind = idKind(value, this.#found.context.eventSource)
    if (kind !== null) this.#found.kind(kind, value, role)
  }

  #keys(value: JsonObject): void {
    for (const key in value) if (key.includes('arn:')) findArns(key, this.#found)
  }

  #number(value: number): void {
    // 1e400 parses as Infinity, which has no original spelling.
    if (Number.isFinite(value)) this.#words.add(String(value))
  }

  #finish(record: JsonObject): void {
    const plain = this.#words.plain()
    findArns(plain, this.#found)
    this.#text = this.#words.whole(plain)
    if (plain.includes('%22') && isEncodedJson(plain)) this.#decoded(record, 0)
  }

  /** Rare, so a second pass is affordable: URL-encoded documents are searchable in both forms. */
  #decoded(value: object, depth: number): void {
    for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
      if (depth === 0 && (key === 'userIdentity' || this.#excluded.has(key))) continue
      if (typeof inner === 'string') {
        if (isEncodedJson(inner)) this.#addDecoded(decodeJson(inner))
      } else if (typeof inner === 'object' && inner !== null && depth < this.#maxDepth) {
        this.#decoded(inner, depth + 1)
      }
    }
  }

  #addDecoded(text: string): void {
    this.#text += ` ${text}`
    findArns(text, this.#found)
  }
}

function within(fields: ReadonlySet<string>, prefix: string): Set<string> {
  const inside = Array.from(fields).filter((field) => field.startsWith(prefix))
  return new Set(inside.map((field) => field.slice(prefix.length)))
}

function revokes({ requestParameters }: JsonObject): boolean {
  return isJsonObject(requestParameters) && requestParameters['operationType'] === 'remove'
}

function hostOf({ requestParameters }: JsonObject): unknown {
  return isJsonObject(requestParameters) ? requestParameters['Host'] : undefined
}
