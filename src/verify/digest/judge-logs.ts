/** Compares each log file with the digests that list it. A source keeps the most reliable verdict. */
import type { Problem } from '../../model/problem.js'
import type { CheckedFile, FileState } from '../../model/verification.js'
import type { Connection } from '../../store/open.js'
import type { Coverage } from './chains.js'
import { deliveredName, readTrailName } from '../../model/trail-name.js'
import { s3Url } from './digest-place.js'
import type { ListedLog } from './digest-file.js'
import type { DigestVerdict } from './judge-digests.js'
import type { DigestReader } from './read-digests.js'
import { eachSource, pathOf, type SourceFacts, type SourceLookup } from './source-lookup.js'

/** Shared by all intact log files of a digest: a million files cost one object per digest. */
interface LogVerdict {
  readonly state: FileState
  readonly reason: string | null
  readonly digest: DigestVerdict
  /** null: bucket and prefix are `root`, the rest is the file's location. */
  readonly key: string | null
  readonly root: string
  readonly rank: number
}

/** How a source was matched with a listed file. */
type Match = 'place' | 'content' | 'name'
const RANK = { place: 100, content: 10, name: 0 } as const

export class LogJudge {
  readonly #db: Connection
  readonly #lookup: SourceLookup
  /** Sources with a truncated or damaged stream: their readable content has a hash too. */
  readonly #damaged: ReadonlyMap<number, string>
  readonly #nested: ReadonlyMap<number, string>
  readonly #verdicts = new Map<number, LogVerdict>()
  readonly #missing = new Set<string>()
  #plain = new Map<string, LogVerdict>()

  constructor(db: Connection, lookup: SourceLookup) {
    this.#db = db
    this.#lookup = lookup
    this.#damaged = readKinds(db, ['truncated-gzip', 'corrupt-gzip'])
    this.#nested = readKinds(db, ['nested-gzip'])
  }

  /** Compares the list of a digest. @returns files that are not in the case. */
  compare(verdict: DigestVerdict, reader: DigestReader): CheckedFile[] {
    this.#plain = new Map()
    const missing: CheckedFile[] = []
    for (const log of reader.read(verdict.file.source)?.logs ?? []) {
      const url = s3Url(log.s3Bucket, log.s3Object)
      if (this.#place(log, verdict) || this.#missing.has(url)) continue
      this.#missing.add(url)
      missing.push(missingLog(url, verdict))
    }
    return missing
  }

  /** Assigns the verdict to every source that is the listed file. @returns false if there is none. */
  #place(log: ListedLog, digest: DigestVerdict): boolean {
    const { place, name } = deliveredName(log.s3Object)
    const named = this.#lookup.byName(name)
    const exact = named.filter((row) => {
      const own = deliveredName(pathOf(row)).place
      return own === place || own === null
    })
    for (const row of exact) this.#keep(row, this.#verdict(row, log, digest, 'place'))
    const hashed = log.hashValue.toLowerCase()
    const copies = this.#lookup.byContent(hashed).filter((row) => !exact.some(({ id }) => id === row.id))
    for (const row of copies) this.#keep(row, this.#verdict(row, log, digest, 'content'))
    if (exact.length > 0 || copies.length > 0) return true
    for (const row of named) this.#keep(row, this.#verdict(row, log, digest, 'name'))
    return named.length > 0
  }

  #keep(row: SourceFacts, verdict: LogVerdict): void {
    const known = this.#verdicts.get(row.id)
    if (known === undefined || known.rank < verdict.rank) this.#verdicts.set(row.id, verdict)
  }

  #verdict(row: SourceFacts, log: ListedLog, digest: DigestVerdict, match: Match): LogVerdict {
    const wrong = this.#whatIsWrong(row, log)
    const url = s3Url(log.s3Bucket, log.s3Object)
    const trust = TRUST[digest.vouches ?? 'none']
    const rank = RANK[match] + trust * 2 + (wrong === null ? 0 : 1)
    const another = match === 'place' ? [] : [`the file lies under another name: ${pathOf(row)}`]
    if (wrong !== null) {
      const doubt = digest.vouches === null ? ['the digest that lists it is itself INVALID'] : []
      return {
        state: 'INVALID',
        reason: [wrong, ...another, ...doubt].join('; '),
        digest,
        key: url,
        root: '',
        rank,
      }
    }
    const state = digest.vouches ?? 'NOT COVERED'
    const packing = this.#packing(row)
    const reason = [...basis(digest), ...another, ...packing].join('; ') || null
    const own = deliveredName(pathOf(row)).place
    const isPlain = match === 'place' && packing.length === 0 && own !== null && log.s3Object.endsWith('.gz')
    if (!isPlain) return { state, reason, digest, key: url, root: '', rank }
    return this.#shared({
      state,
      reason,
      digest,
      key: null,
      root: s3Url(log.s3Bucket, prefixOf(log.s3Object)),
      rank,
    })
  }

  #shared(verdict: LogVerdict): LogVerdict {
    const id = `${verdict.rank} ${verdict.root}`
    const known = this.#plain.get(id) ?? verdict
    this.#plain.set(id, known)
    return known
  }

  #whatIsWrong(row: SourceFacts, log: ListedLog): string | null {
    if (row.sha256 === null) return 'the file is there, but could not be read'
    if (row.size === 0) return 'invalid format (the file is empty)'
    const isListed = row.content_sha256 === log.hashValue.toLowerCase()
    const damage = this.#damaged.get(row.id)
    // The content is complete: the damage comes after it.
    if (damage === 'corrupt-gzip' && isListed) return TRAILING
    if (damage !== undefined) return 'invalid format (the compressed stream is damaged)'
    const isLonger = (row.trailing_bytes ?? 0) > 0
    if (isListed) return isLonger ? TRAILING : null
    const because = isLonger || (row.gzip_members ?? 0) > 1 ? ` (${TRAILING})` : ''
    return `hash value doesn't match${because}`
  }

  /** Unpacked it matches the digest; aws cloudtrail validate-logs stops after the first member and the first gunzip. */
  #packing({ id, gzip_members }: SourceFacts): string[] {
    if (this.#nested.has(id)) return ['compressed twice, a delivered file once']
    const members = gzip_members ?? 0
    return members > 1 ? [`compressed in ${members} gzip members, a delivered file has 1`] : []
  }

  /** Every log file of the case in the order of indexing, except those in `without`. */
  *results(coverage: Coverage, without: ReadonlySet<number>): Generator<CheckedFile[]> {
    for (const page of eachSource(this.#db)) {
      yield page.filter((row) => !without.has(row.id)).flatMap((row) => this.#result(row, coverage))
    }
  }

  #result(row: SourceFacts, coverage: Coverage): CheckedFile[] {
    const path = pathOf(row)
    const verdict = this.#verdicts.get(row.id)
    if (verdict === undefined) {
      if (!isLog(row, path)) return []
      const reason = coverage.whyNot(row.path_account_id, row.path_region, row.path_delivered_ms)
      return [{ ...NOT_COVERED, reason, source_id: row.id, path }]
    }
    const { state, reason, digest, key, root } = verdict
    return [
      {
        kind: 'log',
        key: key ?? `${root}${deliveredName(path).place ?? ''}.gz`,
        state,
        reason,
        source_id: row.id,
        path,
        digest_source_id: digest.file.source.id,
        fingerprint: digest.fingerprint,
        backfill: digest.file.header?.backfill ?? false,
      },
    ]
  }
}

const TRUST = { none: 0, 'UNSIGNED TAIL': 1, CONSISTENT: 1, VALID: 2 } as const
const TRAILING = 'unexpected data after the end of the compressed stream'
const NOT_COVERED = {
  kind: 'log',
  key: null,
  state: 'NOT COVERED',
  digest_source_id: null,
  fingerprint: null,
  backfill: false,
} as const satisfies Partial<CheckedFile>

function missingLog(url: string, { file, fingerprint, vouches }: DigestVerdict): CheckedFile {
  return {
    kind: 'log',
    key: url,
    state: 'MISSING',
    reason: `not found; listed in ${file.header?.url ?? file.path}${vouches === null ? ', which is INVALID itself' : ''}`,
    source_id: null,
    path: null,
    digest_source_id: file.source.id,
    fingerprint,
    backfill: file.header?.backfill ?? false,
  }
}

function isLog(row: SourceFacts, path: string): boolean {
  if (row.status === 'rejected' || row.status === 'neighbour') {
    const name = readTrailName(path)
    return name !== null && name.family !== 'CloudTrail-Digest'
  }
  return row.kind === 'trail' || row.kind === 'insight'
}

/** Why a file that matches its digest is not VALID. */
function basis(digest: DigestVerdict): string[] {
  if (digest.vouches === null) return [`listed only in ${urlOf(digest)}, which is INVALID`]
  return digest.vouches === 'UNSIGNED TAIL'
    ? ['the signature of the digest that lists it is not at hand']
    : []
}

function prefixOf(key: string): string {
  const { place } = deliveredName(key)
  return place === null ? '' : key.slice(0, key.lastIndexOf(place))
}

function urlOf({ file }: DigestVerdict): string {
  return file.header?.url ?? file.path
}

/** Sources with such a problem. */
function readKinds(db: Connection, kinds: readonly Problem['kind'][]): ReadonlyMap<number, string> {
  const rows = db
    .prepare(
      'SELECT source_id, kind FROM problem WHERE kind IN (SELECT value FROM json_each(?)) AND source_id IS NOT NULL',
    )
    .raw()
    .all(JSON.stringify(kinds)) as [number, string][]
  return new Map(rows)
}
