/** A hand-over from question to signed files: the file, its manifest, and when asked a signature and the table of pseudonyms. */
import { randomBytes } from 'node:crypto'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { CaseError, EXIT } from '../model/case-error.js'
import type { Question } from '../model/question.js'
import { logicalDigest } from '../query/case-facts.js'
import { openPlainReader, openReader, type Connection } from '../store/open.js'
import { manifestPath, signManifest, writeManifest, type Manifest } from './manifest.js'
import { findLeaks, readNames, Redactor } from './redact.js'
import { readVersions } from './versions.js'
import { writeHandover } from './write.js'

export interface HandoverOrder {
  readonly casePath: string
  readonly out: string
  readonly question: Question
  readonly toolVersion: string
  readonly redact: boolean
  /** Private key for ssh-keygen; undefined leaves the manifest unsigned. */
  readonly signKey: string | undefined
  readonly onProgress: (events: number) => void
}

export interface HandoverResult {
  readonly manifest: Manifest
  readonly files: readonly string[]
}

export function makeHandover(order: HandoverOrder): HandoverResult {
  const db = openReader(order.casePath)
  try {
    const redactor = order.redact ? new Redactor(randomBytes(32), readNames(db)) : null
    const counts = writeHandover(db, { ...order, redactor })
    if (redactor !== null) refuseLeaks(order.out, redactor)
    const { logical_digest, ...numbers } = counts
    const manifest = writeManifest(order.out, {
      logical_digest,
      case_logical_digest: logicalDigest(db),
      counts: numbers,
      question:
        redactor === null
          ? order.question
          : (JSON.parse(redactor.text(JSON.stringify(order.question))) as unknown),
      redacted: redactor !== null,
      created: new Date().toISOString(),
      versions: readVersions(db),
    })
    const files = [order.out, manifestPath(order.out)]
    if (redactor !== null) files.push(writeMapping(order.out, redactor))
    if (order.signKey !== undefined) files.push(signManifest(order.out, order.signKey))
    return { manifest, files }
  } finally {
    db.close()
  }
}

/** Nothing is released that still holds an original. */
function refuseLeaks(out: string, redactor: Redactor): void {
  const made: Connection = openPlainReader(out)
  const leaks = findLeaks(made, redactor.mapping)
  made.close()
  if (leaks.length === 0) return
  chmodSync(out, 0o600)
  rmSync(out)
  throw new CaseError(`the redacted file still held ${leaks.length} original values; it was removed`, {
    exit: EXIT.verificationFailed,
    hint: `first of them: ${leaks.slice(0, 3).join(', ')}`,
  })
}

function writeMapping(out: string, redactor: Redactor): string {
  const file = `${out}.pseudonyms.json`
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(redactor.mapping), null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
  })
  return file
}
