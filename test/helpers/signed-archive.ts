/**
 * A small archive as CloudTrail delivers it with log file validation on: log files of several hours and two regions, a digest
 * for every hour, a chain of backfill digests, all signed with a key of our own.
 */
import { createHash, hash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { keysJson, makeKey, signDigest, type DigestKey } from '../../src/selftest/signed-digest.js'
import { put } from './archive.js'

export { keysJson, makeKey, signDigest, type DigestKey }

const BUCKET = 'trail-bucket'
const PREFIX = 'org/logs'
export const ACCOUNT = '111122223333'
export const REGIONS = ['us-east-1', 'eu-west-1'] as const
const TRAIL = 'management'
const START = Date.UTC(2024, 4, 14, 6)
const HOUR = 3_600_000

export interface SignedFile {
  /** Below the archive's root. */
  readonly name: string
  readonly file: string
  readonly key: string
  readonly url: string
  readonly region: string
  readonly hour: number
}

export interface SignedDigest extends SignedFile {
  readonly backfill: boolean
  /** Hex; CloudTrail keeps it in the metadata of the object. */
  readonly signature: string
}

export type DigestContent = Record<string, unknown> & { logFiles: Record<string, unknown>[] }

/** What a chain remembers from one digest to the next. */
interface Previous {
  readonly key: string
  readonly sha256: string
  readonly signature: string
}

export interface ArchiveOptions {
  readonly hours?: number
  /** In these hours logging starts anew: a starting digest, and no digest for the hour before. */
  readonly restartAt?: number
  readonly key?: DigestKey
}

export class SignedArchive {
  readonly root: string
  readonly key: DigestKey
  readonly hours: number
  readonly digests: SignedDigest[] = []
  readonly logs: SignedFile[] = []

  constructor(root: string, options: ArchiveOptions = {}) {
    this.root = root
    this.key = options.key ?? makeKey()
    this.hours = options.hours ?? 5
    for (const region of REGIONS) this.#chain(region, options.restartAt)
    this.#backfillChain(REGIONS[0])
  }

  #chain(region: string, restartAt: number | undefined): void {
    let previous: Previous | null = null
    for (let hour = 0; hour < this.hours; hour++) {
      if (restartAt !== undefined && hour === restartAt - 1) continue
      if (hour === restartAt) previous = null
      // One hour without any log file: its digest exists all the same.
      const logs = hour === 1 ? [] : [0, 1].map((number) => this.#log(region, hour, number))
      previous = this.#digest({ region, hour, backfill: false }, logs, previous)
    }
  }

  #backfillChain(region: string): void {
    let previous: Previous | null = null
    for (const hour of [1, 2])
      previous = this.#digest({ region, hour, backfill: true }, [this.#log(region, hour, 7)], previous)
  }

  #log(region: string, hour: number, number: number): SignedFile {
    const at = START + hour * HOUR + (number * 20 + 5) * 60_000
    const unique = createHash('sha256').update(`${region} ${hour} ${number}`).digest('hex').slice(0, 16)
    const base = `${ACCOUNT}_CloudTrail_${region}_${stamp(at).slice(0, 13)}Z_${unique}.json.gz`
    const log = this.#place('CloudTrail', region, at, base, hour)
    put(this.root, log.name, gzipSync(logContent(`${region} ${hour} ${number}`, at)))
    this.logs.push(log)
    return log
  }

  #digest(
    of: { readonly region: string; readonly hour: number; readonly backfill: boolean },
    logs: readonly SignedFile[],
    previous: Previous | null,
  ): Previous {
    const end = START + (of.hour + 1) * HOUR
    const base = `${ACCOUNT}_CloudTrail-Digest_${of.region}_${TRAIL}_us-east-1_${stamp(end)}Z${of.backfill ? '_backfill' : ''}.json.gz`
    const place = this.#place('CloudTrail-Digest', of.region, end, base, of.hour)
    const content = {
      awsAccountId: ACCOUNT,
      digestStartTime: iso(end - HOUR),
      digestEndTime: iso(end),
      digestS3Bucket: BUCKET,
      digestS3Object: place.key,
      newestEventTime: logs.length === 0 ? null : iso(end - 60_000),
      oldestEventTime: logs.length === 0 ? null : iso(end - HOUR),
      previousDigestS3Bucket: previous === null ? null : BUCKET,
      previousDigestS3Object: previous?.key ?? null,
      previousDigestHashValue: previous?.sha256 ?? null,
      previousDigestHashAlgorithm: previous === null ? null : 'SHA-256',
      previousDigestSignature: previous?.signature ?? null,
      digestPublicKeyFingerprint: this.key.fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      logFiles: logs.map((log) => ({
        s3Bucket: BUCKET,
        s3Object: log.key,
        hashValue: hash('sha256', this.read(log)),
        hashAlgorithm: 'SHA-256',
        newestEventTime: iso(end - 60_000),
        oldestEventTime: iso(end - HOUR),
      })),
    }
    const text = JSON.stringify(content)
    put(this.root, place.name, gzipSync(text))
    const signature = signDigest(text, this.key)
    this.digests.push({ ...place, backfill: of.backfill, signature })
    return { key: place.key, sha256: hash('sha256', text), signature }
  }

  #place(family: string, region: string, at: number, base: string, hour: number): SignedFile {
    const day = new Date(at).toISOString().slice(0, 10).replaceAll('-', '/')
    const name = path.posix.join('AWSLogs', ACCOUNT, family, region, day, base)
    const key = `${PREFIX}/${name}`
    return { name, file: path.join(this.root, name), key, url: `s3://${BUCKET}/${key}`, region, hour }
  }

  /** Decompressed. */
  read(file: Pick<SignedFile, 'file'>): Buffer {
    return gunzipSync(readFileSync(file.file))
  }

  readDigest(digest: SignedDigest): DigestContent {
    return JSON.parse(this.read(digest).toString()) as DigestContent
  }

  /** Other content under the same name. */
  write(file: Pick<SignedFile, 'file'>, content: string | Buffer): void {
    writeFileSync(file.file, gzipSync(content))
  }

  remove(file: Pick<SignedFile, 'file'>): void {
    rmSync(file.file)
  }

  /** A copy of a file elsewhere in the archive. */
  copy(file: Pick<SignedFile, 'file'>, name: string): void {
    const to = path.join(this.root, name)
    mkdirSync(path.dirname(to), { recursive: true })
    copyFileSync(file.file, to)
  }

  digest(region: string, hour: number, backfill = false): SignedDigest {
    return this.digests.find((d) => d.region === region && d.hour === hour && d.backfill === backfill)!
  }

  log(region: string, hour: number, index = 0): SignedFile {
    return this.logs.filter((log) => log.region === region && log.hour === hour)[index]!
  }

  /** The newest of each chain: their signatures are in no file. */
  get newest(): SignedDigest[] {
    return [...REGIONS.map((region) => this.digest(region, this.hours - 1)), this.digest(REGIONS[0], 2, true)]
  }
}

/** What `aws s3api head-object` prints of a digest. */
export function headObject(digest: SignedDigest, spelling = 'signature'): string {
  return JSON.stringify({
    ContentLength: 1,
    Metadata: { [spelling]: digest.signature, 'signature-algorithm': 'SHA256withRSA' },
  })
}

function logContent(label: string, at: number): string {
  const record = (n: number): object => ({
    eventVersion: '1.08',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      arn: `arn:aws:iam::${ACCOUNT}:user/user-${n % 3}`,
      accountId: ACCOUNT,
      userName: `user-${n % 3}`,
    },
    eventTime: iso(at - n * 1000),
    eventSource: 'sts.amazonaws.com',
    eventName: 'GetCallerIdentity',
    awsRegion: label.split(' ')[0],
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-cli/2',
    requestParameters: null,
    responseElements: null,
    requestID: guid(`request ${label} ${n}`),
    eventID: guid(`event ${label} ${n}`),
    eventType: 'AwsApiCall',
    recipientAccountId: ACCOUNT,
  })
  return JSON.stringify({ Records: Array.from({ length: 4 }, (_, n) => record(n)) })
}

function guid(label: string): string {
  const hex = hash('sha256', label)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/** `20240514T070000` */
function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')
}
