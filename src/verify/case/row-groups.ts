/** Hands out the rows of a source by location, across tables. */
import type { SourceRow } from './source-rows.js'

interface Head {
  readonly stream: Iterator<SourceRow>
  row: SourceRow | undefined
}

type RowOf<Kind> = Extract<SourceRow, { kind: Kind }>

export class RowGroups {
  readonly #heads: Head[]
  readonly #unclaimed: (row: SourceRow) => void
  /** Rows of one offset: those of the records in one outer value. */
  #group: SourceRow[] = []

  /** @param unclaimed gets every row before the requested location that was not taken. */
  constructor(streams: readonly Iterator<SourceRow>[], unclaimed: (row: SourceRow) => void) {
    this.#heads = streams.map((stream) => ({ stream, row: nextOf(stream) }))
    this.#unclaimed = unclaimed
  }

  /** Call it in the order of the offsets. */
  take<Kind extends SourceRow['kind']>(
    kinds: readonly Kind[],
    offset: number,
    locator: string | null,
  ): RowOf<Kind> | undefined {
    while (this.#hasBefore(offset)) this.#nextGroup()
    const group = this.#group
    if (group[0]?.offset !== offset) return undefined
    // Usually the first: rows of a table are in the order they were made.
    const at = group.findIndex((row) => row.locator === locator && kinds.includes(row.kind as Kind))
    return at < 0 ? undefined : (group.splice(at, 1)[0] as RowOf<Kind>)
  }

  /** No more rows will be requested. */
  end(): void {
    for (let next = this.#next(); this.#group.length > 0 || next !== Infinity; next = this.#next())
      this.#nextGroup()
    this.close()
  }

  close(): void {
    for (const { stream } of this.#heads) stream.return?.()
  }

  #hasBefore(offset: number): boolean {
    const [first] = this.#group
    return first === undefined ? this.#next() <= offset : first.offset < offset
  }

  #next(): number {
    let least = Infinity
    for (const { row } of this.#heads) if (row !== undefined && row.offset < least) least = row.offset
    return least
  }

  #nextGroup(): void {
    this.#group.forEach(this.#unclaimed)
    this.#group = []
    const offset = this.#next()
    for (const head of this.#heads) {
      while (head.row?.offset === offset) {
        this.#group.push(head.row)
        head.row = nextOf(head.stream)
      }
    }
  }
}

function nextOf(stream: Iterator<SourceRow>): SourceRow | undefined {
  const next = stream.next()
  return next.done === true ? undefined : next.value
}
