/** Writes selected rows in another tool's format, and records what was changed for it. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, statSync, writeFileSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { CaseError, EXIT } from '../../model/case-error.js'
import { EVENT_COLUMNS, type EventRow, type RowKind } from '../../model/event.js'
import { isNoSpace } from '../../model/no-space.js'
import type { Question } from '../../model/question.js'
import { refuseAmongEvidence } from '../../store/evidence-places.js'
import { RecordReader } from '../../store/record-reader.js'
import { UnfinishedFiles } from '../../store/unfinished-files.js'
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
  readonly parts?: boolean
  readonly open: (out: NodeJS.WritableStream, changes: ExportChanges, scope: ExportScope) => RowSink
}

/** Same columns as `find --format jsonl`. */
const JSONL_COLUMNS = [...EVENT_COLUMNS, 'kind', 'resources', 'access_log', 'aggregate'] as const

/** `jsonl` changes nothing: it is the form to keep. */
const FORMS = {
  timesketch: { records: true, open: openTimesketch },
  csv: { records: false, parts: true, open: openExportCsv },
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
  /** Undefined means stdout. */
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

/** A closed pipe is only noticed between turns of the event loop. */
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
      parts: form.parts === true ? new RecordReader(db) : undefined,
      digestState: states?.of,
    },
  )
  const counts = new Map<RowKind, number>()
  const pourInto = (out: NodeJS.WritableStream) => pour(answer.rows, form.open(out, changes, scope), counts)
  const written = (): Written => ({ counts, changes, notes: [...answer.notes, ...changeNotes(changes)] })
  const { output } = order
  let files: string[] = []
  if (output === undefined) await pourInto(process.stdout)
  else {
    files = await makeWhole(db, output, async (file) => {
      await intoFile(file, pourInto)
      await writeSidecar(order, file, written())
    })
  }
  return {
    rows: [...counts.values()].reduce((sum, count) => sum + count, 0),
    kinds: counts,
    notes: written().notes,
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

/** Renames both files into place only when both are complete. */
async function makeWhole(
  db: Connection,
  output: string,
  make: (file: string) => Promise<void>,
): Promise<string[]> {
  refuseAmongEvidence(db, output, 'name a file in another folder with --output')
  const made = new UnfinishedFiles(output, ['', SIDECAR])
  try {
    await make(made.path)
    return made.publish()
  } catch (error) {
    made.discard()
    if (!isNoSpace(error)) throw error
    throw new CaseError(`no space left for ${output}: nothing was left of it`, {
      exit: EXIT.diskFull,
      hint: 'make room, or name a file on another disk with --output',
      cause: error,
    })
  }
}

async function intoFile(
  file: string,
  pourInto: (out: NodeJS.WritableStream) => Promise<void>,
): Promise<void> {
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600 })
  const closed = once(out, 'close')
  try {
    await once(out, 'open')
    await pourInto(out)
    out.end()
    await finished(out)
  } finally {
    out.destroy()
    await closed
  }
}

const SIDECAR = '.export.json'

interface Written {
  readonly counts: ReadonlyMap<RowKind, number>
  readonly changes: ExportChanges
  readonly notes: readonly string[]
}

/** Describes the file and how it differs from the evidence. */
async function writeSidecar(
  order: ExportOrder,
  file: string,
  { counts, changes, notes }: Written,
): Promise<void> {
  const digest = createHash('sha256')
  for await (const chunk of createReadStream(file)) digest.update(chunk as Buffer)
  const sidecar = {
    file: order.output,
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
  writeFileSync(file + SIDECAR, `${JSON.stringify(sidecar, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
}
