/** Recognises values by their form: names in ARNs, IDs, e-mail addresses, assigned secrets, and values to keep. */
import type { PseudonymKind } from './pseudonyms.js'
import { fieldOf, isSecretKey } from './fields.js'

export interface Form {
  readonly start: number
  readonly end: number
  /** null: keep unchanged. */
  readonly kind: PseudonymKind | null
}

const BEFORE = String.raw`(?<![\p{L}\p{N}])`
const AFTER = String.raw`(?![\p{L}\p{N}])`
/** Prefixes from the IAM User Guide, "IAM identifiers". */
const PREFIX = '(?:BIA|CCA|GPA|IDA|IPA|KIA|NPA|NVA|PKA|ROA|SCA|SIA)'
export const UNIQUE_ID = new RegExp(`^A${PREFIX}[A-Z0-9]{12,}$`)

/** A single pass over all forms. */
const FORMS = new RegExp(
  [
    // AWS identifiers, times and hashes identify nobody.
    `(?<kept>${BEFORE}[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}${AFTER}|${BEFORE}[0-9a-f]{32,}${AFTER}|${BEFORE}\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z)`,
    `(?<name>(?<![\\w.+-])[\\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63}){1,5}${AFTER})`,
    // In lower case only with a digit: letters alone are a word.
    `(?<id>${BEFORE}A${PREFIX}(?=[a-z]{0,124}\\d)[A-Z0-9]{12,128}${AFTER})`,
    `(?<account>${BEFORE}\\d{12}${AFTER})`,
  ].join('|'),
  'giu',
)
/** Groups of FORMS that are replaced. */
const KINDS = ['name', 'id', 'account'] as const
const CAPITAL_ID = new RegExp(`${BEFORE}A${PREFIX}[A-Z]{12,128}${AFTER}`, 'gu')

/** Names in ARNs, and after the ID of a role. */
const IN_ARN =
  /(?<=:(user|role|group|dbuser|dbgroup|assumed-role|federated-user|instance-profile|mfa|u2f|sms-mfa)[/:])[^\s"'<>;()[\]{},?&=]+/g
const BEHIND_ID = /(?<=(?<![A-Z0-9])A[A-Z]{3}[A-Z0-9]{12,124}:)[^\s"'<>;()[\]{},?&/:]+/g
/** In a URL's query, a connection string or a command. */
const ASSIGNED = /(?<![\w-])([\w.-]{1,64})=([^&\s"';,]+)/g
/** In an S3 grant header. */
const GRANTED_ID = /(?<=\bid=\\?"?)[0-9a-f]{64}(?![0-9a-f])/gi

export function* formsIn(text: string): Generator<Form> {
  if (text.length < LEAST) return
  if (text.includes(':')) {
    yield* namesInArns(text)
    for (const { 0: name, index } of text.matchAll(BEHIND_ID)) yield form('name', index, trimmed(name))
  }
  if (text.includes('=')) {
    for (const { 0: id, index } of text.matchAll(GRANTED_ID)) yield form('canonical', index, id)
    for (const { 0: all, 1: key = '', 2: value = '', index } of text.matchAll(ASSIGNED))
      if (isSecretKey(key) && fieldOf(key, value) !== null)
        yield form('token', index + all.length - value.length, value)
  }
  if (!/[\d@]/.test(text) && text.length < LEAST_ID) return
  for (const { 0: found, index, groups = {} } of text.matchAll(FORMS)) {
    const kind = KINDS.find((one) => groups[one] !== undefined) ?? null
    yield form(kind, index, found)
  }
  for (const { 0: id, index } of text.matchAll(CAPITAL_ID)) yield form('id', index, id)
}

const LEAST = 4
const LEAST_ID = 16

function form(kind: PseudonymKind | null, start: number, text: string): Form {
  return { kind, start, end: start + text.length }
}

/** The last part of the path; for a session also its role. */
function* namesInArns(text: string): Generator<Form> {
  for (const { 0: all, 1: kind, index } of text.matchAll(IN_ARN)) {
    const path = trimmed(all)
    let start = index
    const parts = path.split('/')
    for (const [number, part] of parts.entries()) {
      const isLast = number === parts.length - 1
      if ((isLast || kind === 'assumed-role') && fieldOf('userName', part) !== null)
        yield form('name', start, part)
      start += part.length + 1
    }
  }
}

/** Strips the dot of a sentence and the star of a pattern. */
function trimmed(name: string): string {
  let end = name.length
  while (end > 0 && '.,:*'.includes(name.charAt(end - 1))) end--
  return name.slice(0, end)
}
