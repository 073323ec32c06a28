/** CloudTrail's public keys, as printed by `aws cloudtrail list-public-keys`. These files are the root of all trust. */
import { createPublicKey, hash, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { CaseError } from '../../model/case-error.js'

const HOW_TO_GET =
  'make it with: aws cloudtrail list-public-keys --start-time … --end-time … --region REGION > keys.json'

const TIME = z.union([z.string(), z.number()]).nullish()
const KEY = z.object({
  Value: z.string(),
  Fingerprint: z.string(),
  ValidityStartTime: TIME,
  ValidityEndTime: TIME,
})
const KEYS = z.union([
  z.object({ PublicKeyList: z.array(KEY) }),
  // As one sample in the User Guide spells it.
  z
    .object({ publicKeyList: z.array(KEY) })
    .transform(({ publicKeyList }) => ({ PublicKeyList: publicKeyList })),
])

interface KnownKey {
  readonly key: KeyObject | null
  readonly startMs: number | null
  readonly endMs: number | null
}

export interface FoundKey {
  readonly key: KeyObject
  readonly startMs: number | null
  readonly endMs: number | null
}

export class KeyRing {
  readonly #keys = new Map<string, KnownKey>()
  readonly #refused = new Map<string, string>()
  /** SHA-256 of each file. */
  readonly sha256: string[] = []

  get size(): number {
    return this.#keys.size
  }

  /** Refused keys, for the user. */
  get refusals(): readonly string[] {
    return [...this.#refused.values()]
  }

  /** @throws CaseError exit 2 if it is not a file of public keys. */
  addFile(path: string): void {
    const bytes = readBytes(path)
    const read = KEYS.safeParse(parseJson(bytes))
    if (!read.success) {
      throw new CaseError(`${path} holds no list of public keys`, {
        hint: HOW_TO_GET,
      })
    }
    this.sha256.push(hash('sha256', bytes))
    for (const entry of read.data.PublicKeyList) this.#add(entry)
  }

  #add(entry: z.infer<typeof KEY>): void {
    const der = Buffer.from(entry.Value, 'base64')
    const label = entry.Fingerprint.toLowerCase()
    const fingerprint = hash('md5', der)
    if (fingerprint !== label) {
      // The label proves nothing: a key with a false label would be taken for CloudTrail's.
      this.#refused.set(label, `key labelled ${label} refused: the MD5 of its bytes is ${fingerprint}`)
      return
    }
    this.#keys.set(fingerprint, {
      key: loadKey(der),
      startMs: readTime(entry.ValidityStartTime),
      endMs: readTime(entry.ValidityEndTime),
    })
  }

  /** @returns the key, or why there is none, in the words of `aws cloudtrail validate-logs`. */
  find(fingerprint: string, region: string | null): FoundKey | string {
    const known = this.#keys.get(fingerprint)
    if (known === undefined) {
      const place = region === null ? '' : ` in region ${region}`
      const refused = this.#refused.get(fingerprint)
      return `public key not found${place} for fingerprint ${fingerprint}${refused === undefined ? '' : ` (${refused})`}`
    }
    const { key, startMs, endMs } = known
    return key === null
      ? `Unable to load PKCS #1 key with fingerprint ${fingerprint}`
      : { key, startMs, endMs }
  }
}

/** Usually PKCS#1; a sample in the User Guide has a SubjectPublicKeyInfo. */
function loadKey(der: Buffer): KeyObject | null {
  for (const type of ['pkcs1', 'spki'] as const) {
    try {
      const key = createPublicKey({ key: der, format: 'der', type })
      if (key.asymmetricKeyType === 'rsa') return key
    } catch {
      // The other form.
    }
  }
  return null
}

/** Epoch seconds (older CLI) or ISO text. */
function readTime(value: string | number | null | undefined): number | null {
  if (value === null || value === undefined) return null
  const ms = typeof value === 'number' ? value * 1000 : Date.parse(value)
  return Number.isNaN(ms) ? null : ms
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new CaseError(`cannot read ${path}: ${(error as Error).message}`, {
      hint: HOW_TO_GET,
      cause: error,
    })
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, '')) as unknown
  } catch {
    return undefined
  }
}
