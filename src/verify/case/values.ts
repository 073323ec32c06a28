/** Shared values: the number of each is the hash of its columns, so that a changed one no longer fits its number. */
import { hash } from 'node:crypto'
import type { Connection } from '../../store/open.js'
import { RESOURCE, TABLES } from '../../store/schema.js'
import { FindingList, type Finding } from './finding.js'

const DICTIONARIES = TABLES.filter((table) => table.dictionary === true)
/** Columns of a resource that its number covers, in this order; `derived` is none of them. */
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
    // Success without a message has number 0 in every case.
    if (table === 'outcome' && id === '0' && values.every((value) => value === null || value === 0)) continue
    if (String(number(values)) !== id)
      findings.add('values', `row ${id} is not the value that its number is the hash of`)
  }
  return findings.all
}

/** As normalise/intern.ts makes them; the tests hold the two together. */
function hash52(values: Values): bigint {
  return hash('sha256', JSON.stringify(values), 'buffer').readBigUInt64BE(0) >> 12n
}

function hash63(values: Values): bigint {
  return hash('sha256', JSON.stringify(values), 'buffer').readBigUInt64BE(0) >> 1n
}
