/** Signs digests like CloudTrail, with a key of our own, as input for `digest verify`. */
import { generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto'

export interface DigestKey {
  readonly privateKey: KeyObject
  /** Base64 of the PKCS#1 public key. */
  readonly value: string
  readonly fingerprint: string
}

export function makeKey(): DigestKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const der = publicKey.export({ format: 'der', type: 'pkcs1' })
  return { privateKey, value: der.toString('base64'), fingerprint: hash('md5', der) }
}

/** RSA PKCS#1 v1.5, SHA-256 (CloudTrail User Guide: custom validation). @returns hex. */
export function signDigest(text: string, key: DigestKey): string {
  const digest = JSON.parse(text) as Record<string, string | null>
  const signed = [
    digest['digestEndTime'],
    `${digest['digestS3Bucket']}/${digest['digestS3Object']}`,
    hash('sha256', text),
    digest['previousDigestSignature'] ?? 'null',
  ].join('\n')
  return sign('RSA-SHA256', Buffer.from(signed), key.privateKey).toString('hex')
}

/** As `aws cloudtrail list-public-keys` prints them. */
export function keysJson(...keys: readonly Pick<DigestKey, 'value' | 'fingerprint'>[]): string {
  const list = keys.map(({ value, fingerprint }) => ({
    Value: value,
    ValidityStartTime: '2024-01-01T00:00:00Z',
    ValidityEndTime: '2025-01-01T00:00:00Z',
    Fingerprint: fingerprint,
  }))
  return JSON.stringify({ PublicKeyList: list })
}
