/** Classifies a text by its first bytes: JSON, or one of the line formats. */
import { foreignText, unsupportedFormat } from './classify.js'
import { formByHeader, formByRecordCell, type CsvForm } from './csv-form.js'
import { neighbourText, type Neighbour } from './neighbours.js'
import { isTar } from './tar-header.js'

export type ReadableText =
  { readonly kind: 'json' | 'log-export' | 'access-log' } | { readonly kind: 'csv'; readonly form: CsvForm }
export type TextKind =
  | ReadableText
  | {
      readonly kind: 'foreign'
      readonly detail: string
      readonly unsupported: boolean
      readonly neighbour?: Neighbour | undefined
    }

/** White space, then an object or a list. */
const JSON_START = /^\s*[[{]/
/** CloudWatch export task: time of the log event, a space, the message. */
const EXPORT_LINE = /^\s*(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z|\d{13}) /
/** Owner, bucket, time: the start of an S3 server access log line. */
const ACCESS_LINE = /^\s*(?:[0-9a-f]{64}|-) \S+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:/
/** Bytes searched for records in a text that does not start like JSON. */
const SEARCHED_BYTES = 1024 * 1024
/** A header with all known columns is under 1 kB. */
const HEADER_BYTES = 16 * 1024

export function startsLikeJson(head: Buffer): boolean {
  return JSON_START.test(head.toString('latin1', 0, 256))
}

/** Used if the first line is damaged or truncated. */
function mostLines(head: string, form: RegExp): boolean {
  const lines = head.split(/[\r\n]+/).slice(1, -1)
  return lines.length > 0 && lines.filter((line) => form.test(line)).length * 2 > lines.length
}

/** @param head the start of the text, without a byte order mark. */
export function textKind(head: Buffer): TextKind {
  const known = unsupportedFormat(head)
  if (known !== null) return { kind: 'foreign', detail: known, unsupported: true }
  if (isTar(head)) return { kind: 'foreign', detail: 'tar', unsupported: true }
  const neighbour = neighbourText(head)
  if (neighbour !== undefined)
    return { kind: 'foreign', detail: neighbour.family, unsupported: false, neighbour }
  const start = head.toString('latin1', 0, 256)
  if (JSON_START.test(start) || head.length === 0) return { kind: 'json' }
  if (EXPORT_LINE.test(start)) return { kind: 'log-export' }
  if (ACCESS_LINE.test(start)) return { kind: 'access-log' }
  const header = head.toString('latin1', 0, HEADER_BYTES)
  const named = formByHeader(header)
  if (named !== undefined) return { kind: 'csv', form: named }
  if (mostLines(header, EXPORT_LINE)) return { kind: 'log-export' }
  if (mostLines(header, ACCESS_LINE)) return { kind: 'access-log' }
  if (head.subarray(0, 4096).every((byte) => byte === 0))
    return { kind: 'foreign', detail: 'zero bytes: not downloaded or recovered whole', unsupported: false }
  const held = formByRecordCell(head.toString('utf8', 0, SEARCHED_BYTES))
  if (held !== undefined) return { kind: 'csv', form: held }
  // Documentation and tickets: other text is searched for records.
  if (head.subarray(0, SEARCHED_BYTES).includes('"eventVersion"')) return { kind: 'json' }
  return { kind: 'foreign', detail: foreignText(head), unsupported: false }
}
