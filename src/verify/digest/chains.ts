/** Missing digests, and times without any. */
import { isoTime } from '../../model/time.js'
import { NO_DIGEST, type DigestGap } from '../../model/verification.js'
import { deliveredName } from '../../model/trail-name.js'
import type { DigestHeader } from './digest-file.js'
import type { DigestFile } from './read-digests.js'

export interface MissingDigest {
  readonly url: string
  readonly backfill: boolean
  readonly reason: string
  /** The digest that names it. */
  readonly namedBy: DigestFile
}

interface Link {
  readonly file: DigestFile
  readonly header: DigestHeader
}

export interface Chains {
  readonly missing: readonly MissingDigest[]
  readonly gaps: readonly DigestGap[]
  /** Oldest digests that name a previous one: the archive starts there. */
  readonly openStarts: readonly string[]
  readonly coverage: Coverage
}

export function readChains(files: readonly DigestFile[]): Chains {
  const present = placesOf(files)
  const missing: MissingDigest[] = []
  const gaps: DigestGap[] = []
  const openStarts: string[] = []
  const coverage = new Coverage()
  for (const [chain, links] of linksByChain(files)) {
    let endMs: number | null = null
    for (const { file, header } of links) {
      const absent = header.previous !== null && !isPresent(present, header.previous)
      // Every hour has a digest. A chain of backfill digests may have holes.
      const from: number | null = endMs !== null && header.startMs > endMs && !header.backfill ? endMs : null
      if (absent && endMs === null) openStarts.push(header.url)
      else if (absent) missing.push(missingBefore(file, header, from))
      else if (from !== null) gaps.push({ trail: chain, from: isoTime(from), to: isoTime(header.startMs) })
      coverage.add(header, from)
      endMs = Math.max(header.endMs, endMs ?? header.endMs)
    }
  }
  return { missing: onlyOnce(missing), gaps, openStarts, coverage }
}

function missingBefore(file: DigestFile, header: DigestHeader, from: number | null): MissingDigest {
  const hole = from === null ? '' : `; no digest between ${isoTime(from)} and ${isoTime(header.startMs)}`
  return {
    url: header.previous?.url ?? '',
    backfill: header.backfill,
    reason: `not found; named by ${header.url}${hole}`,
    namedBy: file,
  }
}

function linksByChain(files: readonly DigestFile[]): Map<string, Link[]> {
  const chains = new Map<string, Link[]>()
  for (const file of files) {
    if (file.header === null) continue
    const links = chains.get(file.header.chain)
    if (links === undefined) chains.set(file.header.chain, [{ file, header: file.header }])
    else links.push({ file, header: file.header })
  }
  for (const links of chains.values()) {
    links.sort(
      (a, b) =>
        a.header.startMs - b.header.startMs ||
        a.header.endMs - b.header.endMs ||
        a.file.source.id - b.file.source.id,
    )
  }
  return new Map([...chains].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** By content and by file location: a damaged digest is not missing. */
function placesOf(files: readonly DigestFile[]): Set<string> {
  const places = new Set<string>()
  for (const { header, place, name } of files) {
    if (header !== null) places.add(header.url)
    places.add(place ?? name)
  }
  return places
}

function isPresent(
  present: ReadonlySet<string>,
  previous: { readonly url: string; readonly key: string },
): boolean {
  const { place, name } = deliveredName(previous.key)
  return present.has(previous.url) || present.has(name) || (place !== null && present.has(place))
}

function onlyOnce(missing: readonly MissingDigest[]): MissingDigest[] {
  return [...new Map(missing.map((digest) => [digest.url, digest])).values()]
}

/** A digest can list files of the previous hour: a file of the last hour may be in a missing digest. */
const LATE_MS = 3_600_000

interface Span {
  firstMs: number
  lastMs: number
  readonly holes: { readonly fromMs: number; readonly toMs: number }[]
}

/** The times covered by digests of an account and region. */
export class Coverage {
  readonly #spans = new Map<string, Span>()

  add(header: DigestHeader, holeFrom: number | null): void {
    if (header.backfill) return
    const key = spanKey(header.account, header.region)
    const span = this.#spans.get(key) ?? { firstMs: header.startMs, lastMs: header.endMs, holes: [] }
    span.firstMs = Math.min(span.firstMs, header.startMs)
    span.lastMs = Math.max(span.lastMs, header.endMs)
    if (holeFrom !== null) span.holes.push({ fromMs: holeFrom, toMs: header.startMs })
    this.#spans.set(key, span)
  }

  get isEmpty(): boolean {
    return this.#spans.size === 0
  }

  /** Why no digest lists a file, judging by its name. */
  whyNot(account: string | null, region: string | null, deliveredMs: number | null): string {
    if (this.isEmpty) return NO_DIGEST
    if (account === null || region === null || deliveredMs === null) return 'no digest lists it'
    const span = this.#spans.get(spanKey(account, region))
    if (span === undefined) return `no digest of account ${account} in ${region} is in the case`
    if (deliveredMs < span.firstMs)
      return `delivered before the oldest digest, which begins at ${isoTime(span.firstMs)}`
    if (deliveredMs >= span.lastMs - LATE_MS) {
      return `delivered in the last hour before the newest digest ends (${isoTime(span.lastMs)}), or later`
    }
    const hole = span.holes.find(({ fromMs, toMs }) => deliveredMs >= fromMs - LATE_MS && deliveredMs < toMs)
    if (hole !== undefined)
      return `delivered in or before a time without digests, ${isoTime(hole.fromMs)} to ${isoTime(hole.toMs)}`
    return 'no digest lists it, though there are digests of the time of its delivery: of another trail, or put there'
  }
}

function spanKey(account: string | null, region: string | null): string {
  return `${account ?? ''} ${region ?? ''}`
}
