/** JSON text that is safe on a terminal: unsafe characters are written as equivalent \uXXXX escapes. */
import type { EventResource, EventRow } from '../model/event.js'
import { cellValue, isPlainCell } from './cell-value.js'
import { UNSAFE } from './printable.js'
import type { ObjectColumn, RowColumn } from './sink.js'

/** Except the white space between JSON values, which no JSON string contains. */
const UNSAFE_IN_JSON = new RegExp(`(?![\\t\\n\\r])${UNSAFE.source}`, UNSAFE.flags)

export interface JsonRowOptions {
  readonly isTerminal: boolean
  /** No line break inside the row. */
  readonly oneLine: boolean
}

export function jsonText(value: unknown): string {
  return escapeUnsafe(JSON.stringify(value))
}

/** Keys in the order of `columns`, then `resources` and the fields of the row's kind, then the record's text. */
export function jsonRow(row: EventRow, columns: readonly RowColumn[], options: JsonRowOptions): string {
  const members: string[] = []
  for (const column of columns) {
    if (!isObjectColumn(column) || isPlainCell(row, column))
      members.push(`"${column}":${jsonText(cellValue(row, column))}`)
  }
  if (row.resources !== undefined && !isPlainCell(row, 'resources'))
    members.push(`"resources":${jsonText(resourcesJson(row.resources))}`)
  for (const column of ['access_log', 'aggregate'] as const) {
    if (row[column] !== undefined && !isPlainCell(row, column) && columns.includes(column))
      members.push(`"${column}":${jsonText(row[column])}`)
  }
  // An SQL statement may name a column so.
  const isColumn = (columns as readonly string[]).includes('record')
  if (row.record !== undefined && !isColumn) members.push(`"record":${spliced(row.record, options)}`)
  return `{${members.join(',')}}`
}

export function isObjectColumn(column: RowColumn): column is ObjectColumn {
  return column === 'resources' || column === 'access_log' || column === 'aggregate'
}

export function resourcesJson(resources: readonly EventResource[]): EventResource[] {
  return resources.map(({ arn, type, role, name, derived }) => ({
    arn,
    type,
    role,
    ...(name === undefined ? {} : { name }),
    ...(derived === undefined ? {} : { derived }),
  }))
}

/** Text that is not one JSON value would break the row or forge another, so it is written as a string. */
function spliced(record: string, { isTerminal, oneLine }: JsonRowOptions): string {
  if (!isJson(record)) return jsonText(record)
  // Valid JSON has raw line breaks between tokens only, where a space is equivalent.
  const lines = oneLine ? record.replace(/[\r\n]/g, ' ') : record
  return isTerminal ? escapeUnsafe(lines.replace(/\r\n?/g, '\n')) : lines
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

export function escapeUnsafe(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (character) => {
    let escaped = ''
    for (let i = 0; i < character.length; i++) {
      escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
    }
    return escaped
  })
}
