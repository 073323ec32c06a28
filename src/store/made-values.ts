/** Rows of dictionaries that no record has, but several reduced forms together: added with the events that need them, and taken away with the last. */
import type Database from 'better-sqlite3'
import type { Connection } from './connection.js'
import { DICTIONARIES, type Form } from './reduced-forms.js'
import type { TableSpec } from './schema.js'
import type { UnitedEvent } from './united-event.js'
import { valueTextOf } from './value-text.js'

/** Dictionary → the names that find its rows. */
const NAMES: Readonly<Record<string, string | undefined>> = {
  caller: 'name_of_caller',
  session: 'name_of_session',
}

export class MadeValues {
  readonly #db: Connection
  readonly #text
  readonly #names: ReadonlyMap<string, Database.Statement>
  readonly #insert

  constructor(db: Connection) {
    this.#db = db
    db.exec('DROP TABLE IF EXISTS temp.made_text; CREATE TEMP TABLE made_text (id INTEGER PRIMARY KEY, body)')
    this.#text = db.prepare('INSERT OR IGNORE INTO temp.made_text VALUES (?, ?)')
    const tables = DICTIONARIES.flatMap((dictionary) => dictionary.tables)
    this.#insert = new Map(
      tables.map(({ name, columns }) => {
        const places = columns.map(() => '?').join(', ')
        return [name, db.prepare(`INSERT OR IGNORE INTO ${name} VALUES (${places})`)]
      }),
    )
    this.#names = new Map(
      Object.entries(NAMES).map(([table, names]) => [
        table,
        db.prepare(`INSERT OR IGNORE INTO ${names} VALUES (?, ?, ?)`),
      ]),
    )
  }

  add(made: UnitedEvent['made']): void {
    for (const { dictionary, id, values, text, names = [] } of made) {
      if (this.#insert.get(dictionary)?.run(id, ...values).changes !== 1) continue
      this.#text.run(id, text)
      for (const { name, kind } of names) this.#names.get(dictionary)?.run(name, id, kind)
    }
  }

  /** In the order of their numbers: FTS5 writes a segment at each that is smaller than the one before. */
  end(): void {
    this.#db.exec(`INSERT INTO value_text (rowid, body) SELECT id, body FROM temp.made_text ORDER BY id;
      DROP TABLE temp.made_text`)
  }
}

export class LeftValues {
  readonly #db: Connection
  readonly #ids = new Map<string, Set<number>>()

  constructor(db: Connection) {
    this.#db = db
  }

  /** What the event has and none of its forms is gone with it, unless another event has it. */
  note(united: Form, forms: readonly Form[]): void {
    for (const [dictionary, id] of united.values) {
      if (forms.some(({ values }) => values.get(dictionary) === id)) continue
      const ids = this.#ids.get(dictionary) ?? new Set()
      this.#ids.set(dictionary, ids.add(id))
    }
  }

  end(): void {
    for (const [name, ids] of this.#ids) {
      const [table, owner] = DICTIONARIES.find((dictionary) => dictionary.name === name)?.tables ?? []
      if (table === undefined) continue
      const owners = owner === undefined ? [] : this.#ownersOf(table.name, `${owner.name}_id`, ids)
      const isUsed = `SELECT ${name}_id FROM event UNION SELECT ${name}_id FROM reduced_form`
      this.#remove(table, ids, isUsed)
      if (owner !== undefined) this.#remove(owner, owners, `SELECT ${owner.name}_id FROM ${table.name}`)
    }
  }

  #ownersOf(table: string, column: string, ids: Iterable<number>): number[] {
    return this.#db
      .prepare<[string], number>(
        `SELECT DISTINCT ${column} FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`,
      )
      .pluck()
      .all(JSON.stringify([...ids]))
  }

  /** With their names and words: made again, a row would be in the full text twice. */
  #remove(table: TableSpec, ids: Iterable<number>, isUsed: string): void {
    const gone = this.#db
      .prepare<[string], { id: number; text: string }>(
        `DELETE FROM ${table.name} WHERE id IN (SELECT value FROM json_each(?)) AND id NOT IN (${isUsed})
          RETURNING id, ${valueTextOf(table)} AS text`,
      )
      .all(JSON.stringify([...ids]))
    const unindex = this.#db.prepare(
      "INSERT INTO value_text (value_text, rowid, body) VALUES ('delete', ?, ?)",
    )
    for (const { id, text } of gone) unindex.run(id, text)
    const names = NAMES[table.name]
    if (names !== undefined && gone.length > 0)
      this.#db
        .prepare(`DELETE FROM ${names} WHERE ${table.name}_id IN (SELECT value FROM json_each(?))`)
        .run(JSON.stringify(gone.map(({ id }) => id)))
  }
}
