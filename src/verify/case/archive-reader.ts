/** Reads the files of the archive again and compares each with what was indexed. Read-only. */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, readSync } from 'node:fs'
import { openQuietly } from '../../store/open-noatime.js'
import path from 'node:path'
import type { VerifiedSource } from './verified-source.js'

const CHUNK = Buffer.allocUnsafeSlow(1024 * 1024)

export class ArchiveReader {
  readonly #roots: readonly string[]
  /** Leading folders of the last path that were not below the root: the next file has as many. */
  #stripped = 0

  /** @param roots folders to look in; empty: where the files were found. */
  constructor(roots: readonly string[]) {
    this.#roots = roots
  }

  /** @returns the difference between file and source, or null. */
  compare(source: VerifiedSource): string | null {
    const file = this.#find(source)
    if (file === null)
      return this.#roots.length === 0 ? 'is no longer there' : `is not under ${this.#roots.join(' or ')}`
    try {
      const { sha256, size } = hashFile(file)
      if (sha256 === source.sha256) return null
      return `${String(file)} has SHA-256 ${sha256} (${size} bytes), not ${source.sha256 ?? 'any'} (${source.size} bytes)`
    } catch (error) {
      return `cannot be read: ${(error as Error).message}`
    }
  }

  #find(source: VerifiedSource): string | Buffer | null {
    if (source.path_hex !== null) {
      const bytes = Buffer.from(source.path_hex, 'hex')
      return existsSync(bytes) ? bytes : null
    }
    if (this.#roots.length > 0) return this.#under(source.path)
    const places = [path.resolve(source.working_directory ?? '.', source.path), path.resolve(source.path)]
    return places.find((place) => existsSync(place)) ?? null
  }

  /** The archive may have moved: removes leading folders from the path until it is found. */
  #under(name: string): string | null {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.')
    const counts = [this.#stripped, ...parts.keys()].filter((count) => count < parts.length)
    for (const count of counts) {
      for (const root of this.#roots) {
        const place = path.join(root, ...parts.slice(count))
        if (!existsSync(place)) continue
        this.#stripped = count
        return place
      }
    }
    return null
  }
}

function hashFile(file: string | Buffer): { sha256: string; size: number } {
  const fd = openQuietly(file)
  try {
    const digest = createHash('sha256')
    let size = 0
    for (;;) {
      const read = readSync(fd, CHUNK, 0, CHUNK.length, null)
      if (read === 0) return { sha256: digest.digest('hex'), size }
      digest.update(CHUNK.subarray(0, read))
      size += read
    }
  } finally {
    closeSync(fd)
  }
}
