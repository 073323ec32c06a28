/** The runs of a case: each row's hash covers the row and the hash before it. */
import type { Connection } from '../../store/open.js'
import { runHash } from '../../store/runs.js'
import { FindingList, type Finding } from './finding.js'

type RunRow = Parameters<typeof runHash>[0]

/** A run removed from the end does not show here; its sources then name a run that is not there. */
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
  return findings.all
}
