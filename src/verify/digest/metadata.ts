/**
 * Saved output of `aws s3api head-object`, the only source of a newest digest's signature. The output does not name its
 * object, so the file name must contain the digest's name.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { CaseError } from '../../model/case-error.js'
import { deliveredName } from '../../model/trail-name.js'

const FIELDS = z.record(z.string(), z.unknown())
const HEAD = z.object({ Metadata: FIELDS.optional(), Key: z.string().optional() }).loose()

const DIGEST_NAME = /\d{12}_CloudTrail-Digest_[^/\\]+?_\d{8}T\d{6}Z(?:_backfill)?\.json(?:\.gz)?/

export class SavedMetadata {
  readonly #signatures = new Map<string, string>()
  /** Unused files, and why. */
  readonly unused: string[] = []

  get size(): number {
    return this.#signatures.size
  }

  /** @throws CaseError exit 2 if the folder cannot be read. */
  addFolder(folder: string): void {
    let names: string[]
    try {
      names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
    } catch (error) {
      throw new CaseError(`cannot read ${folder}: ${(error as Error).message}`, { cause: error })
    }
    for (const name of names) if (name.endsWith('.json')) this.#addFile(path.join(folder, name))
  }

  #addFile(file: string): void {
    const head = HEAD.safeParse(readJson(file))
    const key = (head.data?.Key ?? DIGEST_NAME.exec(path.basename(file))?.[0]) || undefined
    const signature = head.success ? findSignature(head.data) : undefined
    if (key === undefined) this.unused.push(`${file}: neither its name nor a Key in it names a digest`)
    else if (signature === undefined) this.unused.push(`${file}: no signature in it`)
    else this.#signatures.set(deliveredName(key).name, signature)
  }

  /** @param name of a digest, from deliveredName. */
  signatureOf(name: string): string | undefined {
    return this.#signatures.get(name)
  }
}

/** In Metadata, or as a header of the HTTP response. */
function findSignature(head: z.infer<typeof HEAD>): string | undefined {
  for (const fields of [head.Metadata ?? {}, head]) {
    for (const [name, value] of Object.entries(fields)) {
      if (/^(?:x-amz-meta-)?signature$/i.test(name) && typeof value === 'string') return value.trim()
    }
  }
  return undefined
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, '')) as unknown
  } catch {
    return undefined
  }
}
