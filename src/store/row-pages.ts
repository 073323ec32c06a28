/**
 * Rows → b-tree pages of an SQLite table (https://www.sqlite.org/fileformat2.html, sections 1.6 and 2.1). Binding
 * sixteen values and stepping a statement costs 2 to 3 µs a row, writing its bytes 0.4 µs; INSERT … SELECT then copies
 * them unchanged. Only for tables with a rowid, in rowid order.
 */
import { PAGE_SIZE } from './format.js'
import { putAnyVarint, putVarint } from './varint.js'

/** Numbers must be safe integers, bigints have 64 bits, strings no lone surrogates: `append` throws otherwise. */
export type RowValue = number | bigint | string | Buffer | null

/** Takes a finished page, whose memory is then reused. @returns the page's number. */
export type PutPage = (page: Buffer) => number

const LEAF_HEADER = 8
const INTERIOR_HEADER = 12
const LEAF = 0x0d
const INTERIOR = 0x05
/** Longer payloads spill to overflow pages (file format, 1.6). */
const MAX_LOCAL = PAGE_SIZE - 35
const MIN_LOCAL = Math.trunc(((PAGE_SIZE - 12) * 32) / 255) - 23
const OVERFLOW_BYTES = PAGE_SIZE - 4
/** From this length on a native call is faster than a loop. */
const LONG_TEXT = 48
const TWO_32 = 0x1_0000_0000

const MIN_INTEGER = -(2n ** 63n)
const MAX_INTEGER = 2n ** 63n - 1n
const ROOM = 4 * PAGE_SIZE
/** A longer row gets a temporary buffer of its own: most rows have a few hundred bytes. */
const MAX_KEPT = 64 * PAGE_SIZE

/** The page being written, shared: allocating 16 kB per page made a third of the garbage. */
const PAGE = Buffer.alloc(PAGE_SIZE)

interface Child {
  readonly page: number
  readonly lastRowid: number | bigint
}

export class RowPages {
  readonly #put: PutPage
  readonly #columns: number
  /** Cells of the current page one after the other; the row being written is last. */
  #cells = Buffer.allocUnsafe(ROOM)
  #view = viewOf(this.#cells)
  readonly #starts = new Uint16Array(PAGE_SIZE / 4)
  #count = 0
  #used = 0
  #lastRowid: number | bigint = 0
  readonly #types: Buffer
  readonly #leaves: Child[] = []
  rows = 0

  constructor(columns: number, put: PutPage) {
    this.#columns = columns
    this.#put = put
    this.#types = Buffer.allocUnsafe(columns * 9)
  }

  /**
   * `rowid` must be greater than the previous one. The value of an INTEGER PRIMARY KEY column is null.
   *
   * @throws for a value that would not be read back unchanged: a wrong value in a case is worse than none.
   */
  append(rowid: number | bigint, values: readonly RowValue[]): void {
    checkRowid(rowid)
    this.rows++
    const body = this.#writeBody(values)
    const payload = body.types + body.bytes
    if (payload > MAX_LOCAL) {
      this.#appendLong(rowid, body)
      return
    }
    // The header is known only now: the body was written after the space it needs at most.
    const cells = this.#cells
    let at = this.#putVarint(this.#used, payload)
    at = this.#putRowid(at, rowid)
    at = this.#putVarint(at, body.types)
    const types = this.#types
    for (let index = 0; index < body.typeBytes; index++) cells[at++] = types[index] as number
    cells.copyWithin(at, body.start, body.start + body.bytes)
    this.#endCell(at + body.bytes, rowid)
  }

  /** Writes the rest. @returns the table's root page. */
  finish(): number {
    if (this.#count > 0 || this.#leaves.length === 0) this.#flush()
    let level: Child[] = this.#leaves
    while (level.length > 1) level = this.#interiors(level)
    return (level[0] as Child).page
  }

  #writeBody(values: readonly RowValue[]): Body {
    const room = this.#used + 18 + this.#columns * 9 + 3
    this.#ensure(room + this.#columns * 9)
    let at = room
    let typeAt = 0
    for (const value of values) {
      let type = 0
      if (typeof value === 'string') {
        const end = this.#putText(at, value)
        type = 13 + 2 * (end - at)
        at = end
      } else if (typeof value === 'number') {
        type = integerType(value)
        at = this.#putInteger(at, value, type)
      } else if (value !== null) {
        if (typeof value === 'bigint') {
          if (value < MIN_INTEGER || value > MAX_INTEGER) throw notHeld(value)
          type = 6
          this.#ensure(at + 8)
          this.#view.setBigInt64(at, value)
          at += 8
        } else {
          type = 12 + 2 * value.length
          this.#ensure(at + value.length)
          value.copy(this.#cells, at)
          at += value.length
        }
      }
      typeAt = putVarint(this.#types, typeAt, type)
    }
    const types = typeAt + (typeAt < 127 ? 1 : 2)
    return { start: room, bytes: at - room, typeBytes: typeAt, types }
  }

  #putText(at: number, text: string): number {
    const { length } = text
    this.#ensure(at + (length < LONG_TEXT ? length * 3 : Buffer.byteLength(text)))
    const cells = this.#cells
    if (length < LONG_TEXT) {
      let index = 0
      for (; index < length; index++) {
        const code = text.charCodeAt(index)
        if (code > 0x7f) break
        cells[at + index] = code
      }
      if (index === length) return at + length
    }
    if (!text.isWellFormed()) throw notHeld(text)
    return at + cells.write(text, at, 'utf8')
  }

  #putInteger(at: number, value: number, type: number): number {
    const view = this.#view
    switch (type) {
      case 1:
        view.setInt8(at, value)
        return at + 1
      case 2:
        view.setInt16(at, value)
        return at + 2
      case 3:
        view.setInt16(at, value >> 8)
        view.setUint8(at + 2, value & 0xff)
        return at + 3
      case 4:
        view.setInt32(at, value)
        return at + 4
      case 5:
        view.setInt16(at, Math.floor(value / TWO_32))
        view.setUint32(at + 2, value >>> 0)
        return at + 6
      case 6:
        view.setInt32(at, Math.floor(value / TWO_32))
        view.setUint32(at + 4, value >>> 0)
        return at + 8
      default:
        return at
    }
  }

  #endCell(end: number, rowid: number | bigint): void {
    const start = this.#used
    if (LEAF_HEADER + 2 * (this.#count + 1) + end > PAGE_SIZE) {
      this.#flush()
      this.#cells.copyWithin(0, start, end)
      end -= start
    }
    this.#starts[this.#count++] = this.#used
    this.#used = end
    this.#lastRowid = rowid
  }

  #flush(): void {
    const page = PAGE
    const content = PAGE_SIZE - this.#used
    page.fill(0, 0, content)
    page[0] = LEAF
    page.writeUInt16BE(this.#count, 3)
    page.writeUInt16BE(content, 5)
    for (let index = 0; index < this.#count; index++) {
      const place = content + (this.#starts[index] as number)
      page[LEAF_HEADER + 2 * index] = place >> 8
      page[LEAF_HEADER + 2 * index + 1] = place & 0xff
    }
    this.#cells.copy(page, content, 0, this.#used)
    this.#leaves.push({ page: this.#put(page), lastRowid: this.#lastRowid })
    this.#count = 0
    this.#used = 0
  }

  /** The first bytes stay in the cell, the rest goes to a chain of overflow pages. */
  #appendLong(rowid: number | bigint, body: Body): void {
    // The header is written right before the body, into the reserved space.
    const cells = this.#cells
    const start = body.start - body.types
    this.#types.copy(cells, putVarint(cells, start, body.types), 0, body.typeBytes)
    const payload = cells.subarray(start, body.start + body.bytes)
    const surplus = MIN_LOCAL + ((payload.length - MIN_LOCAL) % OVERFLOW_BYTES)
    const local = surplus <= MAX_LOCAL ? surplus : MIN_LOCAL
    const overflow = this.#putOverflow(payload.subarray(local))
    let at = this.#putVarint(this.#used, payload.length)
    at = this.#putRowid(at, rowid)
    at += payload.copy(cells, at, 0, local)
    cells.writeUInt32BE(overflow, at)
    this.#endCell(at + 4, rowid)
    if (cells.length > MAX_KEPT) this.#resize(ROOM)
  }

  /** Last piece first, since each page contains the number of the next. */
  #putOverflow(rest: Buffer): number {
    let next = 0
    for (
      let start = Math.trunc((rest.length - 1) / OVERFLOW_BYTES) * OVERFLOW_BYTES;
      start >= 0;
      start -= OVERFLOW_BYTES
    ) {
      const page = PAGE
      page.writeUInt32BE(next, 0)
      page.fill(0, 4 + rest.copy(page, 4, start, start + OVERFLOW_BYTES))
      next = this.#put(page)
    }
    return next
  }

  #interiors(children: readonly Child[]): Child[] {
    // At most 13 bytes per cell: 4 of the child, 9 of its last rowid; plus 2 for the pointer to the cell.
    const most = Math.trunc((PAGE_SIZE - INTERIOR_HEADER) / 15)
    // Distributed evenly: SQLite treats an interior page without cells (a single child) as damage.
    const pages = Math.ceil(children.length / most)
    const cut = (page: number): number => Math.floor((page * children.length) / pages)
    return Array.from({ length: pages }, (_, n) => this.#interior(children.slice(cut(n), cut(n + 1))))
  }

  #interior(children: readonly Child[]): Child {
    const page = Buffer.alloc(PAGE_SIZE)
    const last = children.at(-1) as Child
    let content = PAGE_SIZE
    const cell = Buffer.allocUnsafe(13)
    children.slice(0, -1).forEach((child, index) => {
      cell.writeUInt32BE(child.page, 0)
      const end = putAnyVarint(cell, 4, child.lastRowid)
      content -= end
      cell.copy(page, content, 0, end)
      page.writeUInt16BE(content, INTERIOR_HEADER + 2 * index)
    })
    page[0] = INTERIOR
    page.writeUInt16BE(children.length - 1, 3)
    page.writeUInt16BE(content, 5)
    page.writeUInt32BE(last.page, 8)
    return { page: this.#put(page), lastRowid: last.lastRowid }
  }

  #putVarint(at: number, value: number): number {
    return putVarint(this.#cells, at, value)
  }

  #putRowid(at: number, rowid: number | bigint): number {
    return putAnyVarint(this.#cells, at, rowid)
  }

  #ensure(size: number): void {
    if (size > this.#cells.length) this.#resize(size > MAX_KEPT ? size + ROOM : size * 2)
  }

  #resize(size: number): void {
    const resized = Buffer.allocUnsafe(size)
    this.#cells.copy(resized)
    this.#cells = resized
    this.#view = viewOf(resized)
  }
}

/** Location of a row's values before its header is known. */
interface Body {
  readonly start: number
  readonly bytes: number
  readonly typeBytes: number
  /** Length of the header: the types and the varint of this length. */
  readonly types: number
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
}

/** @throws for a value that would not be read back unchanged. */
export function checkHeld(value: RowValue): void {
  const isHeld =
    typeof value === 'number'
      ? Number.isSafeInteger(value)
      : typeof value === 'bigint'
        ? value >= MIN_INTEGER && value <= MAX_INTEGER
        : typeof value !== 'string' || value.isWellFormed()
  if (!isHeld) throw notHeld(value as number)
}

function notHeld(value: number | bigint | string): Error {
  const what = typeof value === 'string' ? 'text with a lone surrogate' : `${typeof value} ${value}`
  return new Error(`a row cannot hold ${what} exactly`)
}

function checkRowid(rowid: number | bigint): void {
  const isHeld = typeof rowid === 'number' ? Number.isSafeInteger(rowid) : rowid <= MAX_INTEGER
  if (!isHeld || rowid < 0) throw notHeld(rowid)
}

/** Serial type of an integer (file format, 2.1); 0 and 1 take no bytes. */
function integerType(value: number): number {
  if (!Number.isSafeInteger(value)) throw notHeld(value)
  if (value === 0) return 8
  if (value === 1) return 9
  const size = value < 0 ? -value - 1 : value
  if (size < 0x80) return 1
  if (size < 0x8000) return 2
  if (size < 0x80_0000) return 3
  if (size < 0x8000_0000) return 4
  return size < 0x8000_0000_0000 ? 5 : 6
}
