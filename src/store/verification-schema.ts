/** Tables that `coldtrail digest verify` adds to a case when it has something to store. */
import { FILE_STATES } from '../model/verification.js'
import type { Connection } from './connection.js'
import { describeTable } from './describe-table.js'
import { createTable, type TableSpec } from './schema.js'
import { int, text } from './column-spec.js'

export const VERIFICATION: TableSpec = {
  name: 'verification',
  meaning: 'One row per validation of the CloudTrail digests among the sources (coldtrail digest verify).',
  columns: [
    int('id', 'Number', 'PRIMARY KEY'),
    text('started', 'UTC', 'NOT NULL'),
    text('finished', 'UTC; null when it did not end: its rows do not count'),
    text('tool_version', 'Version of coldtrail', 'NOT NULL'),
    text('keys_sha256', 'JSON array: SHA-256 of each file of public keys that was given', 'NOT NULL'),
    text('counts', 'JSON: files by kind and state'),
    text('gaps', 'JSON array: times without digests, by trail, account and region'),
    text('statement', 'JSON array of sentences: what was done, what it shows, what it does not establish'),
    text('row_hash', 'SHA-256 over the columns above, its rows of verification_file and the row_hash before'),
  ],
}

const VERIFICATION_FILE: TableSpec = {
  name: 'verification_file',
  meaning: 'Result of a validation for each file. The newest finished validation counts.',
  columns: [
    int('run', 'verification.id', 'NOT NULL'),
    text('kind', 'digest, log, lake-sign, lake-result', 'NOT NULL'),
    int('source_id', 'source.id; null when the file is MISSING'),
    text('s3_key', 's3://bucket/key as a digest names it; null where no digest does'),
    text('state', 'A closed list, described in the rows =value', 'NOT NULL'),
    text('reason', 'In words'),
    int('digest_source_id', 'source.id of the digest or sign file that decided'),
    text('fingerprint', 'Fingerprint of the public key that its signature was checked with'),
  ],
}

export const VERIFICATION_TABLES: readonly TableSpec[] = [VERIFICATION, VERIFICATION_FILE]
const VERIFICATION_INDEX = 'verification_file_by_source'

export function createVerificationTables(db: Connection): void {
  db.transaction(() => {
    for (const table of VERIFICATION_TABLES) {
      db.exec(createTable(table).replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'))
      describeTable(db, table, table === VERIFICATION_FILE ? FILE_STATES : {})
    }
    db.exec(`CREATE INDEX IF NOT EXISTS ${VERIFICATION_INDEX} ON verification_file (source_id)`)
  })()
}
