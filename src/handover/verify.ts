/** Checks a hand-over file against its manifest, its signature, and itself. */
import { hash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { CaseError, EXIT } from '../model/case-error.js'
import { openPlainReader, type Connection } from '../store/open.js'
import { checkSignature, isRegular, readManifest, sha256OfFile, type Manifest } from './manifest.js'
import { digestTables, logicalDigestOf } from './digest.js'
import { checkMeta } from './meta.js'
import type { TableSpec } from '../store/schema.js'
import { differingWord } from '../store/compare-texts.js'
import { schemaDifference, schemaOf, type KnownSchema } from '../store/known-schema.js'
import {
  HANDOVER_APPLICATION_ID,
  OUT_ACCESS_LOGS,
  OUT_AGGREGATES,
  OUT_APPEARANCES,
  OUT_DDL,
  OUT_EVENTS,
  OUT_INDEX_DDL,
  OUT_PRINCIPALS,
  OUT_PROBLEMS,
  OUT_RESOURCES,
  OUT_SOURCES,
} from './schema.js'

export interface HandoverCheck {
  readonly file: string
  readonly manifest: Manifest
  readonly signature: string
  /** Empty if everything matches. */
  readonly findings: readonly string[]
}

export interface Signers {
  readonly file: string
  readonly identity: string
}

export function verifyHandover(out: string, signers: Signers | null): HandoverCheck {
  if (!isRegular(out)) {
    throw new CaseError(`no file at ${out}`, {
      exit: EXIT.verificationFailed,
      hint: 'name a file written by coldtrail handoff; its manifest must be next to it',
    })
  }
  const manifest = readManifest(out)
  const signature = checkSignature(out, signers)
  const findings: string[] = []
  if (signature.state === 'bad')
    findings.push(`the signature of the manifest is invalid: ${signature.detail}`)
  if (signers !== null && signature.state !== 'good')
    findings.push(`no good signature by ${signers.identity}: ${signature.detail}`)
  const { size } = statSync(out)
  if (size !== manifest.size) findings.push(`size is ${size} bytes, the manifest says ${manifest.size}`)
  const sha256 = sha256OfFile(out)
  if (sha256 !== manifest.sha256) findings.push(`SHA-256 is ${sha256}, the manifest says ${manifest.sha256}`)
  for (const other of ['-journal', '-wal', '-shm'].map((end) => out + end)) {
    if (existsSync(other)) findings.push(`${other} exists: SQLite would read changes from it`)
  }
  // Without a matching hash the file can be anything: it is not opened.
  if (sha256 === manifest.sha256) findings.push(...checkContent(out, manifest))
  return { file: out, manifest, signature: `${signature.state}: ${signature.detail}`, findings }
}

function checkContent(out: string, manifest: Manifest): string[] {
  let db: Connection | undefined
  try {
    db = openPlainReader(out)
    const findings: string[] = []
    if (db.pragma('application_id', { simple: true }) !== HANDOVER_APPLICATION_ID)
      return ['not a hand-over file (application id)']
    const foreign = schemaDifference(db, knownSchema())
    if (foreign !== null) return [`not the tables of a hand-over file: ${foreign}`]
    for (const { integrity_check } of db.pragma('integrity_check(20)') as { integrity_check: string }[]) {
      if (integrity_check !== 'ok') findings.push(`SQLite: ${integrity_check}`)
    }
    return [
      ...findings,
      ...checkCounts(db, manifest),
      ...checkRecords(db, manifest),
      ...checkWords(db),
      ...checkDigests(db, manifest),
      ...checkMeta(db, manifest),
    ]
  } catch (error) {
    return [`cannot be read: ${(error as Error).message}`]
  } finally {
    db?.close()
  }
}

let known: KnownSchema | undefined

function knownSchema(): KnownSchema {
  return (known ??= schemaOf([...OUT_DDL, ...OUT_INDEX_DDL], []))
}

/** By their names in the manifest. */
const COUNTED = {
  events: OUT_EVENTS,
  appearances: OUT_APPEARANCES,
  resources: OUT_RESOURCES,
  access_log_lines: OUT_ACCESS_LOGS,
  aggregates: OUT_AGGREGATES,
  sources: OUT_SOURCES,
  problems: OUT_PROBLEMS,
  principals: OUT_PRINCIPALS,
} as const

function checkCounts(db: Connection, { counts }: Manifest): string[] {
  const findings: string[] = []
  for (const [name, table] of Object.entries(COUNTED)) {
    const count = db.prepare<unknown[], number>(`SELECT count(*) FROM ${table.name}`).pluck().get() ?? 0
    if (count !== counts[name]) findings.push(`${count} ${name}, the manifest says ${counts[name] ?? 0}`)
  }
  return findings
}

/** Tables with records, and the column that names a row. */
const RECORDS: readonly (readonly [table: TableSpec, name: string, what: string])[] = [
  [OUT_EVENTS, 'event_id', 'record of event'],
  [OUT_ACCESS_LOGS, 'coalesce(request_id, id)', 'line of request'],
  [OUT_AGGREGATES, 'coalesce(event_id, id)', 'record of aggregated event'],
]

type RecordRow = readonly [
  name: string | number,
  sha256: string | null,
  record: string | null,
  bytes: Buffer | null,
]

/** The hash of a redacted record is that of the original, for those who have it. */
function checkRecords(db: Connection, { redacted }: Manifest): string[] {
  if (redacted) return []
  const findings: string[] = []
  for (const [table, name, what] of RECORDS) {
    const rows = db
      .prepare<unknown[], RecordRow>(`SELECT ${name}, record_sha256, record, record_bytes FROM ${table.name}`)
      .raw()
    for (const row of rows.iterate()) {
      if (!isWhole(row)) findings.push(`the ${what} ${row[0]} does not match its hash`)
    }
  }
  return findings
}

/** Bytes that are not text are stored next to their text form. */
function isWhole([, sha256, record, bytes]: RecordRow): boolean {
  if (record === null) return false
  if (bytes !== null && bytes.toString('utf8') !== record) return false
  return hash('sha256', bytes ?? record) === sha256
}

/** Compares the full text with one rebuilt from the records, word by word. */
function checkWords(db: Connection): string[] {
  // The file stays read-only: the rebuilt index is in a temporary database.
  db.pragma('query_only = OFF')
  return ['events', 'access_logs'].flatMap((table) => {
    db.exec(
      `CREATE VIRTUAL TABLE temp.made_${table} USING fts5(record, content='', tokenize="unicode61 remove_diacritics 0");
       INSERT INTO temp.made_${table} (rowid, record) SELECT id, record FROM main.${table}`,
    )
    const differing = differingWord(db, `main.${table}_fts`, `temp.made_${table}`)
    return differing === null
      ? []
      : [`the full text of ${table} has other words than the records: ${differing}`]
  })
}

function checkDigests(db: Connection, manifest: Manifest): string[] {
  const tables = digestTables(db)
  const findings = Object.entries(tables)
    .filter(([table, digest]) => manifest.tables[table] !== digest)
    .map(([table]) => `the rows of ${table} do not match the manifest`)
  return logicalDigestOf(tables) === manifest.logical_digest
    ? findings
    : [...findings, 'the rows do not match the manifest (logical digest)']
}
