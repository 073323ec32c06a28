import Database from 'better-sqlite3'
import { FTS_DDL } from './schema.js'

/** The tokens of a text, split and folded by FTS5. */
export class TextWords {
  readonly #db = new Database(':memory:')
  readonly #empty
  readonly #insert
  readonly #terms

  constructor() {
    for (const ddl of FTS_DDL) if (ddl.includes('value_text')) this.#db.exec(ddl)
    this.#db.exec("CREATE VIRTUAL TABLE temp.word USING fts5vocab(main, 'value_text', 'row')")
    this.#empty = this.#db.prepare("INSERT INTO value_text (value_text) VALUES ('delete-all')")
    this.#insert = this.#db.prepare<[string]>('INSERT INTO value_text (rowid, body) VALUES (1, ?)')
    this.#terms = this.#db.prepare<[], string>('SELECT term FROM temp.word').pluck()
  }

  of(text: string): string[] {
    this.#empty.run()
    this.#insert.run(text)
    return this.#terms.all()
  }

  close(): void {
    this.#db.close()
  }
}
