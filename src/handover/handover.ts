/** Makes a hand-over: the file, its manifest, and on request a signature and the table of pseudonyms. */
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { CaseError, EXIT } from '../model/case-error.js'
import type { RowKind } from '../model/event.js'
import { isNoSpace } from '../model/no-space.js'
import type { Question } from '../model/question.js'
import { logicalDigest } from '../query/case/case-facts.js'
import { getMeta } from '../store/create.js'
import { refuseAmongEvidence } from '../store/evidence-places.js'
import { closeReader, openReader, type Connection } from '../store/open.js'
import { UnfinishedFiles } from '../store/unfinished-files.js'
import { signManifest, writeManifest, type Manifest } from './manifest.js'
import { asked, learnQuestion } from './asked.js'
import { awsWords, learnCase } from './redaction/case-values.js'
import { REDACTION_LIMIT, Redactor } from './redaction/redactor.js'
import { readVersions } from './versions.js'
import { selectedRecords, writeHandover, type OutFacts, type WrittenFile } from './write.js'

export interface HandoverOrder {
  readonly casePath: string
  readonly out: string
  readonly question: Question
  /** Kinds of rows; a kind that the case lacks yields none. */
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
  readonly notes: readonly string[]
}

export function makeHandover(order: HandoverOrder): HandoverResult {
  refuseNoKey(order)
  const db = openReader(order.casePath)
  try {
    refuseAmongEvidence(db, order.out, 'name a file in another folder')
    return makeWhole(order.out, (out) => fill(db, { ...order, out }))
  } finally {
    closeReader(db)
  }
}

/** Renames all files into place only when all are complete. */
function makeWhole(out: string, make: (out: string) => Omit<HandoverResult, 'files'>): HandoverResult {
  const made = new UnfinishedFiles(out, ENDS)
  try {
    return { ...make(made.path), files: made.publish() }
  } catch (error) {
    made.discard()
    throw isNoSpace(error) ? noSpaceFor(out, error) : error
  }
}

function fill(db: Connection, order: HandoverOrder): Omit<HandoverResult, 'files'> {
  const facts = {
    created: new Date().toISOString(),
    caseLogicalDigest: logicalDigest(db),
    caseCreatedBy: getMeta(db, 'created_by'),
  }
  const { file, redactor } = order.redact ? writeRedacted(db, order, facts) : writeAsIs(db, order, facts)
  const { question, note } = asked(order.question, redactor)
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
  if (redactor !== null) writeMapping(order.out, redactor)
  if (order.signKey !== undefined) signManifest(order.out, order.signKey)
  return { manifest, notes: file.notes }
}

function noSpaceFor(out: string, cause: unknown): CaseError {
  return new CaseError(`no space left for ${out}: nothing was left of it`, {
    exit: EXIT.diskFull,
    hint: 'make room, or name a file on another disk',
    cause,
  })
}

/** A leftover manifest or signature of another file would be taken for ours. */
const ENDS = ['', '.manifest.json', '.pseudonyms.json', '.manifest.json.sig']

function refuseNoKey({ signKey }: HandoverOrder): void {
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

/** Two passes: a name learned from the last record is replaced in the first. */
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

function writeMapping(out: string, redactor: Redactor): void {
  const file = mappingPath(out)
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(redactor.mapping), null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
  })
}
