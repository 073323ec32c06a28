/** The table `meta`: what the file says of itself. Its manifest says the same, and verify compares the two. */
import type { RowKind } from '../model/event.js'
import type { Connection } from '../store/open.js'
import type { Manifest } from './manifest.js'
import type { Redactor } from './redact.js'

export interface OutMeta {
  /** ISO time, UTC. */
  readonly created: string
  readonly caseLogicalDigest: string
  readonly caseCreatedBy: string | null
  readonly logicalDigest: string
  readonly notes: readonly string[]
}

export interface MetaPlan {
  readonly question: unknown
  readonly kinds: readonly RowKind[]
  readonly toolVersion: string
  readonly redactor: Redactor | null
}

export function writeMeta(out: Connection, meta: OutMeta, plan: MetaPlan): void {
  const { redactor } = plan
  const insert = out.prepare<[string, string | null]>('INSERT INTO meta VALUES (?, ?)')
  const values = {
    question: redactedJson(plan.question, redactor),
    kinds: plan.kinds.join(' '),
    notes: redactedJson(meta.notes, redactor),
    created_by: `coldtrail ${plan.toolVersion}`,
    created: meta.created,
    time: 'UTC; *_ms columns are milliseconds since 1970-01-01T00:00:00Z',
    case_logical_digest: meta.caseLogicalDigest,
    case_created_by: meta.caseCreatedBy,
    redacted:
      redactor === null
        ? 'no'
        : 'yes: account ids, key ids, addresses, names and tokens are keyed pseudonyms',
    logical_digest: meta.logicalDigest,
  }
  for (const [key, value] of Object.entries(values)) insert.run(key, value)
}

/** What was asked can name what must not be told. */
export function redactedJson(value: unknown, redactor: Redactor | null): string {
  const json = JSON.stringify(value)
  return redactor === null ? json : redactor.text(json)
}

/** What the file says of itself and the manifest does not. */
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
    read.get(key) === value ? [] : [`meta says another ${key} than the manifest`],
  )
  const isRedacted = read.get('redacted') !== 'no'
  return isRedacted === manifest.redacted
    ? findings
    : [...findings, 'meta says another redacted than the manifest']
}
