/** What surrounds the selected events: their principals and sources, all problems, coverage of the whole case. */
import { signedState } from '../store/verification.js'
import type { Connection } from '../store/open.js'
import type { TableSpec } from '../store/schema.js'
import type { Redactor } from './redact.js'
import { columnsOf, OUT_COVERAGE, OUT_PRINCIPALS, OUT_PROBLEMS, OUT_SOURCES } from './schema.js'
import type { Value } from './select.js'

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
  fillPrincipals(db, out)
  const principals = put(OUT_PRINCIPALS, readPrincipals(out))
  out.exec('DROP TABLE temp.identity_of')
  const sources = put(OUT_SOURCES, readSources(db, out))
  const problems = put(
    OUT_PROBLEMS,
    rows(
      db,
      `SELECT kind, path, member, record_index, byte_offset, byte_length, event_id, detail FROM problem ORDER BY id`,
    ),
  )
  put(OUT_COVERAGE, coverage(db, out, redactor))
  return { sources, problems, principals }
}

function* rows(db: Connection, sql: string): Generator<Value[]> {
  yield* db.prepare<unknown[], Value[]>(sql).raw().iterate()
}

/** Event row → principal, read from the case: the hand-over's own rows may carry pseudonyms already. */
function fillPrincipals(db: Connection, out: Connection): void {
  out.exec(
    'CREATE TEMP TABLE identity_of (events_id INTEGER PRIMARY KEY, key TEXT, kind TEXT, principal TEXT, arn TEXT)',
  )
  const insert = out.prepare('INSERT INTO temp.identity_of VALUES (?, ?, ?, ?, ?)')
  const read = db.prepare(
    `SELECT i.principal_key, i.principal_kind, i.principal, coalesce(i.session_issuer_arn, i.principal_arn)
     FROM event e JOIN identity i ON i.id = e.identity_id WHERE e.id = ?`,
  )
  const ids = out.prepare<unknown[], number>('SELECT id FROM events').pluck().all()
  for (const id of ids) insert.run(id, ...(read.raw().get(id) as Value[]))
}

function readPrincipals(out: Connection): Value[][] {
  return out
    .prepare<unknown[], Value[]>(
      `SELECT p.key, p.kind, max(p.principal), max(p.arn), count(*), min(e.event_time), max(e.event_time)
       FROM temp.identity_of p JOIN events e ON e.id = p.events_id GROUP BY 1, 2 ORDER BY 5 DESC, 1`,
    )
    .raw()
    .all()
}

function* readSources(db: Connection, out: Connection): Generator<Value[]> {
  const wanted = out
    .prepare<unknown[], string>('SELECT DISTINCT source_sha256 FROM appearances')
    .pluck()
    .all()
  const read = db
    .prepare<[string], Value[]>(
      `SELECT path, member, size, sha256, content_size, content_sha256, kind, status, records, id FROM source WHERE sha256 = ? ORDER BY id`,
    )
    .raw()
  for (const sha256 of wanted) {
    for (const row of read.all(sha256)) {
      const state = signedState(db, row.pop() as number)
      yield [...row, state?.state ?? null, state?.reason ?? null]
    }
  }
}

/** What is here is counted by what the events of this file say: of a redacted one, by pseudonyms. */
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
