/** The tables that describe the file itself. */
import { text, type TableSpec } from './column-spec.js'

export const META: TableSpec = {
  name: 'meta',
  meaning: 'What this file is.',
  columns: [text('key', 'Name', 'PRIMARY KEY'), text('value', 'Value')],
  withoutRowid: true,
}

export const DATA_DICTIONARY: TableSpec = {
  name: 'data_dictionary',
  meaning: 'One row per column of every table and view.',
  columns: [
    text('table_name', 'Table or view', 'NOT NULL'),
    text(
      'column_name',
      'Column; * describes the table itself; =value describes one value of a closed list',
      'NOT NULL',
    ),
    text('type', 'Declared type'),
    text('meaning', 'In words', 'NOT NULL'),
  ],
}
