/** Writes what was selected in the form of another tool, and says what was changed for it. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, rmSync, statSync, writeFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { CaseError } from '../../model/case-error.js'
import { EVENT_COLUMNS, type EventRow, type RowKind } from '../../model/event.js'
import type { Question } from '../../model/question.js'
import { RecordReader } from '../../store/record-reader.js'
import { digestStates } from '../../store/verification.js'
import { askKinds } from '../../query/find/all-kinds.js'
import { changeNotes, noChanges, type ExportChanges } from '../../render/export-changes.js'
import { openExportCsv } from '../../render/export-csv.js'
import type { ExportScope } from '../../render/export-scope.js'
import { openTimesketch } from '../../render/export-timesketch.js'
import { openJsonLines } from '../../render/json-lines.js'
import type { RowSink } from '../../render/sink.js'
import type { Connection } from '../../store/open.js'

interface ExportForm {
  readonly records: boolean
  readonly open: (out: NodeJS.WritableStream, changes: ExportChanges, scope: ExportScope) => RowSink
}

/** As `find --format jsonl` has them. */
const JSONL_COLUMNS = [...EVENT_COLUMNS, 'kind', 'resources', 'access_log', 'aggregate'] as const

/** `jsonl` changes nothing: it is the form to keep. */
const FORMS = {
  timesketch: { records: true, open: openTimesketch },
  csv: { records: false, open: openExportCsv },
  jsonl: {
    records: true,
    open: (out, _changes, { hasDigestStates }) =>
      openJsonLines([...JSONL_COLUMNS, ...(hasDigestStates ? ['digest_state' as const] : [])], out, {
        isTerminal: false,
        width: 0,
      }),
  },
} satisfies Record<string, ExportForm>

export type ExportFormat = keyof typeof FORMS
export const EXPORT_FORMATS = Object.keys(FORMS) as readonly ExportFormat[]

export interface ExportOrder {
  readonly format: ExportFormat
  readonly question: Question
  readonly kinds: readonly RowKind[]
  /** Undefined is stdout. */
  readonly output: string | undefined
  readonly casePath: string
  readonly toolVersion: string
}

export interface Exported {
  readonly rows: number
  readonly kinds: ReadonlyMap<RowKind, number>
  readonly notes: readonly string[]
  readonly files: readonly string[]
}

/** A closed pipe is noticed between the turns of the event loop only. */
const ROWS_PER_TURN = 500

export async function exportEvents(db: Connection, order: ExportOrder): Promise<Exported> {
  const form: ExportForm = FORMS[order.format]
  const changes = noChanges()
  const states = digestStates(db)
  const scope = { kinds: order.kinds, hasDigestStates: states !== null }
  const answer = askKinds(
    db,
    order.kinds,
    order.question,
    { order: 'asc' },
    {
      resources: true,
      records: form.records ? new RecordReader(db) : undefined,
      digestState: states?.of,
    },
  )
  const counts = new Map<RowKind, number>()
  const pourInto = (out: NodeJS.WritableStream) => pour(answer.rows, form.open(out, changes, scope), counts)
  if (order.output === undefined) await pourInto(process.stdout)
  else await intoFile(order.output, pourInto)
  const written = { counts, changes, notes: [...answer.notes, ...changeNotes(changes)] }
  const files =
    order.output === undefined ? [] : [order.output, await writeSidecar(order, order.output, written)]
  return {
    rows: [...counts.values()].reduce((sum, count) => sum + count, 0),
    kinds: counts,
    notes: written.notes,
    files,
  }
}

async function pour(rows: Iterable<EventRow>, sink: RowSink, counts: Map<RowKind, number>): Promise<void> {
  let count = 0
  for (const row of rows) {
    const wait = sink.write(row)
    if (wait !== undefined) await wait
    const { kind = 'event' } = row
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    if (++count % ROWS_PER_TURN === 0) await setImmediate()
  }
  await sink.end()
}

/** A new file, whole or not at all. */
async function intoFile(
  file: string,
  pourInto: (out: NodeJS.WritableStream) => Promise<void>,
): Promise<void> {
  for (const name of [file, sidecarPath(file)]) {
    if (statSync(name, { throwIfNoEntry: false }) !== undefined) throw existsAlready(name)
  }
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600 })
  await new Promise<void>((resolve, reject) => {
    out.once('open', () => {
      resolve()
    })
    out.once('error', (error) => {
      reject(canNotWrite(file, error))
    })
  })
  try {
    await pourInto(out)
    await new Promise<void>((resolve, reject) => {
      out.once('error', reject)
      out.end(resolve)
    })
  } catch (error) {
    out.destroy()
    rmSync(file, { force: true })
    throw error
  }
}

function canNotWrite(file: string, error: NodeJS.ErrnoException): CaseError {
  if (error.code === 'EEXIST') return existsAlready(file)
  return new CaseError(`can not write ${file}: ${error.message}`, {
    hint: 'name a file in a folder of yours',
  })
}

function existsAlready(file: string): CaseError {
  return new CaseError(`${file} exists already`, { hint: 'name a new file with --output' })
}

function sidecarPath(file: string): string {
  return `${file}.export.json`
}

interface Written {
  readonly counts: ReadonlyMap<RowKind, number>
  readonly changes: ExportChanges
  readonly notes: readonly string[]
}

/** What the file is, and in what it differs from the evidence. */
async function writeSidecar(
  order: ExportOrder,
  file: string,
  { counts, changes, notes }: Written,
): Promise<string> {
  const digest = createHash('sha256')
  for await (const chunk of createReadStream(file)) digest.update(chunk as Buffer)
  const sidecar = {
    file,
    format: order.format,
    sha256: digest.digest('hex'),
    size: statSync(file).size,
    events: counts.get('event') ?? 0,
    access_log_lines: counts.get('access-log') ?? 0,
    aggregates: counts.get('aggregate') ?? 0,
    changed: changes,
    notes,
    question: order.question,
    kinds: order.kinds,
    case: order.casePath,
    created: new Date().toISOString(),
    created_by: `coldtrail ${order.toolVersion}`,
  }
  writeFileSync(sidecarPath(file), `${JSON.stringify(sidecar, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
  return sidecarPath(file)
}
