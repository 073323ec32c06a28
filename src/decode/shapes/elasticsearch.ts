import { isJsonObject, type JsonObject } from '../../model/record.js'
import { isRecord } from '../classify.js'
import type { Step } from '../../model/locator.js'
import { fieldsOf } from '../fields.js'
import type { Part, ValueShape } from './shape.js'

/**
 * Elasticsearch: a search response, its hits, or bare ECS documents. The record is the string in `event.original`,
 * sometimes in `message`; without it the document's fields are a reduced record.
 */
export const elasticsearch: ValueShape = {
  name: 'elasticsearch',
  claims: (value) =>
    isJsonObject(value) &&
    (isJsonObject(value['_source']) || hitsOf(value) !== undefined || isDocument(value)),
  parts: (value) => (isJsonObject(value) ? documents(value) : []),
}

function hitsOf(value: JsonObject): readonly unknown[] | undefined {
  const hits = value['hits']
  const list = isJsonObject(hits) ? hits['hits'] : undefined
  return Array.isArray(list) ? (list as unknown[]) : undefined
}

/** An ECS document of the CloudTrail integration, with dotted or nested keys. */
function isDocument(value: JsonObject): boolean {
  if (typeof at(value, 'event.original') === 'string') return true
  return value['@timestamp'] !== undefined && at(value, 'event.action') !== undefined
}

function* documents(value: JsonObject): Generator<Part> {
  const hits = hitsOf(value)
  if (hits === undefined) {
    const source = value['_source']
    yield isJsonObject(source) ? part(source, ['_source']) : part(value, [])
    return
  }
  for (const [index, hit] of hits.entries()) {
    const source = isJsonObject(hit) ? hit['_source'] : undefined
    const path = ['hits', 'hits', index]
    yield isJsonObject(source) ? part(source, [...path, '_source']) : { path, value: hit }
  }
}

const HOMES = [['event.original'], ['event', 'original'], ['message'], ['log']] as const

function part(document: JsonObject, path: readonly Step[]): Part {
  if (isRecord(document)) return { path, value: document }
  // Of a search response, the hit alone.
  const hit = path.length > 1 ? path : undefined
  const outer = at(document, 'event.action') === undefined ? undefined : reduced(document)
  for (const home of HOMES) {
    const value = home.reduce<unknown>(
      (inner, key) => (isJsonObject(inner) ? inner[key] : undefined),
      document,
    )
    if (typeof value === 'string' && (value.includes('"eventVersion"') || isOriginal(home)))
      return { path: [...path, ...home], value, outer, home: hit }
  }
  return outer === undefined ? { path, value: document } : { reduced: outer, home: hit }
}

/** The other fields can contain any text. */
function isOriginal([first]: readonly string[]): boolean {
  return first === 'event.original' || first === 'event'
}

function reduced(document: JsonObject): JsonObject {
  const identity = (name: string): unknown => at(document, `aws.cloudtrail.user_identity.${name}`)
  return fieldsOf({
    eventID: at(document, 'event.id'),
    eventName: at(document, 'event.action'),
    eventSource: at(document, 'event.provider'),
    '@timestamp': at(document, '@timestamp'),
    awsRegion: at(document, 'cloud.region'),
    recipientAccountId:
      at(document, 'aws.cloudtrail.recipient_account_id') ?? at(document, 'cloud.account.id'),
    sourceIPAddress: at(document, 'source.address') ?? at(document, 'source.ip'),
    userAgent: at(document, 'user_agent.original'),
    errorCode: at(document, 'aws.cloudtrail.error_code'),
    errorMessage: at(document, 'aws.cloudtrail.error_message'),
    requestID: at(document, 'aws.cloudtrail.request_id'),
    eventType: at(document, 'aws.cloudtrail.event_type'),
    eventVersion: at(document, 'aws.cloudtrail.event_version'),
    eventCategory: at(document, 'aws.cloudtrail.event_category'),
    readOnly: at(document, 'aws.cloudtrail.read_only'),
    userIdentity: fieldsOf({
      type: identity('type'),
      arn: identity('arn'),
      principalId: at(document, 'user.id'),
      userName: at(document, 'user.name'),
      accountId: at(document, 'cloud.account.id'),
      accessKeyId: identity('access_key_id'),
      invokedBy: identity('invoked_by'),
    }),
    requestParameters: at(document, 'aws.cloudtrail.flattened.request_parameters'),
  })
}

/** Reads a field with a dotted name, nested keys, or a mix. */
function at(value: JsonObject, dotted: string): unknown {
  const whole = Object.hasOwn(value, dotted) ? value[dotted] : undefined
  if (whole !== undefined) return whole
  for (let dot = dotted.indexOf('.'); dot > 0; dot = dotted.indexOf('.', dot + 1)) {
    const head = dotted.slice(0, dot)
    const inner = Object.hasOwn(value, head) ? value[head] : undefined
    if (isJsonObject(inner)) {
      const found = at(inner, dotted.slice(dot + 1))
      if (found !== undefined) return found
    }
  }
  return undefined
}
