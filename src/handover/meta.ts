/** The table `meta`, the file's description of itself. The manifest repeats it, and verify compares the two. */
import type { RowKind } from '../model/event.js'
import type { Connection } from '../store/open.js'
import type { Manifest } from './manifest.js'
import { REDACTION_LIMIT } from './redaction/redactor.js'
import type { Asked } from './asked.js'

export interface OutMeta {
  /** ISO time, UTC. */
  readonly created: string
  readonly caseLogicalDigest: string
  readonly caseCreatedBy: string | null
  readonly logicalDigest: string
  readonly notes: readonly string[]
}

export interface MetaPlan {
  readonly kinds: readonly RowKind[]
  readonly toolVersion: string
  readonly asked: Asked
}

export function writeMeta(out: Connection, meta: OutMeta, plan: MetaPlan): void {
  const { asked } = plan
  const insert = out.prepare<[string, string | null]>('INSERT INTO meta VALUES (?, ?)')
  const values = {
    question: JSON.stringify(asked.question),
    kinds: plan.kinds.join(' '),
    notes: JSON.stringify(meta.notes.map(asked.note)),
    created_by: `coldtrail ${plan.toolVersion}`,
    created: meta.created,
    time: 'UTC; *_ms columns are milliseconds since 1970-01-01T00:00:00Z',
    case_logical_digest: meta.caseLogicalDigest,
    case_created_by: meta.caseCreatedBy,
    redacted: asked.isRedacted ? `yes: ${REDACTED}. ${REDACTION_LIMIT}` : 'no',
    logical_digest: meta.logicalDigest,
  }
  for (const [key, value] of Object.entries(values)) insert.run(key, value)
}

const REDACTED = 'account ids, key ids, addresses, names and secrets are keyed pseudonyms'

/** Where meta and manifest differ. */
export function checkMeta(out: Connection, manifest: Manifest): string[] {
  const read = out.prepare<[string], string | null>('SELECT value FROM meta WHERE key = ?').pluck()
  const expected = {
    question: JSON.stringify(manifest.question),
    kinds: manifest.kinds.join(' '),
    notes: JSON.stringify(manifest.notes),
    created: manifest.created,
    created_by: `coldtrail ${manifest.versions['coldtrail'] ?? ''}`,
    case_logical_digest: manifest.case_logical_digest,
    logical_digest: manifest.logical_digest,
  }
  const findings = Object.entries(expected).flatMap(([key, value]) =>
    read.get(key) === value ? [] : [`${key} differs between meta and manifest`],
  )
  const isRedacted = read.get('redacted') !== 'no'
  return isRedacted === manifest.redacted
    ? findings
    : [...findings, 'redacted differs between meta and manifest']
}
