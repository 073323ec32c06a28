/** What a table of the case is made of. */
export interface ColumnSpec {
  readonly name: string
  readonly type: 'INTEGER' | 'TEXT' | 'BLOB'
  readonly meaning: string
  /** Column constraint, e.g. `NOT NULL`. */
  readonly rule?: string
  /** Expression that SQLite computes it with; it is not stored. */
  readonly generated?: string
  /** The minor format that brought it: in older cases it is null. */
  readonly since?: number
}

export interface TableSpec {
  readonly name: string
  readonly meaning: string
  readonly columns: readonly ColumnSpec[]
  readonly primaryKey?: string
  readonly withoutRowid?: boolean
  /** The minor format that brought it: in older cases it is empty. */
  readonly since?: number
  /** Filled by workers, so it exists in every shard too. */
  readonly sharded?: boolean
  /** A dictionary: id is a hash of the other columns. */
  readonly dictionary?: boolean
}

export const int = (name: string, meaning: string, rule?: string): ColumnSpec =>
  rule === undefined ? { name, type: 'INTEGER', meaning } : { name, type: 'INTEGER', meaning, rule }
export const text = (name: string, meaning: string, rule?: string): ColumnSpec =>
  rule === undefined ? { name, type: 'TEXT', meaning } : { name, type: 'TEXT', meaning, rule }
/** A column that is computed from others when it is read. */
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

/** The same columns without keys and rules: rows wait there in any order, repeats among them. */
export function stageOf(table: TableSpec, name = table.name): TableSpec {
  const { meaning } = table
  return {
    name,
    meaning,
    columns: table.columns.map((c) => ({ name: c.name, type: c.type, meaning: c.meaning })),
  }
}
