/** What no archive can show, and what this one cannot. */
import { runArguments } from '../../store/evidence-places.js'
import type { Connection } from '../../store/open.js'
import { readColumn } from '../../store/reader.js'
import type { ArchiveFile } from './delivered-files.js'
import type { Digest } from './digest-files.js'
import { sql } from '../plan/statement.js'

/** Sources: CloudTrail User Guide (record contents, data events, trails), S3 User Guide (logging with CloudTrail). */
export const UNKNOWABLE: readonly string[] = [
  'Quiet is no proof that nothing happened: with nothing to record, CloudTrail delivers nothing.',
  'Files are delivered about every 5 minutes, usually within 10 minutes of the call, and up to 30 days later when the bucket could not be reached: a gap in deliveries is not the same gap in events.',
  'A single-region trail records its own region only; an account or region without any file may have had no trail.',
  'Data events (S3 objects, Lambda invocations, …) and network activity are recorded only where event selectors ask for them.',
  'Requests that a VPC endpoint policy denies leave no record in the account of the bucket.',
  'Parameters and responses over 100 KB are left out of records, and records end at 256 KB.',
  'Whoever may write to the bucket may have removed files; only digests with good signatures show that (coldtrail digest verify).',
]

export function archiveNotes(
  db: Connection,
  files: readonly ArchiveFile[],
  digests: readonly Digest[],
): string[] {
  const logs = files.filter(
    ({ name, kind }) => name?.family === 'CloudTrail' || (name === null && kind === 'trail'),
  )
  const unnamed = logs.filter(({ name }) => name === null).length
  const notes: string[] = []
  if (logs.length > 0 && unnamed === logs.length) {
    notes.push(
      'No file has the name that CloudTrail gave it: files are not in the matrix, and gaps are judged by the times of events.',
    )
  } else if (unnamed > 0) {
    notes.push(
      `${unnamed} files do not have the names that CloudTrail gave them: their deliveries are not counted.`,
    )
  }
  const unread = files.filter(({ name, kind }) => name !== null && kind === null).length
  if (unread > 0)
    notes.push(`${unread} files count as delivered, but could not be read: see coldtrail problems.`)
  if (digests.length === 0)
    notes.push('There are no digests in the archive, so they cannot show whether files were removed.')
  return [...notes, ...besideTrail(db), ...strangers(db, files), ...limitsOfRuns(db)]
}

/** Server access logs have no account or region in which they could be missing. */
function besideTrail(db: Connection): string[] {
  const isThere = readColumn(db, sql`SELECT 1 FROM access_log LIMIT 1`).length > 0
  return isThere
    ? [
        'Lines of S3 server access logs are in the case, too. They are delivered on a best-effort basis, and are not part of this: see coldtrail find window --kind access-log.',
      ]
    : []
}

/** Anonymised data sets have different accounts in file names and records. */
function strangers(db: Connection, files: readonly ArchiveFile[]): string[] {
  const named = new Set(files.flatMap(({ name }) => (name === null ? [] : [name.accountId])))
  const recorded = new Set(
    readColumn<string>(
      db,
      sql`SELECT DISTINCT recipient_account_id FROM place WHERE recipient_account_id IS NOT NULL`,
    ),
  )
  const only = (these: ReadonlySet<string>, those: ReadonlySet<string>) =>
    [...these].filter((account) => !those.has(account)).sort()
  if (named.size === 0 || recorded.size === 0 || [...named].some((account) => recorded.has(account)))
    return []
  const names = [only(named, recorded).join(', '), only(recorded, named).join(', ')]
  return [
    `File names are of account ${names[0] ?? ''}, records of ${names[1] ?? ''}: each has lines of its own in the matrix.`,
  ]
}

/** Files excluded from an index run look like missing ones. */
function limitsOfRuns(db: Connection): string[] {
  const limits = readColumn<string>(db, sql`SELECT arguments FROM runs ORDER BY id`)
    .flatMap(runArguments)
    .filter((word) => /^--(since|until|exclude)\b/.test(word))
  if (limits.length === 0) return []
  return [
    `Files were left out when the case was made (${[...new Set(limits)].join(', ')}): some of what looks missing may be there.`,
  ]
}
