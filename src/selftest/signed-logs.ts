/** Log files with a chain of signed digests, and ways to tamper with it. */
import { hash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { keysJson, makeKey, signDigest, type DigestKey } from './signed-digest.js'

const ACCOUNT = '111122223333'
const REGION = 'us-east-1'
const BUCKET = 'selftest-bucket'
const FOLDER = (family: string): string => `AWSLogs/${ACCOUNT}/${family}/${REGION}/2024/05/14`
const HOURS = 5

export interface SignedFile {
  readonly file: string
  /** `s3://bucket/key`, as findings name it. */
  readonly url: string
  readonly key: string
}

/** What a digest contains about the previous one. */
interface Before {
  readonly key: string
  readonly sha256: string
  readonly signature: string
}

export class SignedLogs {
  readonly root: string
  readonly key: DigestKey
  readonly logs: SignedFile[] = []
  readonly digests: SignedFile[] = []

  /** @param text content of the log file of an hour. */
  constructor(root: string, key: DigestKey, text: (hour: number) => string) {
    this.root = root
    this.key = key
    for (let hour = 0; hour < HOURS; hour++) {
      this.logs.push(
        this.#place(
          'CloudTrail',
          `${ACCOUNT}_CloudTrail_${REGION}_20240514T0${hour}05Z_${hash('sha256', String(hour)).slice(0, 16)}.json.gz`,
        ),
      )
      this.write(this.logs[hour] as SignedFile, text(hour))
      this.digests.push(
        this.#place(
          'CloudTrail-Digest',
          `${ACCOUNT}_CloudTrail-Digest_${REGION}_management_${REGION}_20240514T0${hour + 1}0000Z.json.gz`,
        ),
      )
    }
    this.signFrom(0, key)
  }

  /** Signs the digests from this hour on again, over the current log files. */
  signFrom(first: number, key: DigestKey): void {
    for (let hour = first; hour < HOURS; hour++) {
      const before = hour === 0 ? null : this.#digestOf(hour - 1, hour > first ? key : this.key)
      this.write(this.digests[hour] as SignedFile, this.#digestText(hour, key, before))
    }
  }

  read({ file }: SignedFile): string {
    return gunzipSync(readFileSync(file)).toString()
  }

  write({ file }: SignedFile, text: string): void {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, gzipSync(text))
  }

  alter(signed: SignedFile, from: string, to: string): void {
    this.write(signed, this.read(signed).replace(from, to))
  }

  append({ file }: SignedFile, bytes: Buffer): void {
    writeFileSync(file, Buffer.concat([readFileSync(file), bytes]))
  }

  remove({ file }: SignedFile): void {
    rmSync(file)
  }

  writeKeys(key = this.key): string {
    const file = path.join(path.dirname(this.root), `keys-${key.fingerprint}.json`)
    writeFileSync(file, keysJson(key))
    return file
  }

  #place(family: string, name: string): SignedFile {
    const key = `${FOLDER(family)}/${name}`
    return { file: path.join(this.root, key), url: `s3://${BUCKET}/${key}`, key }
  }

  #digestOf(hour: number, key: DigestKey): Before {
    const digest = this.digests[hour] as SignedFile
    const text = this.read(digest)
    return { key: digest.key, sha256: hash('sha256', text), signature: signDigest(text, key) }
  }

  #digestText(hour: number, key: DigestKey, before: Before | null): string {
    const log = this.logs[hour] as SignedFile
    const digest = this.digests[hour] as SignedFile
    return JSON.stringify({
      awsAccountId: ACCOUNT,
      digestStartTime: `2024-05-14T0${hour}:00:00Z`,
      digestEndTime: `2024-05-14T0${hour + 1}:00:00Z`,
      digestS3Bucket: BUCKET,
      digestS3Object: digest.key,
      newestEventTime: `2024-05-14T0${hour}:04:00Z`,
      oldestEventTime: `2024-05-14T0${hour}:00:00Z`,
      previousDigestS3Bucket: before === null ? null : BUCKET,
      previousDigestS3Object: before?.key ?? null,
      previousDigestHashValue: before?.sha256 ?? null,
      previousDigestHashAlgorithm: before === null ? null : 'SHA-256',
      previousDigestSignature: before?.signature ?? null,
      digestPublicKeyFingerprint: key.fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      logFiles: [
        {
          s3Bucket: BUCKET,
          s3Object: log.key,
          hashValue: hash('sha256', this.read(log)),
          hashAlgorithm: 'SHA-256',
          newestEventTime: `2024-05-14T0${hour}:04:00Z`,
          oldestEventTime: `2024-05-14T0${hour}:00:00Z`,
        },
      ],
    })
  }
}

export interface Spoiled {
  readonly what: string
  /** Tampers with the archive. @returns URLs that must be INVALID or MISSING; no others may be. */
  readonly spoil: (archive: SignedLogs) => readonly string[]
  /** Verifies with another key than the archive's. */
  readonly wrongKey?: boolean
}

const at = (files: readonly SignedFile[], hour: number): SignedFile => files[hour] as SignedFile

export const SPOILED: readonly Spoiled[] = [
  { what: 'nothing', spoil: () => [] },
  {
    what: 'an altered log file',
    spoil: (archive) => {
      const log = at(archive.logs, 1)
      archive.alter(log, '198.51.100.', '198.51.101.')
      return [log.url]
    },
  },
  {
    what: 'a deleted log file',
    spoil: (archive) => {
      archive.remove(at(archive.logs, 2))
      return [at(archive.logs, 2).url]
    },
  },
  {
    what: 'data after the end of a log file',
    spoil: (archive) => {
      archive.append(at(archive.logs, 3), gzipSync('more'))
      return [at(archive.logs, 3).url]
    },
  },
  {
    what: 'an altered digest',
    spoil: (archive) => {
      const digest = at(archive.digests, 1)
      archive.alter(digest, 'T01:04:00Z', 'T01:03:00Z')
      return [digest.url]
    },
  },
  {
    what: 'a missing hour',
    spoil: (archive) => {
      archive.remove(at(archive.digests, 2))
      return [at(archive.digests, 2).url]
    },
  },
  {
    what: 'a tail that was signed again',
    spoil: (archive) => {
      const log = at(archive.logs, 3)
      archive.alter(log, '198.51.100.', '198.51.101.')
      archive.signFrom(3, makeKey())
      return [at(archive.digests, 3).url, at(archive.digests, 4).url]
    },
  },
  { what: 'the wrong key', spoil: (archive) => archive.digests.map(({ url }) => url), wrongKey: true },
]
