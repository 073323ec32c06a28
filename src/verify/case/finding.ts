/** What does not hold in a case. */
/** Each with what holds when it has nothing to say. */
export type Check =
  /** The database file is sound: tables, indexes, full text (SQLite integrity_check). */
  | 'structure'
  /** Tables, views and indexes are those of this format, and each column is described. */
  | 'schema'
  /** The stored bytes have the SHA-256 of the file and of its content. */
  | 'bytes'
  /** Each event lies where its row says, every column is what the record there gives, and every record has its row. */
  | 'event'
  /** The rows made of a source have the digest that was taken when it was indexed, and are all that its content gives. */
  | 'rows'
  /** Events taken by chance are found by their own words. */
  | 'words'
  /** Each caller is found by the names that its record gives, and by no other. */
  | 'names'
  /** Each shared value (caller, call, origin, outcome, resource) has the hash that is its number. */
  | 'values'
  /** Every row that is pointed to is there, and appearances are counted right. */
  | 'references'
  /** Records = events + duplicates + replaced + rejected, for each source, each run and in total. */
  | 'ledger'
  /** Each run has the hash of its row and of the run before; sources, problems and validations are as they were left. */
  | 'runs'
  /** The file in the archive is still the one that was indexed. */
  | 'archive'

export interface Finding {
  readonly check: Check
  /** File, table or run concerned. */
  readonly place: string
  readonly detail: string
}

/** More of one kind in one place say nothing new. */
const MOST_A_PLACE = 20

/** Findings of one place, up to a number; the rest is counted. */
export class FindingList {
  readonly place: string
  readonly #found = new Map<Check, Finding[]>()
  readonly #more = new Map<Check, number>()

  constructor(place: string) {
    this.place = place
  }

  add(check: Check, detail: string): void {
    const known = this.#found.get(check) ?? []
    this.#found.set(check, known)
    if (known.length < MOST_A_PLACE) known.push({ check, place: this.place, detail })
    else this.#more.set(check, (this.#more.get(check) ?? 0) + 1)
  }

  addAll(findings: readonly Finding[]): void {
    for (const { check, detail } of findings) this.add(check, detail)
  }

  get all(): Finding[] {
    const rest = [...this.#more].map(([check, n]) => ({
      check,
      place: this.place,
      detail: `and ${n} more of the same kind`,
    }))
    return [...[...this.#found.values()].flat(), ...rest]
  }
}

/** SQLite found the file itself damaged: a finding, not a crash. */
export function isDamage(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^SQLITE_(?:CORRUPT|NOTADB|IOERR|ERROR)/.test(code)
}
