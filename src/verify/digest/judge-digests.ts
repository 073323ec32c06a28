/** Judges each digest by its signature, by the hash in its successor, and by its location. */
import type { FileState } from '../../model/verification.js'
import { deliveredName } from '../../model/trail-name.js'
import { isSignedBy, type DigestHeader } from './digest-file.js'
import type { FoundKey, KeyRing } from './keys.js'
import type { SavedMetadata } from './metadata.js'
import type { DigestFile } from './read-digests.js'

export interface DigestVerdict {
  readonly file: DigestFile
  readonly state: FileState
  readonly reason: string | null
  /** Of the key that its signature was checked with. */
  readonly fingerprint: string | null
  /** State of a log file with the listed hash; null if the list is not trustworthy. */
  readonly vouches: 'VALID' | 'CONSISTENT' | 'UNSIGNED TAIL' | null
  /** Its location belongs to another digest, or to none. */
  readonly moved: boolean
}

type Judgement = Omit<DigestVerdict, 'file' | 'moved'>

/** A digest that names another as the previous one. */
interface Successor {
  readonly file: DigestFile
  readonly header: DigestHeader
}

export class DigestJudge {
  readonly #keys: KeyRing | null
  readonly #metadata: SavedMetadata
  readonly #successors = new Map<string, Successor[]>()
  /** End of the newest digest of each chain. */
  readonly #newest = new Map<string, number>()

  constructor(files: readonly DigestFile[], keys: KeyRing | null, metadata: SavedMetadata) {
    this.#keys = keys
    this.#metadata = metadata
    for (const file of files) if (file.header !== null) this.#note(file, file.header)
  }

  #note(file: DigestFile, header: DigestHeader): void {
    const { previous, chain, endMs } = header
    this.#newest.set(chain, Math.max(endMs, this.#newest.get(chain) ?? endMs))
    if (previous === null) return
    const known = this.#successors.get(previous.url)
    if (known === undefined) this.#successors.set(previous.url, [{ file, header }])
    else known.push({ file, header })
  }

  judge(file: DigestFile): DigestVerdict {
    const { header } = file
    if (header === null) return { file, moved: false, ...invalid(file.problem ?? 'invalid format') }
    const judgement =
      this.#keys === null ? this.#byHash(file, header) : this.#bySignature(file, header, this.#keys)
    const moved = isMoved(file, header)
    return { file, moved, ...atItsPlace(moved, header, wholeFile(file, judgement)) }
  }

  #bySignature(file: DigestFile, header: DigestHeader, keys: KeyRing): Judgement {
    const found = keys.find(header.fingerprint, header.region)
    if (typeof found === 'string') return invalid(found)
    const signatures = this.#signatures(file, header)
    const good = signatures.find(({ hex }) => isSignedBy({ header, sha256: file.sha256 }, hex, found.key))
    const fingerprint = header.fingerprint
    if (good !== undefined) {
      const reason = `signature in ${good.from}${outsideValidity(header, found)}`
      return { state: 'VALID', reason, fingerprint, vouches: 'VALID' }
    }
    if (signatures.length > 0) {
      const tried = signatures.map(({ from }) => from).join(' and ')
      return { ...invalid(`signature verification failed (signature in ${tried})`), fingerprint }
    }
    return {
      state: 'UNSIGNED TAIL',
      reason: this.#whyUnsigned(header),
      fingerprint: null,
      vouches: 'UNSIGNED TAIL',
    }
  }

  #signatures(file: DigestFile, header: DigestHeader): { hex: string; from: string }[] {
    const saved = this.#metadata.signatureOf(deliveredName(header.key).name)
    const found = saved === undefined ? [] : [{ hex: saved, from: 'the saved object metadata' }]
    for (const { header: next } of this.#successors.get(header.url) ?? []) {
      if (next.previousSignature !== null) found.push({ hex: next.previousSignature, from: next.url })
    }
    return found
  }

  #whyUnsigned(header: DigestHeader): string {
    const isNewest = this.#newest.get(header.chain) === header.endMs
    return isNewest
      ? 'the newest digest of its chain: its signature is in the metadata of its object only (--metadata)'
      : 'the next digest, which holds its signature, is not in the case'
  }

  /** Without keys: only whether the successor lists this hash. */
  #byHash(file: DigestFile, header: DigestHeader): Judgement {
    const successors = this.#successors.get(header.url) ?? []
    const known = successors.filter(({ header: next }) => isSha256(next.previous?.hashValue ?? null))
    const other = known.find(({ header: next }) => next.previous?.hashValue?.toLowerCase() !== file.sha256)
    if (other !== undefined) {
      return invalid(`hash value doesn't match the previousDigestHashValue of ${other.header.url}`)
    }
    const next = known[0]
    const reason = next === undefined ? 'no later digest names its hash' : `its hash is in ${next.header.url}`
    return { state: 'CONSISTENT', reason, fingerprint: null, vouches: 'CONSISTENT' }
  }
}

function invalid(reason: string): Judgement {
  return { state: 'INVALID', reason, fingerprint: null, vouches: null }
}

function isSha256(hex: string | null): boolean {
  return hex !== null && /^[0-9a-f]{64}$/i.test(hex)
}

/** Bytes after the compressed stream are not signed; the signed content remains valid. */
function wholeFile({ source }: DigestFile, judgement: Judgement): Judgement {
  if ((source.trailing_bytes ?? 0) === 0) return judgement
  return { ...judgement, state: 'INVALID', reason: 'unexpected data after the end of the compressed stream' }
}

/** The content names its location. With a valid signature the content is CloudTrail's, wherever the copy is. */
function atItsPlace(moved: boolean, header: DigestHeader, judgement: Judgement): Judgement {
  if (!moved || judgement.state === 'INVALID') return judgement
  return { ...judgement, state: 'INVALID', reason: `has been moved from its original location ${header.url}` }
}

function isMoved(file: DigestFile, header: DigestHeader): boolean {
  const own = deliveredName(header.key)
  if (file.place !== null) return file.place !== own.place
  return /_CloudTrail-Digest_/.test(file.name) && file.name !== own.name
}

function outsideValidity({ backfill, endMs }: DigestHeader, { startMs, endMs: untilMs }: FoundKey): string {
  // A backfill digest is signed when it is made, long after its window.
  if (backfill) return ''
  const early = startMs !== null && endMs < startMs
  const late = untilMs !== null && endMs > untilMs
  return early || late ? '; note: the keys file gives this key another time of validity' : ''
}
