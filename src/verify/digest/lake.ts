/**
 * Results of CloudTrail Lake queries: result_sign.json lists the SHA-256 of each compressed result file and signs the
 * list. It is self-contained, without chain or metadata, and does not name the query, its time or itself.
 */
import path from 'node:path'
import { z } from 'zod'
import type { CheckedFile, FileState } from '../../model/verification.js'
import type { Connection } from '../../store/open.js'
import { deliveredName } from '../../model/trail-name.js'
import { isGoodSignature } from './digest-file.js'
import type { KeyRing } from './keys.js'
import type { DigestReader } from './read-digests.js'
import { eachSource, pathOf, type SourceFacts, type SourceLookup } from './source-lookup.js'

const SIGN = z.object({
  files: z.array(z.object({ fileHashValue: z.string(), fileName: z.string() })),
  hashSignature: z.string(),
  publicKeyFingerprint: z.string(),
  region: z.string().nullish(),
})
type Sign = z.infer<typeof SIGN>

interface SignVerdict {
  readonly state: FileState
  readonly reason: string | null
  readonly fingerprint: string | null
}

export function checkLakeResults(
  db: Connection,
  reader: DigestReader,
  lookup: SourceLookup,
  keys: KeyRing | null,
): CheckedFile[] {
  const checked: CheckedFile[] = []
  for (const page of eachSource(db, "shape = 'lake-sign'")) {
    for (const source of page) checked.push(...new SignedResults(source, lookup, keys).check(reader))
  }
  return checked
}

class SignedResults {
  readonly #source: SourceFacts
  readonly #lookup: SourceLookup
  readonly #keys: KeyRing | null

  constructor(source: SourceFacts, lookup: SourceLookup, keys: KeyRing | null) {
    this.#source = source
    this.#lookup = lookup
    this.#keys = keys
  }

  check(reader: DigestReader): CheckedFile[] {
    const sign = readSign(reader.content(this.#source))
    const verdict = typeof sign === 'string' ? invalid(sign) : this.#judge(sign)
    const own = this.#file('lake-sign', verdict, this.#source)
    if (typeof sign === 'string') return [own]
    return [own, ...sign.files.flatMap((file) => this.#result(file, verdict))]
  }

  #judge(sign: Sign): SignVerdict {
    if (this.#keys === null)
      return { state: 'CONSISTENT', reason: 'its signature was not checked', fingerprint: null }
    const fingerprint = sign.publicKeyFingerprint.toLowerCase()
    const found = this.#keys.find(fingerprint, sign.region ?? null)
    if (typeof found === 'string') return invalid(found)
    const signed = sign.files.map(({ fileHashValue }) => fileHashValue).join(' ')
    if (isGoodSignature(signed, sign.hashSignature, found.key))
      return { state: 'VALID', reason: null, fingerprint }
    return { ...invalid('signature verification failed'), fingerprint }
  }

  /** The file next to the sign file by name, else the same bytes anywhere. */
  #result(file: Sign['files'][number], sign: SignVerdict): CheckedFile[] {
    const hash = file.fileHashValue.toLowerCase()
    const folder = path.posix.dirname(this.#path())
    const wanted = `${folder}/${file.fileName}`
    const sameName = this.#lookup
      .byName(deliveredName(file.fileName).name)
      .filter((row) => path.posix.dirname(slashed(pathOf(row))) === folder)
    const exact = sameName.find((row) => slashed(pathOf(row)) === wanted)
    if (exact !== undefined) return [this.#compared(exact, hash, sign, null)]
    const copy = this.#lookup.bySha256(hash)
    if (copy !== undefined) {
      return [
        this.#compared(copy, hash, sign, `listed as ${file.fileName}; the file lies under another name`),
      ]
    }
    const unpacked =
      sameName.length === 0 ? '' : ': it is there unpacked, but the hash is of the compressed file'
    const reason = `not found; listed in ${this.#path()}${unpacked}`
    return [{ ...this.#file('lake-result', { ...sign, state: 'MISSING', reason }, null), path: wanted }]
  }

  #compared(row: SourceFacts, hash: string, sign: SignVerdict, note: string | null): CheckedFile {
    if (row.sha256 !== hash) {
      return this.#file('lake-result', { ...sign, state: 'INVALID', reason: "hash value doesn't match" }, row)
    }
    if (sign.state !== 'INVALID') return this.#file('lake-result', { ...sign, reason: note }, row)
    const reason = `listed only in ${this.#path()}, which is INVALID`
    return this.#file('lake-result', { ...sign, state: 'NOT COVERED', reason }, row)
  }

  #file(kind: 'lake-sign' | 'lake-result', verdict: SignVerdict, row: SourceFacts | null): CheckedFile {
    return {
      kind,
      key: null,
      ...verdict,
      source_id: row?.id ?? null,
      path: row === null ? null : pathOf(row),
      digest_source_id: this.#source.id,
      backfill: false,
    }
  }

  #path(): string {
    return slashed(pathOf(this.#source))
  }
}

function invalid(reason: string): SignVerdict {
  return { state: 'INVALID', reason, fingerprint: null }
}

function slashed(name: string): string {
  return name.replaceAll('\\', '/')
}

function readSign(content: Buffer | string): Sign | string {
  if (typeof content === 'string') return content
  try {
    const read = SIGN.safeParse(JSON.parse(content.toString('utf8')))
    return read.success ? read.data : 'invalid format (not a sign file)'
  } catch (error) {
    return `invalid format (${(error as Error).message})`
  }
}
