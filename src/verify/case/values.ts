/** The ID of a shared value is the hash of its columns, so a changed value no longer matches its ID. */
import { hash } from 'node:crypto'
import type { Connection } from '../../store/open.js'
import { RESOURCE, TABLES } from '../../store/schema.js'
import { FindingList, type Finding } from './finding.js'

const DICTIONARIES = TABLES.filter((table) => table.dictionary === true)
/** Columns of a resource covered by its ID, in this order; `derived` is not. */
const RESOURCE_KEY = ['arn', 'type', 'name']

export function checkValues(db: Connection): Finding[] {
  const found = DICTIONARIES.flatMap(({ name, columns }) => {
    const hashed = columns.map((column) => column.name).filter((column) => column !== 'id')
    return checkTable(db, name, hashed, hash52)
  })
  return [...found, ...checkTable(db, RESOURCE.name, RESOURCE_KEY, hash63)]
}

type Values = readonly (string | number | null)[]

function checkTable(
  db: Connection,
  table: string,
  columns: readonly string[],
  number: (values: Values) => bigint,
): Finding[] {
  const findings = new FindingList(table)
  const rows = db
    .prepare(`SELECT CAST(id AS TEXT), ${columns.join(', ')} FROM ${table}`)
    .raw()
    .iterate() as IterableIterator<[string, ...Values]>
  for (const [id, ...values] of rows) {
    // Success without a message has ID 0 in every case.
    if (table === 'outcome' && id === '0' && values.every((value) => value === null || value === 0)) continue
    if (String(number(values)) !== id)
      findings.add('values', `row ${id} is not the value that its number is the hash of`)
  }
  return findings.all
}

/** An independent copy of normalise/intern.ts; tests compare the two. */
function hash52(values: Values): bigint {
  return hash('sha256', JSON.stringify(values), 'buffer').readBigUInt64BE(0) >> 12n
}

function hash63(values: Values): bigint {
  return hash('sha256', JSON.stringify(values), 'buffer').readBigUInt64BE(0) >> 1n
}
