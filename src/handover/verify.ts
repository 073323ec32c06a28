/** Checks a hand-over file against its manifest, its signature, and itself. */
import { createHash, hash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { CaseError, EXIT } from '../model/case-error.js'
import { openPlainReader, type Connection } from '../store/open.js'
import { checkSignature, readManifest, sha256OfFile, type Manifest } from './manifest.js'
import { schemaDifference, schemaOf, type KnownSchema } from '../store/known-schema.js'
import {
  HANDOVER_APPLICATION_ID,
  OUT_APPEARANCES,
  OUT_DDL,
  OUT_EVENTS,
  OUT_INDEX_DDL,
  OUT_PRINCIPALS,
  OUT_PROBLEMS,
  OUT_RESOURCES,
  OUT_SOURCES,
} from './schema.js'
import { eventDigestLine } from './write.js'

export interface HandoverCheck {
  readonly file: string
  readonly manifest: Manifest
  readonly signature: string
  /** Empty when everything fits. */
  readonly findings: readonly string[]
}

export interface Signers {
  readonly file: string
  readonly identity: string
}

export function verifyHandover(out: string, signers: Signers | null): HandoverCheck {
  if (!existsSync(out)) throw new CaseError(`no file at ${out}`, { exit: EXIT.verificationFailed })
  const manifest = readManifest(out)
  const signature = checkSignature(out, signers)
  const findings: string[] = []
  if (signature.state === 'bad')
    findings.push(`the signature of the manifest does not hold: ${signature.detail}`)
  if (signers !== null && signature.state !== 'good')
    findings.push(`no good signature by ${signers.identity}: ${signature.detail}`)
  const size = statSync(out).size
  if (size !== manifest.size) findings.push(`size is ${size} bytes, the manifest says ${manifest.size}`)
  const sha256 = sha256OfFile(out)
  if (sha256 !== manifest.sha256) findings.push(`SHA-256 is ${sha256}, the manifest says ${manifest.sha256}`)
  for (const other of ['-journal', '-wal', '-shm'].map((end) => out + end)) {
    if (existsSync(other)) findings.push(`${other} lies beside it: SQLite would read changes from there`)
  }
  // Bytes that are not those of the manifest can be anything: they are not opened.
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
    return [...findings, ...checkCounts(db, manifest), ...checkEvents(db, manifest)]
  } catch (error) {
    return [`can not be read: ${(error as Error).message}`]
  } finally {
    db?.close()
  }
}

let known: KnownSchema | undefined

function knownSchema(): KnownSchema {
  return (known ??= schemaOf([...OUT_DDL, ...OUT_INDEX_DDL], []))
}

/** The digest covers the events; a row that is gone from another table shows by its number. */
const COUNTED = {
  events: OUT_EVENTS,
  appearances: OUT_APPEARANCES,
  resources: OUT_RESOURCES,
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

function checkEvents(db: Connection, manifest: Manifest): string[] {
  const findings: string[] = []
  const digest = createHash('sha256')
  // The order in which they were written: by time, ties by row.
  const ordered = db
    .prepare('SELECT event_id, record_sha256, record FROM events ORDER BY event_time_ms, id')
    .raw()
  for (const [eventId, sha256, record] of ordered.iterate() as IterableIterator<[string, string, string]>) {
    digest.update(eventDigestLine(eventId, sha256))
    // A redacted record is not the original, and bytes that are not UTF-8 do not come back from text.
    if (!manifest.redacted && hash('sha256', record) !== sha256 && !record.includes('\ufffd'))
      findings.push(`the record of event ${eventId} does not have its hash`)
  }
  if (digest.digest('hex') !== manifest.logical_digest)
    findings.push('the events are not those of the manifest (logical digest)')
  return findings
}
