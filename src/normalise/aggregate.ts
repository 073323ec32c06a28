/** An aggregated event → one row per count: CloudTrail User Guide, record contents of aggregated events. */
import type { SqlValue } from '../model/dictionary.js'
import type { JsonObject } from '../model/record.js'
import { readObject, readString, readTime } from './fields.js'
import { cleanValue } from './intern.js'

/** In the order of the table `aggregate`. An event without readable counts is one row without a name. */
export function aggregateRows(record: JsonObject): SqlValue[][] {
  const window = readObject(record['timeWindow'])
  const summary = readObject(record['summary'])
  const primary = readObject(summary?.['primaryDimension']) ?? {}
  const head = [
    readString(record['eventId']) ?? readString(record['eventID']),
    readString(record['accountId']) ?? readString(record['recipientAccountId']),
    readString(record['awsRegion']),
    readString(record['eventSource']),
    readTime(window?.['windowStart']),
    readTime(window?.['windowEnd']),
    readString(primary['aggregationType']),
  ].map(cleanValue)
  const rows = [primary, ...list(summary?.['details'])].flatMap((dimension, index) =>
    list(dimension['statistics']).map(({ name, value }) => [
      ...head,
      index === 0 ? 1 : 0,
      cleanValue(readString(dimension['dimension'])),
      cleanValue(readString(name)),
      typeof value === 'number' ? value : null,
    ]),
  )
  return rows.length === 0 ? [[...head, 1, cleanValue(readString(primary['dimension'])), null, null]] : rows
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value as unknown[]).map(readObject).filter((item) => item !== null) : []
}
