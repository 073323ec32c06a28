/** The text of one CloudTrail record, with the fields in the order that delivered files have them. */
import type { Random } from './random.js'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = Readonly<Record<string, Json>>

/** What a call knows about its record; `recordText` adds what every record has. */
export interface Draft {
  readonly identity: JsonObject
  readonly source: string
  readonly name: string
  readonly ip: string
  readonly agent: string
  readonly error?: { readonly code?: string; readonly message?: string } | undefined
  readonly request?: JsonObject | null
  readonly response?: JsonObject | null
  readonly additional?: JsonObject
  /** Default a UUID; null for the few kinds of record that have none. */
  readonly requestId?: string | null | undefined
  readonly readOnly: boolean
  readonly resources?: readonly JsonObject[]
  readonly type?: 'AwsApiCall' | 'AwsServiceEvent' | 'AwsConsoleSignIn' | 'AwsConsoleAction'
  readonly apiVersion?: string
  readonly data?: boolean
  readonly shared?: boolean
  readonly serviceEventDetails?: JsonObject
  readonly vpce?: string | undefined
  readonly tlsHost?: string | undefined
  readonly fromConsole?: boolean
  /** For the answer key: the user or role behind the call, what it touches, a word that only object keys have. */
  readonly principal?: string | undefined
  readonly touches?: readonly string[]
  readonly word?: string | undefined
}

export interface Placed {
  readonly text: string
  readonly eventId: string
  readonly requestId: string | undefined
}

const VERSIONS: Readonly<Record<string, string>> = {
  's3.amazonaws.com': '1.10',
  'ec2.amazonaws.com': '1.10',
  'kms.amazonaws.com': '1.11',
  'dynamodb.amazonaws.com': '1.11',
  'lambda.amazonaws.com': '1.11',
  'iam.amazonaws.com': '1.09',
  'cloudtrail.amazonaws.com': '1.09',
}

export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19) + 'Z'
}

/** `Jul 10, 2023, 12:09:47 PM`, as STS and IAM print times inside responses. */
export function proseTime(seconds: number): string {
  const time = new Date(seconds * 1000)
  const month = 'JanFebMarAprMayJunJulAugSepOctNovDec'.slice(
    time.getUTCMonth() * 3,
    time.getUTCMonth() * 3 + 3,
  )
  const hour = time.getUTCHours()
  const clock = `${hour % 12 === 0 ? 12 : hour % 12}:${isoTime(seconds).slice(14, 19)} ${hour < 12 ? 'AM' : 'PM'}`
  return `${month} ${time.getUTCDate()}, ${time.getUTCFullYear()}, ${clock}`
}

export function recordText(
  random: Random,
  draft: Draft,
  at: { seconds: number; region: string; account: string },
): Placed {
  const eventId = random.uuid()
  const requestId = draft.requestId === null ? undefined : (draft.requestId ?? random.uuid())
  const management = draft.data !== true
  const record = {
    eventVersion: VERSIONS[draft.source] ?? '1.08',
    userIdentity: draft.identity,
    eventTime: isoTime(at.seconds),
    eventSource: draft.source,
    eventName: draft.name,
    awsRegion: at.region,
    sourceIPAddress: draft.ip,
    userAgent: draft.source === 's3.amazonaws.com' ? `[${draft.agent}]` : draft.agent,
    errorCode: draft.error?.code,
    errorMessage: draft.error?.message,
    requestParameters: draft.request ?? null,
    responseElements: draft.error?.code === undefined ? (draft.response ?? null) : null,
    additionalEventData: draft.additional,
    requestID: requestId,
    eventID: eventId,
    readOnly: draft.readOnly,
    resources: draft.resources,
    eventType: draft.type ?? 'AwsApiCall',
    apiVersion: draft.apiVersion,
    managementEvent: management,
    recipientAccountId: at.account,
    sharedEventID: draft.shared === true ? random.uuid() : undefined,
    serviceEventDetails: draft.serviceEventDetails,
    vpcEndpointId: draft.vpce,
    eventCategory: management ? 'Management' : 'Data',
    tlsDetails: draft.tlsHost === undefined ? undefined : tls(draft.tlsHost),
    sessionCredentialFromConsole: draft.fromConsole === true ? 'true' : undefined,
  }
  const text = JSON.stringify(record)
  // S3 writes its byte counts as floats, which no JSON.stringify does: 1024.0.
  const exact = draft.additional?.['bytesTransferredOut'] === undefined ? text : withFloats(text)
  return { text: exact, eventId, requestId }
}

const withFloats = (text: string): string => text.replace(/("bytesTransferred(?:In|Out)":\d+)/g, '$1.0')

const tls = (host: string): JsonObject => ({
  tlsVersion: 'TLSv1.3',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
  clientProvidedHostHeader: host,
})
