/** A hand-over from question to signed files: the file, its manifest, and when asked a signature and the table of pseudonyms. */
import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, rmSync, writeFileSync } from 'node:fs'
import { CaseError, EXIT } from '../model/case-error.js'
import type { RowKind } from '../model/event.js'
import type { Question } from '../model/question.js'
import { logicalDigest } from '../query/case/case-facts.js'
import { getMeta } from '../store/create.js'
import { openPlainReader, openReader, type Connection } from '../store/open.js'
import { manifestPath, signManifest, writeManifest, type Manifest } from './manifest.js'
import { findLeaks } from './leaks.js'
import { Redactor } from './redact.js'
import { CANONICAL_ID, readSecrets, type Secrets } from './secrets.js'
import { redactedJson } from './meta.js'
import { readVersions } from './versions.js'
import { writeHandover, type OutFacts, type WrittenFile } from './write.js'

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
  const released = (value: unknown): unknown => JSON.parse(redactedJson(value, redactor))
  try {
    const manifest = writeManifest(order.out, {
      logical_digest: file.logicalDigest,
      case_logical_digest: facts.caseLogicalDigest,
      counts: file.counts,
      tables: file.tables,
      question: released(order.question),
      kinds: [...order.kinds],
      notes: released(file.notes) as string[],
      redacted: redactor !== null,
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

/**
 * Nothing is released that still holds an original. A name that only a later record showed to be one is found by the search,
 * and the file is written again with what is known by then.
 */
function writeRedacted(db: Connection, order: HandoverOrder, facts: OutFacts): Written {
  const key = randomBytes(32)
  const known = readSecrets(db)
  const { question } = order
  // Who was asked for is one, whether the case knows the name or not.
  const secrets =
    question.kind === 'principal' ? { ...known, names: [...known.names, question.value] } : known
  let leaks: string[] = []
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const redactor = new Redactor(key, withLeaks(secrets, leaks))
    const file = writeHandover(db, { ...order, redactor }, facts)
    const found = leaksIn(order.out, redactor)
    if (found.length === 0) return { file, redactor }
    rmSync(order.out)
    leaks = [...new Set([...leaks, ...found])]
  }
  throw new CaseError(`the redacted file still held ${leaks.length} original values; it was removed`, {
    exit: EXIT.verificationFailed,
    hint: `first of them: ${leaks.slice(0, 3).join(', ')}`,
  })
}

function withLeaks(secrets: Secrets, leaks: readonly string[]): Secrets {
  const isId = (leak: string) => CANONICAL_ID.test(leak)
  return {
    ...secrets,
    names: [...secrets.names, ...leaks.filter((leak) => !isId(leak))],
    canonicalIds: [...secrets.canonicalIds, ...leaks.filter(isId)],
  }
}

const MOST_ATTEMPTS = 3

function leaksIn(out: string, redactor: Redactor): string[] {
  const made: Connection = openPlainReader(out)
  try {
    return findLeaks(made, redactor.secrets)
  } finally {
    made.close()
  }
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
