/** Which of the found files the case holds already: identified by the hash of their bytes, never by name, date or position. */
import { readTrailPath } from '../model/trail-path.js'
import type { HashResult } from '../model/batch.js'
import type { FoundFile } from '../model/source.js'
import { KnownSources, type Copy } from '../store/ledger.js'
import type { Connection } from '../store/open.js'
import type { ParsePool } from './pool.js'
import type { Progress } from './progress.js'
import { unwrap } from './worker-failure.js'

export interface KnownSplit {
  readonly fresh: FoundFile[]
  /** Same bytes under the same path: nothing to do. */
  readonly already: number
  /** Same bytes under a new path, which is recorded. */
  readonly copies: Copy[]
}

const CHUNK_FILES = 500

/** @throws if a worker fails: files without a hash must not be taken for new ones. */
export async function splitKnown(
  db: Connection,
  pool: ParsePool,
  files: readonly FoundFile[],
  progress: Pick<Progress, 'comparing'>,
): Promise<KnownSplit> {
  const any = db.prepare('SELECT 1 FROM source LIMIT 1').get()
  if (any === undefined) return { fresh: [...files], already: 0, copies: [] }
  const known = new KnownSources(db)
  const split: Mutable = { fresh: [], already: 0, copies: [] }
  const bytesTotal = files.reduce((sum, file) => sum + file.size, 0)
  let filesDone = 0
  let bytesDone = 0
  for await (const { chunk, hashes } of hashed(pool, files)) {
    chunk.forEach((file, at) => {
      sort(known, file, hashes[at] ?? null, split)
      bytesDone += file.size
    })
    filesDone += chunk.length
    progress.comparing(filesDone, files.length, bytesDone, bytesTotal)
  }
  return split
}

type Mutable = { -readonly [Key in keyof KnownSplit]: KnownSplit[Key] }

/** @param sha256 null if unreadable: the index task meets the same error and can record it. */
function sort(known: KnownSources, file: FoundFile, sha256: string | null, split: Mutable): void {
  if (sha256 === null) {
    split.fresh.push(file)
    return
  }
  if (known.has(file, sha256)) {
    split.already++
    return
  }
  const of = known.original(sha256)
  if (of === undefined) split.fresh.push(file)
  else split.copies.push({ file, sha256, of, hints: readTrailPath(file.path) })
}

/** A few chunks ahead: workers hash while look-ups run here. */
async function* hashed(
  pool: ParsePool,
  files: readonly FoundFile[],
): AsyncGenerator<{ chunk: readonly FoundFile[]; hashes: HashResult }> {
  const pending: { chunk: readonly FoundFile[]; result: Promise<HashResult> }[] = []
  for (let at = 0; at < files.length || pending.length > 0;) {
    while (at < files.length && pending.length <= pool.workers * 2) {
      const chunk = files.slice(at, (at += CHUNK_FILES))
      const result = pool.hash({ files: chunk }).then(unwrap)
      // It can fail while an earlier one is awaited; it is thrown in its turn.
      result.catch(() => undefined)
      pending.push({ chunk, result })
    }
    const next = pending.shift()
    if (next !== undefined) yield { chunk: next.chunk, hashes: await next.result }
  }
}
