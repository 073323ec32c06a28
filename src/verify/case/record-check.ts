/** A record against the row that was made of it: what finds an event has to be what the record says. */
import { hash } from 'node:crypto'
import type { Appearance } from './appearance.js'

/** @returns what does not hold, or null. */
export function checkRecord(row: Appearance, record: Buffer): string | null {
  const text = record.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'there is no JSON value'
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'there is no record'
  const fields = value as Readonly<Record<string, unknown>>
  const eventId = readEventId(fields, text)
  if (eventId !== row.event_id) return `the record there has eventID ${eventId}`
  if (readText(fields['requestID']) !== row.request_id) return 'the record there has another requestID'
  if (readText(fields['sharedEventID']) !== row.shared_event_id)
    return 'the record there has another sharedEventID'
  return isAtTime(fields['eventTime'], row.time) ? null : 'the record there has another eventTime'
}

/** As normalise/normalise.ts gives a record without an eventID one. */
function readEventId(fields: Readonly<Record<string, unknown>>, text: string): string {
  const eventId = fields['eventID']
  if (typeof eventId === 'string' && eventId !== '') return clean(eventId)
  return `sha256:${hash('sha256', text).slice(0, 32)}`
}

function readText(value: unknown): string | null {
  if (typeof value === 'string') return clean(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

/** Columns hold neither lone surrogates nor NUL. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\u2400')
}

/** Only the form that CloudTrail writes is judged: what else may stand for a time is for normalise to say. */
function isAtTime(value: unknown, time: number | null): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return true
  const ms = Date.parse(value)
  return Number.isNaN(ms) || ms === time
}
