/** What a case contains: `coldtrail info`. */
import { isoTime } from '../../model/time.js'
import { hash } from 'node:crypto'
import { statSync } from 'node:fs'
import type { CaseInfo, ProblemGroup, RunInfo, TimeSpan } from '../../model/case-info.js'
import type { ProblemKind } from '../../model/problem.js'
import { getMeta } from '../../store/create.js'
import { otherRows, recordLedger } from '../../store/ledger.js'
import type { Connection } from '../../store/open.js'
import { latestVerification } from '../../store/verification.js'
import { ownedAccountLabel } from '../principals/account-owner.js'

export function readCaseInfo(db: Connection, file: string): CaseInfo {
  const places = readPlaces(db)
  const lineTimes = timesOf(db, 'access_log')
  const more = one<{ n: number }>(
    db,
    'SELECT (SELECT count(*) FROM redelivery) + (SELECT count(*) FROM reduced_form WHERE id <> target) AS n',
  )
  const sizes = one<{ source: number; content: number }>(
    db,
    `SELECT coalesce(sum(size), 0) AS source, coalesce(sum(content_size), 0) AS content FROM source WHERE status = 'indexed'`,
  )
  return {
    file,
    format_version: getMeta(db, 'format') ?? '?',
    tool_version: getMeta(db, 'created_by') ?? '?',
    state: getMeta(db, 'state') ?? '?',
    logical_digest: logicalDigest(db),
    events: places.events,
    appearances: places.events + more.n,
    sources: counts(db, 'SELECT status AS name, count(*) AS n FROM source GROUP BY 1 ORDER BY 1'),
    members: counts(
      db,
      'SELECT status AS name, count(*) AS n FROM source WHERE member IS NOT NULL GROUP BY 1 ORDER BY 1',
    ),
    records: recordLedger(db),
    others: otherRows(db),
    time_span: spanOf([...timesOf(db, 'event'), ...lineTimes]),
    access_log_time_span: spanOf(lineTimes),
    accounts: places.by('account').map(({ name, n }) => {
      const owner = name === null ? null : ownedAccountLabel(name)
      return { account_id: name, events: n, ...(owner === null ? {} : { account_owner: owner }) }
    }),
    regions: places.by('region').map(({ name, n }) => ({ aws_region: name, events: n })),
    kinds: counts(
      db,
      `SELECT CASE kind WHEN 'other' THEN coalesce(shape, kind) ELSE kind END AS name, count(*) AS n
       FROM source WHERE status = 'indexed' GROUP BY 1 ORDER BY 1`,
    ),
    problems: counts(db, 'SELECT kind AS name, count(*) AS n FROM problem GROUP BY 1 ORDER BY 1'),
    sizes: { case_bytes: statSync(file).size, source_bytes: sizes.source, content_bytes: sizes.content },
    runs: db.prepare('SELECT id, started, finished, status FROM runs ORDER BY id').all() as RunInfo[],
    verification: latestVerification(db),
  }
}

/**
 * SHA-256 over the content of every distinct source, ordered by content: the same for any number of workers, input
 * order, number of runs, and after any kill and resume. Excludes paths, row numbers and times of runs.
 */
export function logicalDigest(db: Connection): string {
  const rows = db
    .prepare(
      `SELECT DISTINCT sha256, content_sha256, row_digest FROM source WHERE status = 'indexed' ORDER BY sha256, content_sha256`,
    )
    .raw()
    .all()
  return hash('sha256', JSON.stringify(rows))
}

export function readProblemGroups(db: Connection): ProblemGroup[] {
  const kinds = db.prepare(
    `SELECT kind, CASE kind WHEN 'neighbour' THEN detail END AS family, count(*) AS count, min(id) AS first FROM problem
     GROUP BY 1, 2 ORDER BY count DESC, kind, family`,
  )
  const place = db.prepare('SELECT path, member, byte_offset, record_index FROM problem WHERE id = ?')
  return (kinds.all() as { kind: ProblemKind; family: string | null; count: number; first: number }[]).map(
    ({ kind, family, count, first }) => ({
      kind,
      ...(family === null ? {} : { family }),
      count,
      first: place.get(first) as ProblemGroup['first'],
    }),
  )
}

/** First and last time in ms, from an index; null without rows. */
function timesOf(db: Connection, table: 'event' | 'access_log'): number[] {
  const column = table === 'event' ? 'event_time_ms' : 'time_ms'
  return ['min', 'max']
    .map((end) => one<{ ms: number | null }>(db, `SELECT ${end}(${column}) AS ms FROM ${table}`).ms)
    .filter((ms) => ms !== null)
}

function spanOf(times: readonly number[]): TimeSpan {
  if (times.length === 0) return { first: null, last: null }
  return { first: isoTime(Math.min(...times)), last: isoTime(Math.max(...times)) }
}

interface PlaceCount {
  readonly account: string | null
  readonly region: string | null
  readonly n: number
}

interface Places {
  readonly events: number
  /** Most events first. */
  by(part: 'account' | 'region'): { name: string | null; n: number }[]
}

/** The only scan over events in `info`: places have no index, and counts kept by index runs could be out of date. */
function readPlaces(db: Connection): Places {
  const rows = db
    .prepare<unknown[], PlaceCount & { readonly id: number | null }>(
      `SELECT p.id, p.recipient_account_id AS account, p.aws_region AS region, n.events AS n
       FROM (SELECT place_id, count(*) AS events FROM event GROUP BY place_id) n LEFT JOIN place p ON p.id = n.place_id`,
    )
    .all()
  return {
    events: rows.reduce((sum, { n }) => sum + n, 0),
    by: (part) => {
      const sums = new Map<string | null, number>()
      for (const row of rows) if (row.id !== null) sums.set(row[part], (sums.get(row[part]) ?? 0) + row.n)
      const named = Array.from(sums, ([name, n]) => ({ name, n }))
      return named.sort((one, other) => other.n - one.n || compareNames(one.name, other.name))
    },
  }
}

/** null sorts first. */
function compareNames(one: string | null, other: string | null): number {
  if (one === other) return 0
  return one === null || (other !== null && one < other) ? -1 : 1
}

function counts(db: Connection, sql: string): Record<string, number> {
  return Object.fromEntries(
    (db.prepare(sql).all() as { name: string; n: number }[]).map(({ name, n }) => [name, n]),
  )
}

// The caller knows the columns of its SQL.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
function one<T>(db: Connection, sql: string): T {
  return db.prepare(sql).get() as T
}
