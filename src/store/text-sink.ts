/** Where a worker puts the words of a batch: its own index, or plain text. */
import type { PlainSqlite } from './plain-sqlite.js'
import type { ShardFile, ShardTable } from './row-file.js'
import { FTS_DDL, TEXT_TABLES } from './schema.js'
import { TextIndex, WORKER_TEXTS, type WorkerText } from './text-segments.js'

export interface TextSink {
  readonly name: WorkerText
  /** Rows in ascending order. */
  add(rowid: number, text: string): void
  spill(): void
}

/** Plain text, which FTS5 indexes in the case. */
class TextRows implements TextSink {
  readonly name: WorkerText
  readonly #table: ShardTable

  constructor(name: WorkerText, file: ShardFile) {
    this.name = name
    this.#table = file.table(`${name}_row`)
  }

  add(rowid: number, text: string): void {
    this.#table.append(rowid, [null, text])
  }

  spill(): void {
    // Nothing is buffered.
  }
}

/** Empty indexes for reuse. */
const idle = new Map<WorkerText, TextIndex[]>(WORKER_TEXTS.map((name) => [name, []]))

function takeIndex(name: WorkerText, file: ShardFile): TextIndex {
  const index = idle.get(name)?.pop() ?? new TextIndex(name, FTS_DDL[TEXT_TABLES.indexOf(name)] ?? '')
  index.begin(file)
  return index
}

export function openText(name: WorkerText, file: ShardFile, { text }: PlainSqlite): TextSink {
  return text ? new TextRows(name, file) : takeIndex(name, file)
}

export function closeText(sink: TextSink): void {
  sink.spill()
  if (sink instanceof TextIndex) idle.get(sink.name)?.push(sink)
}
