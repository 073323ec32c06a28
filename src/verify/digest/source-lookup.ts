/** Finds sources by file name or content hash, for millions of them in 32 bytes each. */
import { hash } from 'node:crypto'
import type { Connection } from '../../store/open.js'
import { deliveredName } from '../../model/trail-name.js'

export interface SourceFacts {
  readonly id: number
  readonly path: string
  readonly member: string | null
  readonly kind: string
  readonly shape: string | null
  readonly status: string
  readonly duplicate_of: number | null
  readonly size: number
  readonly sha256: string | null
  readonly content_size: number | null
  readonly content_sha256: string | null
  readonly gzip_members: number | null
  readonly trailing_bytes: number | null
  readonly path_account_id: string | null
  readonly path_region: string | null
  readonly path_delivered_ms: number | null
}

const COLUMNS = `id, path, member, kind, shape, status, duplicate_of, size, sha256, content_size, content_sha256, gzip_members,
  trailing_bytes, path_account_id, path_region, path_delivered_ms`
const PAGE = 1000

/** In pages, so that the case can be written to in between. */
export function* eachSource(db: Connection, where = '1'): Generator<SourceFacts[]> {
  const page = db.prepare(`SELECT ${COLUMNS} FROM source WHERE id > ? AND ${where} ORDER BY id LIMIT ${PAGE}`)
  for (let last = -1; ;) {
    const rows = page.all(last) as SourceFacts[]
    if (rows.length === 0) return
    yield rows
    last = rows.at(-1)?.id ?? last
  }
}

export function pathOf({ path, member }: Pick<SourceFacts, 'path' | 'member'>): string {
  return member === null ? path : `${path}/${member}`
}

export class SourceLookup {
  readonly #byName: HashIndex
  readonly #byContent: HashIndex
  readonly #row
  readonly #bySha256

  constructor(db: Connection) {
    const names: Pairs = { hashes: [], ids: [] }
    const contents: Pairs = { hashes: [], ids: [] }
    for (const page of eachSource(db)) {
      for (const row of page) {
        add(names, shortHash(deliveredName(pathOf(row)).name), row.id)
        if (row.content_sha256 !== null) add(contents, hashNumber(row.content_sha256), row.id)
      }
    }
    this.#byName = new HashIndex(names)
    this.#byContent = new HashIndex(contents)
    this.#row = db.prepare(`SELECT ${COLUMNS} FROM source WHERE id = ?`)
    this.#bySha256 = db.prepare(`SELECT ${COLUMNS} FROM source WHERE sha256 = ? ORDER BY id LIMIT 1`)
  }

  /** @param name from deliveredName. */
  byName(name: string): SourceFacts[] {
    return this.#rows(this.#byName, shortHash(name)).filter((row) => deliveredName(pathOf(row)).name === name)
  }

  byContent(sha256: string): SourceFacts[] {
    return this.#rows(this.#byContent, hashNumber(sha256)).filter((row) => row.content_sha256 === sha256)
  }

  /** By the hash of the bytes as found. */
  bySha256(sha256: string): SourceFacts | undefined {
    return this.#bySha256.get(sha256) as SourceFacts | undefined
  }

  #rows(index: HashIndex, hashed: number): SourceFacts[] {
    return index.find(hashed).map((id) => this.#row.get(id) as SourceFacts)
  }
}

interface Pairs {
  readonly hashes: number[]
  readonly ids: number[]
}

function add(pairs: Pairs, hashed: number, id: number): void {
  pairs.hashes.push(hashed)
  pairs.ids.push(id)
}

/** 48 bits; matches are then compared in full. */
function hashNumber(hex: string): number {
  return Number.parseInt(hex.slice(0, 12), 16)
}

function shortHash(name: string): number {
  return hashNumber(hash('sha256', name))
}

class HashIndex {
  readonly #hashes: Float64Array
  readonly #ids: Float64Array

  constructor({ hashes, ids }: Pairs) {
    const order = Uint32Array.from(hashes, (_, index) => index).sort(
      (a, b) => (hashes[a] ?? 0) - (hashes[b] ?? 0) || (ids[a] ?? 0) - (ids[b] ?? 0),
    )
    this.#hashes = Float64Array.from(order, (index) => hashes[index] ?? 0)
    this.#ids = Float64Array.from(order, (index) => ids[index] ?? 0)
  }

  find(hashed: number): number[] {
    let low = 0
    let high = this.#hashes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#hashes[middle] ?? 0) < hashed) low = middle + 1
      else high = middle
    }
    const found: number[] = []
    for (; this.#hashes[low] === hashed; low++) found.push(this.#ids[low] ?? 0)
    return found
  }
}
