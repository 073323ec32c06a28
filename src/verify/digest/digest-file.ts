/** A digest file (User Guide: CloudTrail digest file structure). */
import { verify, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { readTrailName } from '../../model/trail-name.js'
import { chainOf, s3Url } from './digest-place.js'

const LISTED_LOG = z.object({ s3Bucket: z.string(), s3Object: z.string(), hashValue: z.string() })

const DIGEST = z.object({
  awsAccountId: z.string().nullish(),
  digestStartTime: z.string(),
  digestEndTime: z.string(),
  digestS3Bucket: z.string(),
  digestS3Object: z.string(),
  digestPublicKeyFingerprint: z.string(),
  previousDigestS3Bucket: z.string().nullish(),
  previousDigestS3Object: z.string().nullish(),
  previousDigestHashValue: z.string().nullish(),
  // null in a starting digest, but never absent: it is part of what is signed.
  previousDigestSignature: z.string().nullable(),
  logFiles: z.array(LISTED_LOG),
})

export type ListedLog = z.infer<typeof LISTED_LOG>

/** A digest without its list of log files: small enough to hold those of a whole case. */
export interface DigestHeader {
  readonly bucket: string
  readonly key: string
  /** `s3://bucket/key` */
  readonly url: string
  readonly startMs: number
  readonly endMs: number
  /** As written: it is signed. */
  readonly endTime: string
  readonly fingerprint: string
  /** null in a starting digest. */
  readonly previous: PreviousDigest | null
  readonly previousSignature: string | null
  readonly chain: string
  readonly backfill: boolean
  readonly account: string | null
  readonly region: string | null
}

export interface PreviousDigest {
  readonly url: string
  readonly key: string
  readonly hashValue: string | null
}

export interface Digest {
  readonly header: DigestHeader
  readonly logs: readonly ListedLog[]
}

/** @returns a text if the format is wrong. */
export function parseDigest(content: Buffer): Digest | string {
  let value: unknown
  try {
    value = JSON.parse(content.toString('utf8'))
  } catch (error) {
    return (error as Error).message
  }
  const read = DIGEST.safeParse(value)
  if (!read.success) {
    const issue = read.error.issues[0]
    return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a digest'}`
  }
  const startMs = Date.parse(read.data.digestStartTime)
  const endMs = Date.parse(read.data.digestEndTime)
  if (Number.isNaN(startMs) || Number.isNaN(endMs)) return 'digestStartTime or digestEndTime is not a time'
  return { header: readHeader(read.data, startMs, endMs), logs: read.data.logFiles }
}

function readHeader(digest: z.infer<typeof DIGEST>, startMs: number, endMs: number): DigestHeader {
  const { digestS3Bucket: bucket, digestS3Object: key } = digest
  const owner = readTrailName(key)
  const { previousDigestS3Bucket: previousBucket, previousDigestS3Object: previousKey } = digest
  return {
    bucket,
    key,
    url: s3Url(bucket, key),
    startMs,
    endMs,
    endTime: digest.digestEndTime,
    fingerprint: digest.digestPublicKeyFingerprint.toLowerCase(),
    previous:
      typeof previousBucket === 'string' && typeof previousKey === 'string'
        ? {
            url: s3Url(previousBucket, previousKey),
            key: previousKey,
            hashValue: digest.previousDigestHashValue ?? null,
          }
        : null,
    previousSignature: digest.previousDigestSignature,
    ...chainOf(key),
    account: owner?.accountId ?? digest.awsAccountId ?? null,
    region: owner?.region ?? null,
  }
}

/** RSA PKCS#1 v1.5 with SHA-256 over the string defined in the User Guide, from values as written. */
export function isSignedBy(
  digest: { readonly header: DigestHeader; readonly sha256: string },
  signatureHex: string,
  key: KeyObject,
): boolean {
  const { endTime, bucket, key: object, previousSignature } = digest.header
  const signed = `${endTime}\n${bucket}/${object}\n${digest.sha256}\n${previousSignature ?? 'null'}`
  return isGoodSignature(signed, signatureHex, key)
}

export function isGoodSignature(signed: string, signatureHex: string, key: KeyObject): boolean {
  if (!/^(?:[0-9a-f]{2})+$/i.test(signatureHex)) return false
  return verify('RSA-SHA256', Buffer.from(signed), key, Buffer.from(signatureHex, 'hex'))
}
