/** Checks the hash chain of runs, and the tables as the newest run left them. */
import type { Connection } from '../../store/open.js'
import { runHash } from '../../store/runs.js'
import { digestTables } from '../../store/table-digest.js'
import { changedDetection } from '../../store/detection.js'
import { hasVerifications, verificationHash } from '../../store/verification.js'
import { FindingList, type Finding } from './finding.js'

type RunRow = Parameters<typeof runHash>[0]

/** A run removed from the end is not found here; its sources then refer to a missing run. */
export function checkRuns(db: Connection): Finding[] {
  const findings = new FindingList('runs')
  let previous: string | null = null
  let isSealed = true
  let last = 0
  for (const row of db.prepare('SELECT * FROM runs ORDER BY id').all() as RunRow[]) {
    const name = `run ${row.id}`
    if (row.id !== last + 1) findings.add('runs', `${name} follows run ${last}: one or more are missing`)
    last = row.id
    if (row.row_hash === null) {
      // A killed run gets its hash when the next one ends.
      isSealed = false
      continue
    }
    if (!isSealed) findings.add('runs', `${name} has a hash, the one before it has none`)
    if (row.previous_hash !== previous)
      findings.add('runs', `${name} does not hold the hash of the run before it`)
    if (runHash(row, row.previous_hash) !== row.row_hash)
      findings.add('runs', `${name} was changed: its hash differs`)
    previous = row.row_hash
  }
  return [...findings.all, ...checkTables(db), ...checkVerifications(db), ...checkDetection(db)]
}

/** The tables are as the newest run left them. An interrupted run left no digests, but the next one does. */
function checkTables(db: Connection): Finding[] {
  const newest = db.prepare('SELECT id, row_hash, counts FROM runs ORDER BY id DESC LIMIT 1').get() as
    { id: number; row_hash: string | null; counts: string | null } | undefined
  const left = newest?.row_hash == null ? null : readDigests(newest.counts)
  if (newest === undefined || left === null) return []
  return Object.entries(digestTables(db)).flatMap(([table, digest]) => {
    const findings = new FindingList(table)
    // Of a table that the version of that run did not have there is none.
    if (left[table] !== undefined && left[table] !== digest)
      findings.add('runs', `its rows differ from those that run ${newest.id} left (digest)`)
    return findings.all
  })
}

function readDigests(counts: string | null): Readonly<Record<string, string>> | null {
  try {
    return (JSON.parse(counts ?? '{}') as { digests?: Record<string, string> }).digests ?? null
  } catch {
    return null
  }
}

function checkDetection(db: Connection): Finding[] {
  const findings = new FindingList('detection')
  const changed = changedDetection(db)
  if (changed !== null) findings.add('runs', changed)
  return findings.all
}

function checkVerifications(db: Connection): Finding[] {
  if (!hasVerifications(db)) return []
  const findings = new FindingList('verification')
  const rows = db
    .prepare('SELECT id, row_hash FROM verification WHERE finished IS NOT NULL ORDER BY id')
    .all()
  for (const { id, row_hash } of rows as { id: number; row_hash: string | null }[]) {
    if (verificationHash(db, id) !== row_hash)
      findings.add(
        'runs',
        `validation ${id} of the digests was changed, or the one before it removed: its hash differs`,
      )
  }
  return findings.all
}
