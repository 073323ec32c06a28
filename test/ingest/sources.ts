/** Files as a batch has them. */
import { statSync } from 'node:fs'
import type { BatchSource } from '../../src/model/batch.js'
import type { FoundFile } from '../../src/model/source.js'

export function foundFile(path: string): FoundFile {
  const stats = statSync(path, { throwIfNoEntry: false })
  return { path, size: stats?.size ?? 0, mtimeMs: stats?.mtimeMs ?? 0 }
}

export function sourcesOf(paths: readonly string[], firstId: number): BatchSource[] {
  return paths.map((path, at) => ({ ...foundFile(path), id: firstId + at, hints: {} }))
}
