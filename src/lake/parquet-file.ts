/** The only place that knows the Parquet library: one file, written row group by row group. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import type { ColumnSpec, TableSpec } from '../store/schema.js'

export type Cell = string | number | null | Uint8Array

/** TIMESTAMP: of milliseconds since 1970 UTC. */
export interface LakeColumn extends Omit<ColumnSpec, 'type'> {
  readonly type: ColumnSpec['type'] | 'TIMESTAMP'
}

export interface LakeTableSpec extends Omit<TableSpec, 'columns'> {
  readonly columns: readonly LakeColumn[]
}

const TYPES = { TEXT: 'STRING', INTEGER: 'INT64', BLOB: 'BYTE_ARRAY', TIMESTAMP: 'TIMESTAMP' } as const

type Parquet = (typeof TYPES)[keyof typeof TYPES]

export class ParquetFile {
  rows = 0
  readonly #fd: number
  readonly #bytes = new ByteWriter()
  readonly #writer: ParquetWriter

  constructor(
    file: string,
    private readonly columns: readonly LakeColumn[],
    metadata: Readonly<Record<string, string>>,
  ) {
    this.#fd = openSync(file, 'wx', 0o600)
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaFromColumnData({ columnData: this.#columnData([]) }),
      codec: 'SNAPPY',
      // Long texts would fill the footer; a prefix is enough to skip row groups.
      statisticsTruncateLength: 64,
      kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      createdBy: 'coldtrail',
    })
  }

  writeGroup(rows: readonly (readonly Cell[])[]): void {
    if (rows.length === 0) return
    void this.#writer.write({ columnData: this.#columnData(rows), rowGroupSize: rows.length })
    this.rows += rows.length
    this.#flush()
  }

  close(): void {
    void this.#writer.finish()
    this.#flush()
    closeSync(this.#fd)
  }

  abandon(): void {
    closeSync(this.#fd)
  }

  #columnData(rows: readonly (readonly Cell[])[]) {
    return this.columns.map(({ name, type }, at) => {
      const parquet: Parquet = TYPES[type]
      return {
        name,
        type: parquet,
        nullable: true,
        data: rows.map((row) => valueOf(row[at] ?? null, parquet)),
      }
    })
  }

  /** Positions inside the file count from its start, so only the buffer is emptied. */
  #flush(): void {
    const bytes = new Uint8Array(this.#bytes.buffer, 0, this.#bytes.index)
    for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done)
    this.#bytes.index = 0
  }
}

function valueOf(cell: Cell, type: Parquet): string | bigint | Date | Uint8Array | null {
  if (cell === null) return null
  if (type === 'TIMESTAMP') return new Date(cell as number)
  if (type === 'INT64') return BigInt(cell as number)
  if (type === 'STRING') return typeof cell === 'number' ? String(cell) : cell
  return cell as Uint8Array
}
