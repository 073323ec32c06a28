/** A shard that SQLite writes itself: see plain-sqlite.ts. */
import Database from 'better-sqlite3'
import { PAGE_SIZE } from './format.js'
import type { Connection } from './connection.js'
import type { RowTable, ShardFile, ShardTable } from './row-file.js'
import { checkHeld, type RowValue } from './row-pages.js'

export class InsertedFile implements ShardFile {
  readonly #db: Connection
  readonly #tables: ReadonlyMap<string, InsertedTable>

  constructor(path: string, tables: readonly RowTable[]) {
    this.#db = new Database(path)
    this.#db.pragma(`page_size = ${PAGE_SIZE}`)
    // It is deleted after the merge, and made again after a kill.
    this.#db.pragma('journal_mode = OFF')
    this.#db.pragma('synchronous = OFF')
    for (const { ddl } of tables) this.#db.exec(ddl)
    this.#tables = new Map(tables.map((table) => [table.name, new InsertedTable(this.#db, table)]))
    this.#db.exec('BEGIN')
  }

  table(name: string): ShardTable {
    return this.#tables.get(name) as InsertedTable
  }

  close(): void {
    this.#db.exec('COMMIT')
    this.#db.close()
  }

  abandon(): void {
    this.#db.close()
  }
}

class InsertedTable implements ShardTable {
  readonly #insert
  /** The first column is the row number; null takes its place. */
  readonly #hasId: boolean
  rows = 0

  constructor(db: Connection, { name, ddl, columns }: RowTable) {
    const places = Array.from({ length: columns }, () => '?').join(', ')
    this.#insert = db.prepare(`INSERT INTO ${name} VALUES (${places})`)
    this.#hasId = ddl.includes('INTEGER PRIMARY KEY')
  }

  append(rowid: number | bigint, values: readonly RowValue[]): void {
    this.rows++
    const row = this.#hasId ? [rowid, ...values.slice(1)] : values
    this.#insert.run(...row.map(asBound))
  }
}

/** A number would be bound as a double, and stay one in an untyped column. */
function asBound(value: RowValue): RowValue {
  checkHeld(value)
  return typeof value === 'number' ? BigInt(value) : value
}
