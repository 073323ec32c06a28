/** Validates the CloudTrail digests of a case offline and stores the results in it. */
import { damagedCase } from '../../model/case-error.js'
import type { CheckedFile, DigestGap, VerificationCounts } from '../../model/verification.js'
import type { Connection } from '../../store/open.js'
import { openBook } from '../../store/results-book.js'
import { VerificationWriter } from '../../store/verification.js'
import { readChains, type Chains, type MissingDigest } from './chains.js'
import { DigestJudge, type DigestVerdict } from './judge-digests.js'
import { LogJudge } from './judge-logs.js'
import { KeyRing } from './keys.js'
import { checkLakeResults } from './lake.js'
import { SavedMetadata } from './metadata.js'
import { DigestReader } from './read-digests.js'
import { SourceLookup } from './source-lookup.js'
import { makeStatement } from './statement.js'

export interface DigestPlan {
  readonly casePath: string
  /** Files of public keys; empty: compares hashes only. */
  readonly keyFiles: readonly string[]
  readonly metadataFolder: string | null
  readonly toolVersion: string
}

export interface DigestReport {
  readonly counts: VerificationCounts
  readonly gaps: readonly DigestGap[]
  readonly statement: readonly string[]
  /** Why the results are not stored in the case; null if they are. */
  readonly notKept: string | null
  /** About keys and metadata, for the user. */
  readonly notes: readonly string[]
}

/** Takes results as they are made, while nothing is held open in the case. */
export type TakeFiles = (files: readonly CheckedFile[]) => void | Promise<void>

/** @throws CaseError exit 2 for invalid keys or metadata, 10 or 12 for the case. */
export async function verifyDigests(plan: DigestPlan, take: TakeFiles): Promise<DigestReport> {
  try {
    return await validate(plan, take)
  } catch (error) {
    if (!/^SQLITE_(?:CORRUPT|NOTADB)/.test(String((error as { code?: unknown }).code))) throw error
    throw damagedCase(`the case file is damaged (${(error as Error).message})`, error)
  }
}

async function validate(plan: DigestPlan, take: TakeFiles): Promise<DigestReport> {
  const keys = readKeys(plan.keyFiles)
  const metadata = new SavedMetadata()
  if (plan.metadataFolder !== null) metadata.addFolder(plan.metadataFolder)
  const book = openBook(plan.casePath)
  try {
    const validation = new Validation(book.db, keys, metadata)
    const keysSha256 = keys?.sha256 ?? []
    const writer =
      book.notKept === null
        ? new VerificationWriter(book.db, { toolVersion: plan.toolVersion, keysSha256 })
        : null
    const counts: VerificationCounts = { digest: {}, log: {}, 'lake-sign': {}, 'lake-result': {} }
    for (const files of validation.files()) {
      for (const { kind, state } of files) counts[kind][state] = (counts[kind][state] ?? 0) + 1
      writer?.add(files)
      await take(files)
    }
    const { gaps, openStarts } = validation.chains
    const statement = makeStatement({ counts, gaps, openStarts, keysSha256, saved: metadata.size })
    writer?.finish({ counts, gaps, statement })
    return {
      counts,
      gaps,
      statement,
      notKept: book.notKept,
      notes: [...(keys?.refusals ?? []), ...metadata.unused],
    }
  } finally {
    book.close()
  }
}

function readKeys(files: readonly string[]): KeyRing | null {
  if (files.length === 0) return null
  const keys = new KeyRing()
  for (const file of files) keys.addFile(file)
  return keys
}

class Validation {
  readonly chains: Chains
  readonly #db: Connection
  readonly #keys: KeyRing | null
  readonly #reader: DigestReader
  readonly #verdicts: readonly DigestVerdict[]

  constructor(db: Connection, keys: KeyRing | null, metadata: SavedMetadata) {
    this.#db = db
    this.#keys = keys
    this.#reader = new DigestReader(db)
    const files = this.#reader.readAll()
    const judge = new DigestJudge(files, keys, metadata)
    this.#verdicts = files.map((file) => judge.judge(file)).sort(byChainAndTime)
    this.chains = readChains(files)
  }

  /** Digests, then files that they name and the case lacks, then every log file. */
  *files(): Generator<CheckedFile[]> {
    const lookup = new SourceLookup(this.#db)
    yield this.#verdicts.map(checkedDigest)
    yield this.chains.missing.map(missingDigest)
    const lake = checkLakeResults(this.#db, this.#reader, lookup, this.#keys)
    yield lake
    const logs = new LogJudge(this.#db, lookup)
    for (const verdict of onePerContent(this.#verdicts)) yield logs.compare(verdict, this.#reader)
    const done = [
      ...this.#verdicts.map(({ file }) => file.source.id),
      ...lake.map((file) => file.source_id ?? -1),
    ]
    yield* logs.results(this.chains.coverage, new Set(done))
  }
}

function byChainAndTime(a: DigestVerdict, b: DigestVerdict): number {
  const [left, right] = [a.file.header, b.file.header]
  if (left === null || right === null) return Number(left === null) - Number(right === null)
  if (left.chain !== right.chain) return left.chain < right.chain ? -1 : 1
  return left.startMs - right.startMs || a.file.source.id - b.file.source.id
}

/** A copy lists the same log files: the more reliable one is used. */
function onePerContent(verdicts: readonly DigestVerdict[]): Iterable<DigestVerdict> {
  const best = new Map<string, DigestVerdict>()
  for (const verdict of verdicts) {
    if (verdict.file.header === null) continue
    const known = best.get(verdict.file.sha256)
    if (known === undefined || (known.vouches === null && verdict.vouches !== null))
      best.set(verdict.file.sha256, verdict)
  }
  return best.values()
}

function checkedDigest({ file, moved, state, reason, fingerprint }: DigestVerdict): CheckedFile {
  return {
    kind: 'digest',
    // A moved digest is identified by its location: the key in it is another file's.
    key: moved ? null : (file.header?.url ?? null),
    state,
    reason,
    source_id: file.source.id,
    path: file.path,
    digest_source_id: file.source.id,
    fingerprint,
    backfill: file.header?.backfill ?? false,
  }
}

function missingDigest({ url, reason, backfill, namedBy }: MissingDigest): CheckedFile {
  return {
    kind: 'digest',
    key: url,
    state: 'MISSING',
    reason,
    source_id: null,
    path: null,
    digest_source_id: namedBy.source.id,
    fingerprint: null,
    backfill,
  }
}
