/** What is committed must hold by itself, whenever somebody looks: every reference leads to a row, and every kind of question has an answer. */
import { expect } from 'vitest'
import { NO_FILTERS, type Subject } from '../../src/model/question.js'
import { askQuestion } from '../../src/query/find/run-question.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { checkReferences } from '../../src/verify/case/references.js'

interface Known {
  readonly event_id: string
  readonly request_id: string | null
  readonly event_time_ms: number | null
  readonly principal_arn: string | null
  readonly arn: string | null
}

/** The first event and the last one are asked for: the last is of the newest commit. */
export function expectCommitted(caseFile: string, what: unknown): void {
  const db = openReader(caseFile)
  try {
    expect({ what, references: checkReferences(db, false) }).toEqual({ what, references: [] })
    for (const end of ['min', 'max'] as const) {
      const known = anEvent(db, end)
      if (known !== undefined) expectFound(db, known, what)
    }
  } finally {
    db.close()
  }
}

function anEvent(db: Connection, end: 'min' | 'max'): Known | undefined {
  return db
    .prepare<[], Known>(
      `SELECT e.event_id, e.request_id, e.event_time_ms, e.principal_arn,
       (SELECT x.arn FROM event_resources x WHERE x.event_id = e.event_id LIMIT 1) AS arn
       FROM events e WHERE e.event_rowid = (SELECT ${end}(id) FROM event)`,
    )
    .get()
}

function expectFound(db: Connection, known: Known, what: unknown): void {
  const { event_id: eventId, request_id: requestId, event_time_ms: ms, principal_arn: principal, arn } = known
  const asked: readonly (Subject | null)[] = [
    requestId === null ? null : { kind: 'request', value: requestId },
    { kind: 'text', value: wordsOf(known), syntax: 'words' },
    { kind: 'window' },
    principal === null ? null : { kind: 'principal', value: principal },
    arn === null ? null : { kind: 'resource', value: arn },
  ]
  for (const subject of asked) {
    if (subject === null) continue
    const window = ms === null ? {} : { sinceMs: ms, untilMs: ms + 1 }
    const question = { ...subject, filters: NO_FILTERS, window }
    const found = Array.from(askQuestion(db, question, { order: 'asc' }).rows, (row) => row.event_id)
    expect({ what, subject, found }).toEqual({
      what,
      subject,
      found: expect.arrayContaining([eventId]) as string[],
    })
  }
}

/** A word of the shared values, or of the event itself. */
function wordsOf({ principal_arn: principal, event_id: eventId }: Known): string {
  return principal?.split('/').at(-1) ?? eventId
}
