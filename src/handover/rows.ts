import { hash } from 'node:crypto'
import { isUtf8 } from 'node:buffer'
import type { TableSpec } from '../store/schema.js'

export type Value = string | number | null | Buffer

export interface TableRows {
  readonly table: TableSpec
  /** In the order of the table's columns. */
  readonly rows: readonly (readonly Value[])[]
}

export interface Selection {
  /** @throws CaseError exit 12 for a dangling reference in the case. */
  read(ids: readonly number[]): readonly TableRows[]
}

/** Hash, text, and the bytes if the text cannot represent them: the last columns of a row. */
export function recordValues(bytes: Buffer): [sha256: string, text: string, bytes: Buffer | null] {
  return [hash('sha256', bytes), bytes.toString('utf8'), isUtf8(bytes) ? null : bytes]
}
