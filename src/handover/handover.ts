/** A hand-over from question to signed files: the file, its manifest, and when asked a signature and the table of pseudonyms. */
import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, rmSync, writeFileSync } from 'node:fs'
import { CaseError } from '../model/case-error.js'
import type { RowKind } from '../model/event.js'
import type { Question } from '../model/question.js'
import { logicalDigest } from '../query/case/case-facts.js'
import { getMeta } from '../store/create.js'
import { openReader, type Connection } from '../store/open.js'
import { manifestPath, signManifest, writeManifest, type Manifest } from './manifest.js'
import { asked, learnQuestion } from './asked.js'
import { awsWords, learnCase } from './redaction/case-values.js'
import { REDACTION_LIMIT, Redactor } from './redaction/redactor.js'
import { readVersions } from './versions.js'
import { selectedRecords, writeHandover, type OutFacts, type WrittenFile } from './write.js'

export interface HandoverOrder {
  readonly casePath: string
  readonly out: string
  readonly question: Question
  /** Of which rows; a kind that the case does not hold gives none. */
  readonly kinds: readonly RowKind[]
  readonly toolVersion: string
  readonly redact: boolean
  /** Private key for ssh-keygen; undefined leaves the manifest unsigned. */
  readonly signKey: string | undefined
  readonly onProgress: (rows: number) => void
}

export interface HandoverResult {
  readonly manifest: Manifest
  readonly files: readonly string[]
  /** How the question was understood. */
  readonly notes: readonly string[]
}

export function makeHandover(order: HandoverOrder): HandoverResult {
  refuseExisting(order)
  const db = openReader(order.casePath)
  try {
    const facts = {
      created: new Date().toISOString(),
      caseLogicalDigest: logicalDigest(db),
      caseCreatedBy: getMeta(db, 'created_by'),
    }
    const written = order.redact ? writeRedacted(db, order, facts) : writeAsIs(db, order, facts)
    return release(db, order, facts, written)
  } finally {
    db.close()
  }
}

/** All or nothing: what was written is taken back when the rest can not be. */
function release(
  db: Connection,
  order: HandoverOrder,
  facts: OutFacts,
  { file, redactor }: Written,
): HandoverResult {
  const { question, note } = asked(order.question, redactor)
  try {
    const manifest = writeManifest(order.out, {
      logical_digest: file.logicalDigest,
      case_logical_digest: facts.caseLogicalDigest,
      counts: file.counts,
      tables: file.tables,
      question,
      kinds: [...order.kinds],
      notes: file.notes.map(note),
      redacted: redactor !== null,
      redaction_limit: redactor === null ? null : REDACTION_LIMIT,
      created: facts.created,
      versions: { ...readVersions(db), coldtrail: order.toolVersion },
    })
    const files = [order.out, manifestPath(order.out)]
    if (redactor !== null) files.push(writeMapping(order.out, redactor))
    if (order.signKey !== undefined) files.push(signManifest(order.out, order.signKey))
    return { manifest, files, notes: file.notes }
  } catch (error) {
    for (const file of filesOf(order)) rmSync(file, { force: true })
    throw error
  }
}

function filesOf({ out, redact, signKey }: HandoverOrder): string[] {
  const manifest = manifestPath(out)
  return [
    out,
    manifest,
    ...(redact ? [mappingPath(out)] : []),
    ...(signKey === undefined ? [] : [`${manifest}.sig`]),
  ]
}

/** A manifest or signature of another file beside ours would be taken for ours. */
function refuseExisting({ out, signKey }: HandoverOrder): void {
  const manifest = manifestPath(out)
  for (const file of [out, manifest, `${manifest}.sig`, mappingPath(out)]) {
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined)
      throw new CaseError(`${file} exists already`, {
        hint: 'name a new file: a hand-over is never overwritten',
      })
  }
  if (signKey !== undefined && !existsSync(signKey))
    throw new CaseError(`no key at ${signKey}`, {
      hint: 'name a private key: ssh-keygen -t ed25519 -f KEY',
    })
}

interface Written {
  readonly file: WrittenFile
  readonly redactor: Redactor | null
}

function writeAsIs(db: Connection, order: HandoverOrder, facts: OutFacts): Written {
  return { file: writeHandover(db, { ...order, redactor: null }, facts), redactor: null }
}

/** Everything is read once before it is written: what is a name in the last record is replaced in the first. */
function writeRedacted(db: Connection, order: HandoverOrder, facts: OutFacts): Written {
  const redactor = new Redactor(randomBytes(32), awsWords(db))
  learnCase(db, redactor)
  learnQuestion(order.question, redactor)
  for (const record of selectedRecords(db, order)) redactor.learn(record)
  return { file: writeHandover(db, { ...order, redactor }, facts), redactor }
}

function mappingPath(out: string): string {
  return `${out}.pseudonyms.json`
}

function writeMapping(out: string, redactor: Redactor): string {
  const file = mappingPath(out)
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(redactor.mapping), null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
  })
  return file
}
