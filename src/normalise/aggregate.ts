/** An aggregated event → one row per count (CloudTrail User Guide, record contents of aggregated events). */
import type { SqlValue } from '../model/dictionary.js'
import type { JsonObject } from '../model/record.js'
import { short, typeName, type ReportProblem } from './check-record.js'
import { readObject, readString, readTime } from './fields.js'
import { cleanValue } from './intern.js'

export interface AggregateInput {
  readonly record: JsonObject
  readonly offset: number
  readonly length: number
}

/** In the order of the table `aggregate`. An event without readable counts becomes one row without a name. */
export function aggregateRows(input: AggregateInput, report: ReportProblem): SqlValue[][] {
  const { record } = input
  const read = new FieldReader(input, report)
  const window = readObject(record['timeWindow'])
  const summary = readObject(record['summary'])
  const primary = readObject(summary?.['primaryDimension']) ?? {}
  const head = [
    read.text('eventId', record['eventId'] ?? record['eventID']),
    read.text('accountId', record['accountId'] ?? record['recipientAccountId']),
    read.text('awsRegion', record['awsRegion']),
    read.text('eventSource', record['eventSource']),
    read.time('windowStart', window?.['windowStart']),
    read.time('windowEnd', window?.['windowEnd']),
    read.text('aggregationType', primary['aggregationType']),
  ]
  const rows = [primary, ...list(summary?.['details'])].flatMap((dimension, index) => {
    const name = read.text('dimension', dimension['dimension'])
    return list(dimension['statistics']).map((count) => [
      ...head,
      index === 0 ? 1 : 0,
      name,
      read.text('name', count['name']),
      read.count('value', count['value']),
    ])
  })
  return rows.length === 0 ? [[...head, 1, read.text('dimension', primary['dimension']), null, null]] : rows
}

/** A value that no column can represent becomes null and a problem. */
class FieldReader {
  readonly #report: ReportProblem
  readonly #place

  constructor({ record, offset, length }: AggregateInput, report: ReportProblem) {
    const eventId = cleanValue(readString(record['eventId'] ?? record['eventID']))
    this.#place = {
      byteOffset: offset,
      byteLength: length,
      ...(eventId === null ? {} : { eventId: String(eventId) }),
    }
    this.#report = report
  }

  text(field: string, value: unknown): SqlValue {
    const found = readString(value)
    if (found === null && isThere(value)) this.#bad(field, `is ${typeName(value)}`)
    return cleanValue(found)
  }

  time(field: string, value: unknown): number | null {
    const found = readTime(value)
    if (found === null && isThere(value)) this.#bad(field, `${short(value)} is no time`)
    return found
  }

  count(field: string, value: unknown): number | null {
    if (Number.isSafeInteger(value)) return value as number
    if (typeof value === 'number')
      this.#bad(field, `${value} is no whole number up to ${Number.MAX_SAFE_INTEGER}`)
    else if (isThere(value)) this.#bad(field, `is ${typeName(value)}`)
    return null
  }

  #bad(field: string, what: string): void {
    this.#report({ kind: 'bad-field', detail: `aggregated event: ${field} ${what}`, ...this.#place })
  }
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value as unknown[]).map(readObject).filter((item) => item !== null) : []
}
