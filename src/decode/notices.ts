/** Notices of delivery: messages that name the objects which were written to a bucket, or removed from it. */
import { isJsonObject, type JsonObject } from '../model/record.js'

export interface NamedObject {
  readonly bucket: string | null
  readonly key: string
  /** What happened to it, where the notice says: ObjectCreated:Put, ObjectRemoved:Delete, DeleteObject, … */
  readonly eventName: string | null
}

/** Of CloudTrail's own notice (`s3ObjectKey`), of an event of S3, and of the detail of one that came by EventBridge. */
export function namedObjects(value: unknown): NamedObject[] {
  if (!isJsonObject(value)) return []
  const { s3ObjectKey, s3, object } = value
  if (s3ObjectKey !== undefined) {
    const keys: readonly unknown[] = Array.isArray(s3ObjectKey) ? s3ObjectKey : [s3ObjectKey]
    return keys.flatMap((key) => named(key, value['s3Bucket'], undefined))
  }
  if (isJsonObject(s3)) return isJsonObject(s3['object']) ? ofS3(s3, s3['object'], value) : []
  return isJsonObject(object) ? named(object['key'], nameOf(value['bucket']), value['reason']) : []
}

/** S3 writes its keys as in a URL, with `+` for a space; EventBridge as they are. */
function ofS3(s3: JsonObject, object: JsonObject, event: JsonObject): NamedObject[] {
  const { key } = object
  return named(typeof key === 'string' ? decoded(key) : key, nameOf(s3['bucket']), event['eventName'])
}

function decoded(key: string): string {
  const spaced = key.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return key
  }
}

function nameOf(bucket: unknown): unknown {
  return isJsonObject(bucket) ? bucket['name'] : undefined
}

function named(key: unknown, bucket: unknown, eventName: unknown): NamedObject[] {
  return typeof key === 'string'
    ? [{ key, bucket: textOrNull(bucket), eventName: textOrNull(eventName) }]
    : []
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
