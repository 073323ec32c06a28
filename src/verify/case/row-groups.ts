/** Hands out the rows of a source by the place of what they were made of, whichever table they are in. */
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

  /** @param unclaimed is given every row that lies before the one asked for and was not taken. */
  constructor(streams: readonly Iterator<SourceRow>[], unclaimed: (row: SourceRow) => void) {
    this.#heads = streams.map((stream) => ({ stream, row: nextOf(stream) }))
    this.#unclaimed = unclaimed
  }

  /** Asked for in the order of the offsets. */
  take<Kind extends SourceRow['kind']>(
    kinds: readonly Kind[],
    offset: number,
    locator: string | null,
  ): RowOf<Kind> | undefined {
    while (this.#hasBefore(offset)) this.#nextGroup()
    const group = this.#group
    if (group[0]?.offset !== offset) return undefined
    // As a rule the first: rows of one table are in the order in which they were made.
    const at = group.findIndex((row) => row.locator === locator && kinds.includes(row.kind as Kind))
    return at < 0 ? undefined : (group.splice(at, 1)[0] as RowOf<Kind>)
  }

  /** No more will be asked for. */
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
