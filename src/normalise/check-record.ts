/** Reports what is wrong with a record or missing from it, one problem each. The record is kept. */
import type { EventDraft } from '../model/dictionary.js'
import type { Problem } from '../model/problem.js'
import type { JsonObject } from '../model/record.js'
import { readObject } from './fields.js'

export interface RecordInput {
  readonly record: JsonObject
  readonly text: string
  readonly offset: number
  readonly length: number
  readonly index: number
  readonly insight: boolean
  /** Time from the envelope, for a record without eventTime. */
  readonly envelopeTime?: unknown
  /** Bits of FLAG for how the record was read. */
  readonly flags: number
}

export type ReportProblem = (problem: Problem) => void

/** Fields that CloudTrail omits if too large (User Guide: record contents); padding them is a known evasion. */
const LARGE_FIELDS = [
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'serviceEventDetails',
  'edgeDeviceDetails',
] as const

const IDENTITY_FIELDS = [
  'type',
  'principalId',
  'arn',
  'accountId',
  'accessKeyId',
  'userName',
  'invokedBy',
] as const

const STRING_FIELDS = [
  'eventTime',
  'eventName',
  'eventSource',
  'eventID',
  'requestID',
  'awsRegion',
  'sourceIPAddress',
  'userAgent',
  'recipientAccountId',
  'errorCode',
  'errorMessage',
  'sharedEventID',
  'vpcEndpointId',
] as const

export function checkRecord(input: RecordInput, draft: EventDraft, report: ReportProblem): void {
  const { record } = input
  const add = (kind: Problem['kind'], detail: string): void => {
    reportAt(input, draft, report, kind, detail)
  }
  if (draft.eventTimeMs === null) {
    const eventTime = record['eventTime']
    if (eventTime === undefined) add('missing-field', 'no eventTime: in no time window')
    else add('bad-time', `eventTime ${short(eventTime)}`)
  }
  if (draft.eventId.startsWith('sha256:'))
    add('missing-field', 'no eventID: identified by the hash of its record')
  if (record['eventName'] === undefined && !input.insight) add('missing-field', 'no eventName')
  for (const field of LARGE_FIELDS) {
    const value = record[field]
    if (typeof value === 'object' && value !== null && 'omitted' in value && 'originalSize' in value)
      add('content-omitted', `CloudTrail left out ${field}: ${short(value.originalSize)} bytes`)
  }
  for (const field of STRING_FIELDS) {
    const value = record[field]
    if (isOfWrongType(value)) add('bad-field', `${field} is ${typeName(value)}`)
  }
  checkIdentity(record['userIdentity'], add)
}

function checkIdentity(userIdentity: unknown, add: (kind: 'bad-field', detail: string) => void): void {
  if (userIdentity === undefined || userIdentity === null) return
  const identity: JsonObject | null = readObject(userIdentity)
  if (identity === null) {
    add('bad-field', 'userIdentity is not an object')
    return
  }
  for (const field of IDENTITY_FIELDS) {
    const value = identity[field]
    if (isOfWrongType(value)) add('bad-field', `userIdentity.${field} is ${typeName(value)}`)
  }
}

export function reportAt(
  { offset: byteOffset, length: byteLength, index: recordIndex }: RecordInput,
  { eventId }: EventDraft,
  report: ReportProblem,
  kind: Problem['kind'],
  detail: string,
): void {
  report({ kind, detail, byteOffset, byteLength, recordIndex, eventId })
}

function isOfWrongType(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'string'
}

export function typeName(value: unknown): string {
  return Array.isArray(value) ? 'an array' : typeof value
}

export function short(value: unknown): string {
  return JSON.stringify(value).slice(0, 80)
}
