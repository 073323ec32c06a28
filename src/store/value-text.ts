import { CALLER_COLUMNS, isRecorded, SESSION_COLUMNS } from '../model/principal.js'
import type { TableSpec } from './schema.js'

/** Callers are found by what their record says, not by what was concluded from it. */
const SEARCHED: Readonly<Record<string, readonly string[]>> = {
  caller: CALLER_COLUMNS.filter(isRecorded),
  session: SESSION_COLUMNS.filter(isRecorded),
  access_client: ['remote_ip', 'requester', 'user_agent'],
}

/** The text that value_text has of a row of a dictionary, as SQL. */
export function valueTextOf({ name, columns }: Pick<TableSpec, 'name' | 'columns'>): string {
  const searched =
    SEARCHED[name] ?? columns.filter(({ type }) => type === 'TEXT').map((column) => column.name)
  const texts = searched.map((column) => `CASE typeof(${column}) WHEN 'text' THEN ${column} END`)
  return `concat_ws(' ', ${texts.join(', ')})`
}
