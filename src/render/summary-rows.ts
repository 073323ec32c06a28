/** A summary as rows of one shape. */
import {
  CONTROL_NAMES,
  LIST_NAMES,
  RARE_NAMES,
  type ControlName,
  type ControlRow,
  type RareName,
  type RareRow,
  type Summary,
} from '../model/summary.js'

export const SUMMARY_COLUMNS = [
  'section',
  'value',
  'principal',
  'events',
  'errors',
  'principals',
  'first_seen',
  'last_seen',
  'known_for_ms',
  'event_id',
] as const

export type SummaryRow = Readonly<Record<(typeof SUMMARY_COLUMNS)[number], string | number | null>>

export const EMPTY_SUMMARY_ROW: SummaryRow = {
  section: null,
  value: null,
  principal: null,
  events: null,
  errors: null,
  principals: null,
  first_seen: null,
  last_seen: null,
  known_for_ms: null,
  event_id: null,
}

export function* summaryRows(summary: Summary): Generator<SummaryRow> {
  yield* totalRows(summary)
  for (const value of summary.services.principals)
    yield { ...EMPTY_SUMMARY_ROW, section: 'service_events', ...value }
  for (const { start, ...counts } of summary.timeline.buckets)
    yield { ...EMPTY_SUMMARY_ROW, section: 'timeline', first_seen: start, ...counts }
  for (const name of CONTROL_NAMES) for (const row of summary.control[name].rows) yield controlRow(name, row)
  for (const name of LIST_NAMES)
    for (const row of summary.lists[name].rows) yield { ...EMPTY_SUMMARY_ROW, section: name, ...row }
  for (const name of RARE_NAMES) for (const row of summary.rare[name].rows) yield rareRow(name, row)
  for (const { principal, start, end, errors, error_codes, event_id } of summary.bursts.rows) {
    const row = {
      principal,
      errors,
      event_id,
      first_seen: start,
      last_seen: end,
      value: error_codes.join(' '),
    }
    yield { ...EMPTY_SUMMARY_ROW, section: 'error_bursts', ...row }
  }
}

/** Without the principal's key: rows of all sections have the same columns. */
function controlRow(
  name: ControlName,
  { value, principal, events, errors, principals, first_seen, last_seen, event_id }: ControlRow,
): SummaryRow {
  const section = `control_${name}`
  return {
    ...EMPTY_SUMMARY_ROW,
    section,
    value,
    principal,
    events,
    errors,
    principals,
    first_seen,
    last_seen,
    event_id,
  }
}

function rareRow(
  name: RareName,
  { value, principal, events, principals, first_seen, known_for_ms, event_id }: RareRow,
): SummaryRow {
  return {
    ...EMPTY_SUMMARY_ROW,
    section: `rare_${name}`,
    value,
    principal,
    events,
    principals,
    first_seen,
    known_for_ms,
    event_id,
  }
}

function* totalRows({ totals, services }: Summary): Generator<SummaryRow> {
  const { first_seen, last_seen, principals, events, errors } = totals
  yield {
    ...EMPTY_SUMMARY_ROW,
    section: 'totals',
    value: 'all',
    events,
    errors,
    principals,
    first_seen,
    last_seen,
  }
  for (const value of ['reads', 'writes', 'unsaid', 'insights', 'without_time'] as const) {
    yield { ...EMPTY_SUMMARY_ROW, section: 'totals', value, events: totals[value] }
  }
  yield {
    ...EMPTY_SUMMARY_ROW,
    section: 'totals',
    value: 'services',
    events: services.events,
    errors: services.errors,
  }
}
