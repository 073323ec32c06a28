type Cells<Column extends string> = Readonly<Record<Column, string | number | null>>

/** The first values of a row under the names of its columns. */
export function cells<Column extends string>(
  columns: readonly Column[],
  values: readonly (string | number | null)[],
): Cells<Column> {
  return Object.fromEntries(columns.map((column, at) => [column, values[at] ?? null])) as Cells<Column>
}
