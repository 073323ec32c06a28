/** A case file's content, read with SQLite alone: what two runs are compared by. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'

export type SqlRow = Record<string, string | number | null>

export function query<Row = SqlRow>(caseFile: string, sql: string, ...params: unknown[]): Row[] {
  const db = new Database(caseFile, { readonly: true, fileMustExist: true })
  try {
    return db.prepare<unknown[], Row>(sql).all(...params)
  } finally {
    db.close()
  }
}

export interface Content {
  readonly [table: string]: { readonly rows: number; readonly sha256: string }
}

/**
 * Every row that means something: row numbers, run numbers and the times of runs are left out. `firstPlace: false` also leaves
 * out which of several appearances came first, which depends on how many runs there were.
 */
export function contentOf(
  caseFile: string,
  options: { readonly firstPlace?: boolean; readonly sourceStatus?: boolean } = {},
): Content {
  const db = new Database(caseFile, { readonly: true, fileMustExist: true })
  try {
    const columnsOf = (view: string, without: readonly string[]): string =>
      (db.pragma(`table_info(${view})`) as { name: string }[])
        .map(({ name }) => name)
        .filter((name) => !without.includes(name))
        .join(', ')
    const place =
      options.firstPlace === false ? ['source_path', 'member', 'record_offset', 'record_length'] : []
    const sources =
      options.sourceStatus === false ? ['status', 'duplicate_of', 'storage', 'events', 'duplicates'] : []
    const problems = ['id', 'run_id', 'source_id']
    const events = columnsOf('events', ['event_rowid', ...place])
    // Contentless full text shows only as words, with in how many rows and how often they occur.
    const texts = (
      db.prepare("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'").all() as {
        name: string
      }[]
    ).map(({ name }) => name)
    for (const text of texts)
      db.exec(`CREATE VIRTUAL TABLE temp.${text}_words USING fts5vocab(main, '${text}', 'row')`)
    const words = texts
      .map((text) => `SELECT '${text}', term, doc, cnt FROM temp.${text}_words`)
      .join(' UNION ALL ')
    return {
      events: digest(db, `SELECT ${events} FROM events`),
      appearances: digest(
        db,
        'SELECT event_id, source_path, member, record_offset, record_length, locator FROM appearances',
      ),
      resources: digest(
        db,
        'SELECT event_id, arn, type, role, name, derived, event_time_ms FROM event_resources',
      ),
      names: digest(
        db,
        'SELECT i.principal_key, n.name, n.kind FROM identity_name n JOIN identity i ON i.id = n.identity_id',
      ),
      principals: digest(db, 'SELECT * FROM principals'),
      coverage: digest(db, 'SELECT * FROM coverage'),
      sources: digest(
        db,
        `SELECT ${columnsOf('sources', ['id', 'run_id', 'duplicate_of', ...sources])} FROM sources`,
      ),
      problems: digest(db, `SELECT ${columnsOf('problems', problems)} FROM problems`),
      segments: digest(
        db,
        `SELECT s.path, g.content_offset, g.content_length, g.encoding, length(g.bytes), hex(substr(g.bytes, 1, 64))
         FROM segment g JOIN source s ON s.id = g.source_id`,
      ),
      words: digest(db, words),
    }
  } finally {
    db.close()
  }
}

function digest(db: Database.Database, sql: string): { rows: number; sha256: string } {
  const rows = (db.prepare(sql).raw().all() as unknown[][]).map((row) => JSON.stringify(row)).sort()
  return { rows: rows.length, sha256: createHash('sha256').update(rows.join('\n')).digest('hex') }
}

export function integrity(caseFile: string): unknown {
  const db = new Database(caseFile, { readonly: true, fileMustExist: true })
  try {
    return db.pragma('integrity_check', { simple: true })
  } finally {
    db.close()
  }
}

/** Files next to the case that belong to it. A case is one file: the list should be empty. */
export function leftovers(caseFile: string): string[] {
  const folder = path.dirname(caseFile)
  if (!existsSync(folder)) return []
  const own = path.basename(caseFile)
  return readdirSync(folder).filter((name) => name.startsWith(own) && name !== own)
}
