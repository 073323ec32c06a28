/** Where a worker puts the words of a batch: an index of its own, or the text as it is. */
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

/** The text as it is, for FTS5 to index in the case. */
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
    // Nothing waits.
  }
}

/** Empty ones, to be used again. */
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
