type Cells<Column extends string> = Readonly<Record<Column, string | number | null>>

/** Names the first values of a row after the columns. */
export function cells<Column extends string>(
  columns: readonly Column[],
  values: readonly (string | number | null)[],
): Cells<Column> {
  return Object.fromEntries(columns.map((column, at) => [column, values[at] ?? null])) as Cells<Column>
}
