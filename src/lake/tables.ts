/** Rows on their way into the files of one table; at most ROWS_HELD of them are in memory. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { ParquetFile, type Cell, type LakeColumn, type LakeTableSpec } from './parquet-file.js'

/** A row group. With several partitions of one day open, the rows of all count. */
const ROWS_HELD = 100_000
/** Records differ in size: this bounds the memory of large ones. */
const BYTES_HELD = 64 * 1024 * 1024

/** Open files of a table: an organization has more accounts and regions than a process may open files. */
const MOST_OPEN = 100

interface Part {
  readonly file: ParquetFile
  rows: Cell[][]
}

export class LakeTable {
  rows = 0
  readonly files: string[] = []
  readonly #parts = new Map<string, Part>()
  readonly #count = new Map<string, number>()
  readonly #kept: readonly number[]
  readonly #columns: readonly LakeColumn[]
  #held = 0
  #bytes = 0

  constructor(
    private readonly root: string,
    private readonly table: LakeTableSpec,
    private readonly metadata: Readonly<Record<string, string>>,
    leftOut: ReadonlySet<string> = new Set(),
  ) {
    const columns = [...table.columns.entries()].filter(([, { name }]) => !leftOut.has(name))
    this.#kept = columns.map(([at]) => at)
    this.#columns = columns.map(([, column]) => column)
  }

  /** @param partition folder inside the table; '' for a table in one file */
  add(row: readonly Cell[], partition = ''): void {
    const part = this.#parts.get(partition) ?? this.#open(partition)
    const kept = this.#kept.map((at) => row[at] ?? null)
    part.rows.push(kept)
    this.rows += 1
    this.#held += 1
    for (const cell of kept) if (cell !== null && typeof cell !== 'number') this.#bytes += cell.length
    if (this.#held >= ROWS_HELD || this.#bytes >= BYTES_HELD) this.#writeHeld()
  }

  /** Closes the files of partitions that get no more rows. A partition that returns gets another file. */
  closeExcept(isKept: (partition: string) => boolean): void {
    for (const [partition, part] of [...this.#parts]) {
      if (isKept(partition)) continue
      this.#held -= part.rows.length
      part.file.writeGroup(part.rows)
      part.file.close()
      this.#parts.delete(partition)
    }
  }

  /** A table without rows still has a file: readers find its columns. */
  close(): void {
    if (this.files.length === 0) this.#open('')
    this.closeExcept(() => false)
  }

  abandon(): void {
    for (const { file } of this.#parts.values()) file.abandon()
    this.#parts.clear()
  }

  #open(partition: string): Part {
    if (this.#parts.size >= MOST_OPEN) this.closeExcept(() => false)
    const number = this.#count.get(partition) ?? 0
    this.#count.set(partition, number + 1)
    const name = path.join(this.table.name, partition, `part-${number}.parquet`)
    const file = path.join(this.root, name)
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    this.files.push(name)
    const part = { file: new ParquetFile(file, this.#columns, this.metadata), rows: [] }
    this.#parts.set(partition, part)
    return part
  }

  #writeHeld(): void {
    for (const part of this.#parts.values()) {
      part.file.writeGroup(part.rows)
      part.rows = []
    }
    this.#held = 0
    this.#bytes = 0
  }
}
