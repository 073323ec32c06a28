import type { TableSpec } from './column-spec.js'
import type { Connection } from './connection.js'

/** Adds a table that a later command made to data_dictionary, once. @param states meanings of the values of its column `state` */
export function describeTable(
  db: Connection,
  { name, meaning, columns }: TableSpec,
  states: Readonly<Record<string, string>> = {},
): void {
  if (db.prepare('SELECT 1 FROM data_dictionary WHERE table_name = ?').get(name) !== undefined) return
  const insert = db.prepare(
    'INSERT INTO data_dictionary (table_name, column_name, type, meaning) VALUES (?, ?, ?, ?)',
  )
  insert.run(name, '*', null, meaning)
  for (const column of columns) insert.run(name, column.name, column.type, column.meaning)
  for (const [state, text] of Object.entries(states)) insert.run(`${name}.state`, `=${state}`, null, text)
}
