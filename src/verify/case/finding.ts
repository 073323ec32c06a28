/** Findings of verify. */
/** Each check, with the statement that is true if it finds nothing. */
export type Check =
  /** The database file is intact: tables, indexes, full text (SQLite integrity_check). */
  | 'structure'
  /** Tables, views and indexes are those of this format, and each column is described. */
  | 'schema'
  /** The stored bytes have the SHA-256 of the file and of its content. */
  | 'bytes'
  /**
   * Each event is at the location in its row, every column equals the value in the record, and every record has its
   * row.
   */
  | 'event'
  /** The rows of a source have the digest taken when it was indexed, and cover all of its content. */
  | 'rows'
  /** Events are found by their own words, taken by chance or all, and the full text has no others. */
  | 'words'
  /** Each caller is found by exactly the names in its records. */
  | 'names'
  /** The ID of each shared value (caller, call, origin, outcome, resource) is its hash. */
  | 'values'
  /** There are no dangling references, and appearances are counted correctly. */
  | 'references'
  /** Records = events + duplicates + replaced + rejected, for each source, each run and in total. */
  | 'ledger'
  /**
   * Each run has the hash of its row and of the previous run; sources, problems and validations are unchanged since.
   */
  | 'runs'
  /** The file in the archive is unchanged. */
  | 'archive'

export interface Finding {
  readonly check: Check
  /** File, table or run concerned. */
  readonly place: string
  readonly detail: string
}

/** Further findings of one kind in one place add nothing. */
const MOST_A_PLACE = 20

/** Collects findings of one place up to a limit; the rest is counted. */
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

/** SQLite found the file damaged: a finding, not a crash. */
export function isDamage(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^SQLITE_(?:CORRUPT|NOTADB|IOERR|ERROR)/.test(code)
}
