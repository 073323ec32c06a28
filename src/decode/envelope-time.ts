/** When a wrapper says that its record was: for a record that says no time of its own. */
import type { Step } from '../model/locator.js'
import { isJsonObject, type JsonObject } from '../model/record.js'

/** Logstash and Beats, CloudWatch Logs, EventBridge, Splunk, lookup-events, SNS, Kinesis. */
const KEYS = [
  '@timestamp',
  'timestamp',
  'time',
  '_time',
  'EventTime',
  'Timestamp',
  'approximateArrivalTimestamp',
] as const

export function lacksTime({ eventTime }: JsonObject): boolean {
  return eventTime === undefined || eventTime === null || eventTime === ''
}

/** Of the innermost object on the way to the record that says one. */
export function envelopeTime(value: unknown, path: readonly Step[]): unknown {
  let inner = value
  let time = timeIn(inner)
  for (const step of path) {
    if (typeof step === 'object' || typeof inner !== 'object' || inner === null) break
    inner = (inner as Record<string | number, unknown>)[step]
    time = timeIn(inner) ?? time
  }
  return time
}

function timeIn(value: unknown): unknown {
  if (!isJsonObject(value)) return undefined
  const key = KEYS.find((name) => typeof value[name] === 'string' || typeof value[name] === 'number')
  return key === undefined ? undefined : value[key]
}
