/** Writes a hand-over file: the selection and everything needed to judge it, in one plain SQLite file. */
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { CaseError } from '../model/case-error.js'
import { ROW_KINDS, type RowKind } from '../model/event.js'
import type { Question } from '../model/question.js'
import { openPlainWriter, type Connection } from '../store/open.js'
import { refuseSideFiles } from '../store/side-files.js'
import { asked } from './asked.js'
import { copyContext } from './context.js'
import { digestTables, logicalDigestOf, type OutDigests } from './digest.js'
import { writeMeta, type OutMeta } from './meta.js'
import type { Redactor } from './redaction/redactor.js'
import type { Selection, TableRows, Value } from './rows.js'
import { columnsOf, HANDOVER_APPLICATION_ID, OUT_DDL, OUT_INDEX_DDL, OUT_TABLES } from './schema.js'
import { AggregateSelection, chooseAggregates } from './select-aggregates.js'
import { chooseEvents, EventSelection, type Chosen } from './select-events.js'
import { chooseLines, LineSelection } from './select-lines.js'

export interface HandoverPlan {
  readonly casePath: string
  readonly out: string
  readonly question: Question
  readonly kinds: readonly RowKind[]
  readonly toolVersion: string
  /** Replaces names and numbers by pseudonyms; null keeps the evidence as is. */
  readonly redactor: Redactor | null
  readonly onProgress: (rows: number) => void
}

/** Rows of each table, by its name in the manifest. */
export type HandoverCounts = Readonly<Record<CountedTable | CopiedTable, number>>
type CountedTable = 'sources' | 'problems' | 'principals'

export interface WrittenFile {
  readonly counts: HandoverCounts
  readonly tables: OutDigests
  readonly logicalDigest: string
  readonly notes: readonly string[]
}

/** @throws CaseError exit 2 if the file exists or cannot be created. Removes an unfinished file. */
export function writeHandover(db: Connection, plan: HandoverPlan, facts: OutFacts): WrittenFile {
  createEmpty(plan.out)
  const out = openPlainWriter(plan.out)
  try {
    const written = out.transaction(() => fill(db, out, plan, facts))()
    out.exec('PRAGMA optimize')
    out.close()
    chmodSync(plan.out, 0o444)
    return written
  } catch (error) {
    out.close()
    rmSync(plan.out, { force: true })
    throw error
  }
}

/** O_EXCL: no other file can appear between check and write. SQLite takes an empty file for a new database. */
function createEmpty(file: string): void {
  refuseSideFiles(file)
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw code === 'EEXIST'
      ? new CaseError(`${file} exists already`, {
          hint: 'name a new file: a hand-over is never overwritten',
        })
      : new CaseError(`cannot write ${file}: ${message}`, { hint: 'name a file in a folder of yours' })
  }
}

/** Repeated word for word in the manifest. */
export type OutFacts = Omit<OutMeta, 'notes' | 'logicalDigest'>

function fill(db: Connection, out: Connection, plan: HandoverPlan, facts: OutFacts): WrittenFile {
  for (const ddl of OUT_DDL) out.exec(ddl)
  out.pragma(`application_id = ${HANDOVER_APPLICATION_ID}`)
  const { copied, notes } = copySelected(db, out, plan)
  const counts = { ...copied, ...copyContext(db, out, plan.redactor) }
  for (const ddl of OUT_INDEX_DDL) out.exec(ddl)
  writeDictionary(out)
  const tables = digestTables(out)
  const logicalDigest = logicalDigestOf(tables)
  writeMeta(out, { ...facts, notes, logicalDigest }, { ...plan, asked: asked(plan.question, plan.redactor) })
  return { counts, tables, logicalDigest, notes }
}

interface KindSource {
  readonly choose: (db: Connection, question: Question) => Chosen
  readonly open: (db: Connection) => Selection
}

const SOURCES: Readonly<Record<RowKind, KindSource>> = {
  event: { choose: chooseEvents, open: (db) => new EventSelection(db) },
  'access-log': { choose: chooseLines, open: (db) => new LineSelection(db) },
  aggregate: { choose: chooseAggregates, open: (db) => new AggregateSelection(db) },
}

/** Table → its name in the counts. */
const COPIED = {
  events: 'events',
  appearances: 'appearances',
  event_resources: 'resources',
  access_logs: 'access_log_lines',
  aggregates: 'aggregates',
} as const
type CopiedTable = (typeof COPIED)[keyof typeof COPIED]

function copySelected(db: Connection, out: Connection, plan: HandoverPlan) {
  const into = new TableInserts(out, plan.redactor)
  const notes = new Set<string>()
  let read = 0
  for (const helping of selected(db, plan, notes)) {
    for (const rows of helping.tables) into.add(rows)
    read += helping.count
    plan.onProgress(read)
  }
  const entries = Object.entries(COPIED).map(([table, name]) => [name, into.counts.get(table) ?? 0])
  return { copied: Object.fromEntries(entries) as Record<CopiedTable, number>, notes: [...notes] }
}

export interface Helping {
  readonly count: number
  readonly tables: readonly TableRows[]
}

/** @param notes collects how the question was understood */
export function* selected(
  db: Connection,
  { kinds, question }: Pick<HandoverPlan, 'kinds' | 'question'>,
  notes = new Set<string>(),
): Generator<Helping> {
  for (const kind of ROW_KINDS.filter((one) => kinds.includes(one))) {
    const chosen = SOURCES[kind].choose(db, question)
    for (const note of chosen.notes) notes.add(note)
    const selection = SOURCES[kind].open(db)
    for (const ids of helpings(chosen.ids)) yield { count: ids.length, tables: selection.read(ids) }
  }
}

/** The exact texts of all selected records. */
export function* selectedRecords(
  db: Connection,
  plan: Pick<HandoverPlan, 'kinds' | 'question'>,
): Generator<string> {
  for (const { tables } of selected(db, plan)) {
    for (const { table, rows } of tables) {
      const column = columnsOf(table).indexOf('record')
      if (column < 0) continue
      for (const row of rows) yield row[column] as string
    }
  }
}

const HELPING = 500

function* helpings(ids: Iterable<number>): Generator<number[]> {
  let helping: number[] = []
  for (const id of ids) {
    if (helping.push(id) < HELPING) continue
    yield helping
    helping = []
  }
  if (helping.length > 0) yield helping
}

class TableInserts {
  readonly counts = new Map<string, number>()
  readonly #statements = new Map<string, ReturnType<typeof inserter>>()

  constructor(
    private readonly out: Connection,
    private readonly redactor: Redactor | null,
  ) {}

  add({ table, rows }: TableRows): void {
    const columns = columnsOf(table)
    const insert = this.#statements.get(table.name) ?? inserter(this.out, table.name, columns.length)
    this.#statements.set(table.name, insert)
    for (const row of rows) insert.run(...(this.redactor === null ? row : this.redactor.row(columns, row)))
    this.counts.set(table.name, (this.counts.get(table.name) ?? 0) + rows.length)
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
  for (const table of ['events', 'access_logs']) {
    const words = `${table}_fts`
    const how = `SELECT … FROM ${table} WHERE id IN (SELECT rowid FROM ${words} WHERE ${words} MATCH …)`
    insert.run(words, '*', null, `Full text of the records: ${how}`)
    insert.run(words, 'record', 'TEXT', 'For MATCH')
  }
}
