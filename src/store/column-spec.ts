/** Specifications of the tables of a case. */
export interface ColumnSpec {
  readonly name: string
  readonly type: 'INTEGER' | 'TEXT' | 'BLOB'
  readonly meaning: string
  /** Column constraint, e.g. `NOT NULL`. */
  readonly rule?: string
  /** Expression of a generated column, which is not stored. */
  readonly generated?: string
  /** First minor format with it; null in older cases. */
  readonly since?: number
}

export interface TableSpec {
  readonly name: string
  readonly meaning: string
  readonly columns: readonly ColumnSpec[]
  readonly primaryKey?: string
  readonly withoutRowid?: boolean
  /** First minor format with it; empty in older cases. */
  readonly since?: number
  /** Filled by workers, so it also exists in every shard. */
  readonly sharded?: boolean
  /** A dictionary: id is a hash of the other columns. */
  readonly dictionary?: boolean
}

export const int = (name: string, meaning: string, rule?: string): ColumnSpec =>
  rule === undefined ? { name, type: 'INTEGER', meaning } : { name, type: 'INTEGER', meaning, rule }
export const text = (name: string, meaning: string, rule?: string): ColumnSpec =>
  rule === undefined ? { name, type: 'TEXT', meaning } : { name, type: 'TEXT', meaning, rule }
/** A column computed from others on read. */
export const computed = (name: string, expression: string, meaning: string): ColumnSpec => ({
  name,
  type: 'INTEGER',
  meaning,
  generated: expression,
})
export const blob = (name: string, meaning: string): ColumnSpec => ({ name, type: 'BLOB', meaning })
export const hashId = int(
  'id',
  '52-bit hash of the other columns; equal values have equal ids in every case',
  'PRIMARY KEY',
)

/** The same columns without keys and constraints, for unordered rows with duplicates. */
export function stageOf(table: TableSpec, name = table.name): TableSpec {
  const { meaning } = table
  return {
    name,
    meaning,
    columns: table.columns.map((c) => ({ name: c.name, type: c.type, meaning: c.meaning })),
  }
}
