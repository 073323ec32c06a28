/** The context of the selection: its principals and sources, all problems, and the coverage of the whole case. */
import { missingRow } from '../query/find/run-question.js'
import { signedState } from '../store/verification.js'
import type { Connection } from '../store/open.js'
import type { TableSpec } from '../store/schema.js'
import type { Redactor } from './redaction/redactor.js'
import { columnsOf, OUT_COVERAGE, OUT_PRINCIPALS, OUT_PROBLEMS, OUT_SOURCES } from './schema.js'
import type { Value } from './rows.js'

export function copyContext(
  db: Connection,
  out: Connection,
  redactor: Redactor | null,
): { sources: number; problems: number; principals: number } {
  const put = (table: TableSpec, found: Iterable<readonly Value[]>): number => {
    const columns = columnsOf(table)
    const insert = out.prepare<Value[]>(
      `INSERT INTO ${table.name} VALUES (${columns.map(() => '?').join(', ')})`,
    )
    let count = 0
    for (const row of found) {
      insert.run(...(redactor === null ? row : redactor.row(columns, row)))
      count++
    }
    return count
  }
  fillActors(db, out)
  const principals = put(OUT_PRINCIPALS, readPrincipals(out))
  out.exec('DROP TABLE temp.actor')
  const sources = put(OUT_SOURCES, readSources(db, out))
  const problems = put(OUT_PROBLEMS, problemRows(db, redactor))
  put(OUT_COVERAGE, coverage(db, out, redactor))
  return { sources, problems, principals }
}

function* rows(db: Connection, sql: string): Generator<Value[]> {
  yield* db.prepare<unknown[], Value[]>(sql).raw().iterate()
}

function* problemRows(db: Connection, redactor: Redactor | null): Generator<Value[]> {
  const sql = `SELECT kind, path, member, record_index, byte_offset, byte_length, event_id, detail FROM problem ORDER BY id`
  for (const row of rows(db, sql)) {
    const detail = row.pop() ?? null
    yield [...row, redactor !== null && typeof detail === 'string' ? withoutQuotes(detail) : detail]
  }
}

/** Problem details quote evidence, truncated. A truncated name escapes redaction, so quotes are dropped. */
function withoutQuotes(detail: string): string {
  return detail.replace(/ ?(?:\.\.\.)?"[^]*/, ' (quoted evidence left out)')
}

/** Callers are read from the case, since rows of the hand-over may already be redacted. */
function fillActors(db: Connection, out: Connection): void {
  out.exec(
    'CREATE TEMP TABLE actor (is_line INTEGER, row_id INTEGER, key TEXT, kind TEXT, principal TEXT, arn TEXT, PRIMARY KEY (is_line, row_id))',
  )
  const insert = out.prepare('INSERT INTO temp.actor VALUES (?, ?, ?, ?, ?, ?)')
  ACTORS.forEach(({ table, sql }, isLine) => {
    const read = db.prepare<[number], Value[]>(sql).raw()
    const ids = out.prepare<unknown[], number>(`SELECT id FROM ${table}`).pluck().all()
    for (const id of ids) insert.run(isLine, id, ...(read.get(id) ?? missingRow(table, id)))
  })
}

const ACTORS = [
  {
    table: 'events',
    sql: `SELECT i.principal_key, i.principal_kind, i.principal, coalesce(i.session_issuer_arn, i.principal_arn)
      FROM event e JOIN identity i ON i.id = e.identity_id WHERE e.id = ?`,
  },
  {
    table: 'access_logs',
    sql: `SELECT c.principal_key, c.principal_kind, c.principal, CASE WHEN c.requester LIKE 'arn:%' THEN c.requester END
      FROM access_log l JOIN access_client c ON c.id = l.client_id WHERE l.id = ?`,
  },
] as const

/** Events name the role of a session, access-log lines only the session. */
function readPrincipals(out: Connection): Value[][] {
  return out
    .prepare<unknown[], Value[]>(
      `SELECT p.key, p.kind, max(p.principal), coalesce(max(CASE WHEN NOT p.is_line THEN p.arn END), max(p.arn)),
         count(e.id), count(l.id), min(coalesce(e.event_time, l.time)), max(coalesce(e.event_time, l.time))
       FROM temp.actor p LEFT JOIN events e ON p.is_line = 0 AND e.id = p.row_id
       LEFT JOIN access_logs l ON p.is_line = 1 AND l.id = p.row_id
       GROUP BY 1, 2 ORDER BY 5 DESC, 6 DESC, 1`,
    )
    .raw()
    .all()
}

function* readSources(db: Connection, out: Connection): Generator<Value[]> {
  const wanted = out
    .prepare<unknown[], string | null>(
      'SELECT source_sha256 FROM appearances UNION SELECT source_sha256 FROM access_logs UNION SELECT source_sha256 FROM aggregates ORDER BY 1',
    )
    .pluck()
    .all()
  const read = db
    .prepare<[string | null], Value[]>(
      `SELECT path, member, size, sha256, container_sha256, content_size, content_sha256, kind, status, records, other_rows, id
       FROM source WHERE sha256 IS ? ORDER BY id`,
    )
    .raw()
  for (const sha256 of wanted) {
    for (const row of read.all(sha256)) {
      const state = signedState(db, row.pop() as number)
      yield [...row, state?.state ?? null, state?.reason ?? null]
    }
  }
}

/** Counts by what the events of this file contain: in a redacted file, pseudonyms. */
function* coverage(db: Connection, out: Connection, redactor: Redactor | null): Generator<Value[]> {
  const here = new Map(
    out
      .prepare<unknown[], [string | null, string | null, string | null, number]>(
        `SELECT recipient_account_id, aws_region, substr(event_time, 1, 10), count(*) FROM events GROUP BY 1, 2, 3`,
      )
      .raw()
      .all()
      .map(([account, region, day, events]) => [JSON.stringify([account, region, day]), events]),
  )
  const columns = columnsOf(OUT_COVERAGE)
  for (const found of rows(db, 'SELECT account_id, aws_region, day, events FROM coverage ORDER BY 1, 2, 3')) {
    const shown = redactor === null ? found : redactor.row(columns, found)
    yield [...found, here.get(JSON.stringify(shown.slice(0, 3))) ?? 0]
  }
}
