/** Writes a hand-over file: the selected events and all that is needed to judge them, in one plain SQLite file. */
import { createHash } from 'node:crypto'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { CaseError } from '../model/case-error.js'
import type { Question } from '../model/question.js'
import { logicalDigest } from '../query/case-facts.js'
import { getMeta } from '../store/create.js'
import type { TableSpec } from '../store/schema.js'
import { openPlainWriter, type Connection } from '../store/open.js'
import { copyContext } from './context.js'
import type { Redactor } from './redact.js'
import {
  columnsOf,
  HANDOVER_APPLICATION_ID,
  OUT_APPEARANCES,
  OUT_DDL,
  OUT_EVENT_COLUMNS,
  OUT_EVENTS,
  OUT_INDEX_DDL,
  OUT_RESOURCES,
  OUT_TABLES,
} from './schema.js'
import { selectIds, Selection, type SelectedEvents, type Value } from './select.js'

export interface HandoverPlan {
  readonly casePath: string
  readonly out: string
  readonly question: Question
  readonly toolVersion: string
  /** Replaces names and numbers by pseudonyms; null keeps the evidence as it is. */
  readonly redactor: Redactor | null
  readonly onProgress: (events: number) => void
}

export interface HandoverCounts {
  readonly events: number
  readonly appearances: number
  readonly resources: number
  readonly sources: number
  readonly problems: number
  readonly principals: number
  /** SHA-256 over the events in order: eventID and record hash. */
  readonly logical_digest: string
}

/** @throws CaseError exit 2 when the file exists or can not be made. An unfinished file is removed. */
export function writeHandover(db: Connection, plan: HandoverPlan): HandoverCounts {
  createEmpty(plan.out)
  const out = openPlainWriter(plan.out)
  try {
    const counts = out.transaction(() => fill(db, out, plan))()
    out.exec('PRAGMA optimize')
    out.close()
    chmodSync(plan.out, 0o444)
    return counts
  } catch (error) {
    out.close()
    rmSync(plan.out, { force: true })
    throw error
  }
}

/** Exclusively: nobody else's file can come between the look and the writing. SQLite takes an empty file as a new database. */
function createEmpty(file: string): void {
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw code === 'EEXIST'
      ? new CaseError(`${file} exists already`, {
          hint: 'name a new file: a hand-over is never overwritten',
        })
      : new CaseError(`can not write ${file}: ${message}`, { hint: 'name a file in a folder of yours' })
  }
}

function fill(db: Connection, out: Connection, plan: HandoverPlan): HandoverCounts {
  for (const ddl of OUT_DDL) out.exec(ddl)
  out.pragma(`application_id = ${HANDOVER_APPLICATION_ID}`)
  const { events, appearances, resources, digest } = copyEvents(db, out, plan)
  const { sources, problems, principals } = copyContext(db, out, plan.redactor)
  for (const ddl of OUT_INDEX_DDL) out.exec(ddl)
  writeDictionary(out)
  const counts = { events, appearances, resources, sources, problems, principals, logical_digest: digest }
  writeMeta(db, out, plan, counts)
  return counts
}

function copyEvents(db: Connection, out: Connection, plan: HandoverPlan) {
  const selection = new Selection(db)
  const into = {
    events: inserter(out, 'events', OUT_EVENT_COLUMNS.length),
    appearances: inserter(out, 'appearances', 7),
    resources: inserter(out, 'event_resources', 7),
  }
  const totals = { events: 0, appearances: 0, resources: 0 }
  const digest = createHash('sha256')
  for (const ids of selectIds(db, plan.question)) {
    const read = selection.read(ids)
    const kept = plan.redactor === null ? read : redacted(read, plan.redactor)
    for (const name of ['events', 'appearances', 'resources'] as const) {
      for (const row of kept[name]) into[name].run(...row)
      totals[name] += kept[name].length
    }
    for (const row of kept.events)
      digest.update(eventDigestLine(row[EVENT_ID_AT] ?? null, row[RECORD_HASH_AT] ?? null))
    plan.onProgress(totals.events)
  }
  return { ...totals, digest: digest.digest('hex') }
}

/** What the logical digest covers of an event. */
export function eventDigestLine(eventId: Value, recordSha256: Value): string {
  return `${eventId} ${recordSha256}\n`
}

const EVENT_ID_AT = OUT_EVENT_COLUMNS.indexOf('event_id')
const RECORD_HASH_AT = OUT_EVENT_COLUMNS.indexOf('record_sha256')

function redacted(read: SelectedEvents, redactor: Redactor): SelectedEvents {
  const rows = (table: TableSpec, found: readonly Value[][]): Value[][] => {
    const columns = columnsOf(table)
    return found.map((row) => redactor.row(columns, row))
  }
  return {
    events: rows(OUT_EVENTS, read.events),
    appearances: rows(OUT_APPEARANCES, read.appearances),
    resources: rows(OUT_RESOURCES, read.resources),
  }
}

function inserter(out: Connection, table: string, columns: number) {
  return out.prepare<Value[]>(
    `INSERT INTO ${table} VALUES (${Array.from({ length: columns }, () => '?').join(', ')})`,
  )
}

function writeDictionary(out: Connection): void {
  const insert = inserter(out, 'data_dictionary', 4)
  for (const table of OUT_TABLES) {
    insert.run(table.name, '*', null, table.meaning)
    for (const column of table.columns) insert.run(table.name, column.name, column.type, column.meaning)
  }
  insert.run(
    'events_fts',
    '*',
    null,
    'Full text of the records: SELECT … FROM events WHERE id IN (SELECT rowid FROM events_fts WHERE events_fts MATCH …)',
  )
  insert.run('events_fts', 'record', 'TEXT', 'For MATCH')
}

function writeMeta(db: Connection, out: Connection, plan: HandoverPlan, counts: HandoverCounts): void {
  const set = inserter(out, 'meta', 2)
  const { redactor } = plan
  const question = JSON.stringify(plan.question)
  set.run('question', redactor === null ? question : redactor.text(question))
  set.run('created_by', `coldtrail ${plan.toolVersion}`)
  set.run('created', new Date().toISOString())
  set.run('time', 'UTC; *_ms columns are milliseconds since 1970-01-01T00:00:00Z')
  set.run('case_logical_digest', logicalDigest(db))
  set.run('case_created_by', getMeta(db, 'created_by'))
  set.run(
    'redacted',
    redactor === null ? 'no' : 'yes: account ids, key ids, addresses, names and tokens are keyed pseudonyms',
  )
  set.run('logical_digest', counts.logical_digest)
}
