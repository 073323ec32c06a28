import type { JsonObject } from '../../model/record.js'
import { readObject } from '../fields.js'
import type { RecordContext } from './kind.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Region prefixes of the other partitions (botocore's endpoints.json). */
const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-iso-', 'aws-iso'],
  ['eusc-', 'aws-eusc'],
]

const MAX_CACHED = 1000
const cache = new Map<string, Map<string, Mutable<RecordContext>>>()
let cached = 0
let last: Mutable<RecordContext> = { eventSource: '', region: '', account: '', partition: 'aws' }

/**
 * Region and account of the record. Records with the same ones share an object (only its eventSource changes), to which
 * derived values are attached.
 */
export function readContext(record: JsonObject): RecordContext {
  const region = text(record['awsRegion'])
  const account = text(record['recipientAccountId']) || text(record['accountId']) || callerAccount(record)
  if (region !== last.region || account !== last.account) last = place(region, account)
  last.eventSource = text(record['eventSource'])
  return last
}

function place(region: string, account: string): Mutable<RecordContext> {
  return cache.get(region)?.get(account) ?? newPlace(region, account)
}

function newPlace(region: string, account: string): Mutable<RecordContext> {
  if (cached >= MAX_CACHED) {
    cache.clear()
    cached = 0
  }
  const accounts = cache.get(region) ?? new Map<string, Mutable<RecordContext>>()
  const made = { eventSource: '', region, account, partition: partitionOf(region) }
  accounts.set(account, made)
  cache.set(region, accounts)
  cached += 1
  return made
}

/** Records before eventVersion 1.02 have no recipientAccountId; they were delivered to the caller's account. */
function callerAccount(record: JsonObject): string {
  const account = text(readObject(record['userIdentity'])?.['accountId'])
  return /^\d{12}$/.test(account) ? account : ''
}

function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws'
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
