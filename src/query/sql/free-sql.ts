/** Runs one read-only statement of the user, with `record(event_id)` for the exact text of a record. */
import { CaseError } from '../../model/case-error.js'
import { openReader, type Connection } from '../../store/open.js'
import { RecordReader, type RecordPlace } from '../../store/record-reader.js'

export interface FreeResult {
  readonly columns: readonly string[]
  readonly rows: Iterable<Readonly<Record<string, string | number | null>>>
}

/**
 * `reader && readonly` rejects ATTACH, VACUUM INTO, writes and transactions; PRAGMA is rejected by name, since some
 * pass both tests. @throws CaseError exit 2.
 */
export function runFreeSql(db: Connection, text: string): FreeResult {
  // A second connection: the first is busy running the statement when it calls record().
  const records = new RecordTexts(openReader(db.name))
  db.function('record', { directOnly: true, deterministic: true }, (eventId: unknown) =>
    records.read(eventId),
  )
  const statement = prepare(db, text)
  if (
    !statement.reader ||
    !statement.readonly ||
    /^\s*(?:--[^\n]*\n\s*|\/\*[\s\S]*?\*\/\s*)*(?:explain\s+)?pragma\b/i.test(text)
  ) {
    throw new CaseError('only a statement that reads is allowed', {
      hint: 'begin with SELECT, VALUES, WITH or EXPLAIN; for a pragma: SELECT * FROM pragma_table_info(…)',
    })
  }
  statement.raw().safeIntegers()
  const columns = unique(statement.columns().map((column) => columnName(column.name)))
  return { columns, rows: named(columns, started(statement)) }
}

/** @throws CaseError for a statement with `?` or `:name`, which have no value here. */
function started(statement: ReturnType<typeof prepare>): IterableIterator<unknown[]> {
  try {
    return statement.iterate() as IterableIterator<unknown[]>
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error
    throw new CaseError('the statement has a parameter, ? or :name, that nothing gives a value', {
      hint: "write the value itself: … WHERE event_name = 'CreateUser'",
      cause: error,
    })
  }
}

function prepare(db: Connection, text: string) {
  try {
    return db.prepare(text)
  } catch (error) {
    throw new CaseError(`SQLite: ${(error as Error).message}`, {
      hint: 'the tables and views: coldtrail sql "SELECT DISTINCT table_name FROM data_dictionary"',
      cause: error,
    })
  }
}

class RecordTexts {
  readonly #find
  readonly #reader: RecordReader

  constructor(db: Connection) {
    this.#find = db.prepare<[string], RecordPlace>(
      'SELECT source_id, record_offset, record_length, locator FROM event WHERE event_id = ? ORDER BY id LIMIT 1',
    )
    this.#reader = new RecordReader(db)
  }

  /** null if there is no such event. */
  read(eventId: unknown): string | null {
    const place = typeof eventId === 'string' ? this.#find.get(eventId) : undefined
    if (place === undefined) return null
    return this.#reader.readAt(place).toString('utf8')
  }
}

/** A statement can name a column after text of a record: it must be safe as a JSON key, a heading and a CSV cell. */
function columnName(name: string): string {
  const plain = name.replace(UNSAFE_IN_NAMES, '_').replace(/^[\s=+@-]+/u, '_')
  return plain === '' ? '_' : plain
}

/** Controls, bidi and other invisible characters, and those that JSON escapes. */
const UNSAFE_IN_NAMES = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}"\\]/gu

/** Two columns of one name would be one key in JSON. A name that is the column's own is kept. */
function unique(names: readonly string[]): string[] {
  const isTyped = new Set(names)
  const taken = new Set<string>()
  return names.map((name) => {
    let own = name
    for (let n = 2; taken.has(own) || (own !== name && isTyped.has(own)); n++) own = `${name}_${n}`
    taken.add(own)
    return own
  })
}

function* named(
  columns: readonly string[],
  rows: Iterable<unknown[]>,
): Generator<Record<string, string | number | null>> {
  try {
    for (const row of rows) {
      yield Object.fromEntries(columns.map((name, index) => [name, shownCell(name, row[index])]))
    }
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_STRING_TOO_LONG') throw tooLong('a value')
    if ((error as { code?: string }).code?.startsWith('SQLITE_') !== true) throw error
    throw new CaseError(`SQLite: ${(error as Error).message}`, { cause: error })
  }
}

/** Each format builds a row as one string, and Node limits strings to half a billion characters. */
const MOST_BYTES = 64 * 1024 * 1024

function shownCell(name: string, value: unknown): string | number | null {
  const { length } = typeof value === 'string' || Buffer.isBuffer(value) ? value : ''
  if (length > MOST_BYTES) throw tooLong(`column ${name}: a value of ${length} bytes`)
  return cell(value)
}

function tooLong(what: string): CaseError {
  return new CaseError(`${what} is too long to show`, {
    hint: 'ask for its length(…), for a part with substr(…, 1, 1000), or for one record with coldtrail show',
  })
}

/** Integers beyond 2^53 become text to keep their digits; blobs are printed in hex. */
function cell(value: unknown): string | number | null {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'string' || typeof value === 'number') return value
  return Buffer.isBuffer(value) ? value.toString('hex') : null
}
