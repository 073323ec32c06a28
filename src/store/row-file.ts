/**
 * Writes an SQLite database by hand, to be read once: page 1 with header and schema, and the pages of the tables
 * (https://www.sqlite.org/fileformat2.html, 1.3 and 2.6). Needs neither locks nor a journal, since it is deleted
 * afterwards.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { PAGE_SIZE } from './format.js'
import { RowPages, type RowValue } from './row-pages.js'

export interface RowTable {
  readonly name: string
  readonly ddl: string
  readonly columns: number
}

export interface ShardTable {
  readonly rows: number
  append(rowid: number | bigint, values: readonly RowValue[]): void
}

/** The file that a shard is written to. */
export interface ShardFile {
  table(name: string): ShardTable
  close(): void
  abandon(): void
}

const CHUNK_PAGES = 32
/** SQLite locks bytes at 1 GiB, and treats a table page there as damage (file format, 1.4). */
const LOCK_PAGE = 2 ** 30 / PAGE_SIZE + 1
const NO_PAGE = Buffer.alloc(PAGE_SIZE)
const SCHEMA_FORMAT = 4
const UTF8 = 1

export class RowFile implements ShardFile {
  readonly #fd: number
  readonly #tables: readonly RowTable[]
  readonly #pages: readonly RowPages[]
  readonly #chunk = Buffer.allocUnsafe(CHUNK_PAGES * PAGE_SIZE)
  #chunkPages = 0
  /** Pages so far; page 1 is written last. */
  #count = 1
  #written = 1

  constructor(path: string, tables: readonly RowTable[]) {
    this.#fd = openSync(path, 'wx')
    this.#tables = tables
    this.#pages = tables.map((table) => new RowPages(table.columns, this.#put))
  }

  table(name: string): RowPages {
    return this.#pages[this.#tables.findIndex((table) => table.name === name)] as RowPages
  }

  close(): void {
    const roots = this.#pages.map((pages) => pages.finish())
    this.#flush()
    const first = this.#firstPage(roots)
    writeAll(this.#fd, first, 0)
    closeSync(this.#fd)
  }

  abandon(): void {
    closeSync(this.#fd)
  }

  readonly #put = (page: Buffer): number => {
    if (this.#count + 1 === LOCK_PAGE) this.#add(NO_PAGE)
    return this.#add(page)
  }

  #add(page: Buffer): number {
    page.copy(this.#chunk, this.#chunkPages * PAGE_SIZE)
    this.#count++
    if (++this.#chunkPages === CHUNK_PAGES) this.#flush()
    return this.#count
  }

  #flush(): void {
    if (this.#chunkPages === 0) return
    writeAll(this.#fd, this.#chunk.subarray(0, this.#chunkPages * PAGE_SIZE), this.#written * PAGE_SIZE)
    this.#written += this.#chunkPages
    this.#chunkPages = 0
  }

  #firstPage(roots: readonly number[]): Buffer {
    const schema = new SchemaPage()
    this.#tables.forEach(({ name, ddl }, index) => {
      schema.add(['table', name, name, roots[index] as number, ddl])
    })
    const page = schema.page()
    page.write('SQLite format 3\0', 0, 'latin1')
    page.writeUInt16BE(PAGE_SIZE, 16)
    // Rollback journal; no reserved bytes; the payload fractions that the format prescribes.
    page.set([1, 1, 0, 64, 32, 32], 18)
    page.writeUInt32BE(1, 24)
    page.writeUInt32BE(this.#count, 28)
    page.writeUInt32BE(1, 40)
    page.writeUInt32BE(SCHEMA_FORMAT, 44)
    page.writeUInt32BE(UTF8, 56)
    // The page count is valid for change counter 1, set above.
    page.writeUInt32BE(1, 92)
    page.writeUInt32BE(3_053_000, 96)
    return page
  }
}

/** The schema must fit on page 1 next to the file header: a shard's tables need a third of it. */
class SchemaPage {
  #rowid = 0
  readonly #rows: RowValue[][] = []

  add(row: RowValue[]): void {
    this.#rows.push(row)
  }

  page(): Buffer {
    const pages: Buffer[] = []
    const leaf = new RowPages(5, (page) => pages.push(Buffer.from(page)))
    for (const row of this.#rows) leaf.append(++this.#rowid, row)
    leaf.finish()
    const [page] = pages
    const free = page === undefined ? 0 : page.readUInt16BE(5) - 8 - 2 * this.#rowid
    if (pages.length !== 1 || page === undefined || free < FILE_HEADER)
      throw new Error('the schema of a shard does not fit on its first page')
    // The b-tree header follows the file header; the cells keep their offsets.
    page.copyWithin(FILE_HEADER, 0, 8 + 2 * this.#rowid)
    page.fill(0, 0, FILE_HEADER)
    return page
  }
}

const FILE_HEADER = 100

function writeAll(fd: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(fd, bytes, done, bytes.length - done, position + done)
}
