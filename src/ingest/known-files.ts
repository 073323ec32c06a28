/** Which of the found files the case holds already: told by the hash of their bytes, never by name, date or position. */
import type { FoundFile } from '../model/source.js'
import type { Connection } from '../store/open.js'
import { findBySha256 } from '../store/ledger.js'
import type { ParsePool } from './pool.js'
import type { Progress } from './progress.js'

export interface Copy {
  readonly file: FoundFile
  readonly sha256: string
  readonly of: number
}

export interface KnownSplit {
  readonly fresh: FoundFile[]
  /** Same bytes under the same path: nothing to do. */
  readonly already: number
  /** Same bytes under a new path: only the path is new. */
  readonly copies: Copy[]
}

const CHUNK_FILES = 500

export async function splitKnown(
  db: Connection,
  pool: ParsePool,
  files: readonly FoundFile[],
  progress: Progress,
): Promise<KnownSplit> {
  const any = db.prepare('SELECT 1 FROM source LIMIT 1').get()
  if (any === undefined) return { fresh: [...files], already: 0, copies: [] }
  const fresh: FoundFile[] = []
  const copies: Copy[] = []
  let already = 0
  let bytesDone = 0
  const bytesTotal = files.reduce((sum, file) => sum + file.size, 0)
  const chunks: FoundFile[][] = []
  for (let at = 0; at < files.length; at += CHUNK_FILES) chunks.push(files.slice(at, at + CHUNK_FILES))
  // A window of chunks: hashing runs in the workers, the look-ups here.
  const ahead = pool.workers * 2
  const pending = chunks.slice(0, ahead).map((chunk) => pool.hash({ files: chunk }))
  for (let index = 0; index < chunks.length; index++) {
    const chunk = chunks[index] as FoundFile[]
    const result = await (pending[index] as Promise<unknown>)
    const next = chunks[index + ahead]
    if (next !== undefined) pending.push(pool.hash({ files: next }))
    const hashes = Array.isArray(result) ? (result as (string | null)[]) : []
    chunk.forEach((file, at) => {
      const sha256 = hashes[at] ?? null
      const known = sha256 === null ? [] : findBySha256(db, sha256)
      const original = known.find((source) => source.status === 'indexed')
      if (known.some((source) => source.path === file.path)) already++
      else if (original !== undefined && sha256 !== null) copies.push({ file, sha256, of: original.id })
      else fresh.push(file)
      bytesDone += file.size
    })
    progress.comparing(index * CHUNK_FILES + chunk.length, files.length, bytesDone, bytesTotal)
  }
  return { fresh, already, copies }
}
