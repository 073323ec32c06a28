/** YAML documents as plain values that keep the spelling of numbers: an account id may begin with 0. */
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Document, type ParsedNode } from 'yaml'

export interface Scalar {
  readonly type: 'text' | 'number' | 'boolean' | 'null'
  /** As written; '' of null. */
  readonly text: string
  /** Unquoted, as PyYAML would read a boolean. */
  readonly isWord: boolean
}

export type Plain = Scalar | readonly Plain[] | ReadonlyMap<string, Plain>

/** Why a rule cannot be used, in words. */
export class RuleError extends Error {}

/** More than any rule has: aliases can make a few lines into billions of values. */
const MOST_VALUES = 200_000
const MOST_DEPTH = 50
/** Each costs a walk over the document. */
const MOST_ALIASES = 500

export interface PlainDocument {
  readonly text: string
  readonly value: Plain | RuleError
}

export function readDocuments(text: string): PlainDocument[] {
  const documents = parseAllDocuments(text, {
    schema: 'core',
    prettyErrors: true,
    logLevel: 'error',
    uniqueKeys: true,
  })
  if (!Array.isArray(documents)) return []
  return documents.map((document: Document.Parsed) => {
    const [from, , to] = document.range
    const own = text.slice(from, to)
    return { text: own, value: plainOf(document) }
  })
}

function plainOf(document: Document.Parsed): Plain | RuleError {
  const [error] = document.errors
  if (error !== undefined) {
    const line = error.linePos?.[0].line
    const [what = ''] = error.message.split('\n')
    return new RuleError(
      `not YAML: ${what.replace(/ at line \d+, column \d+:?$/, '')}${line === undefined ? '' : ` (line ${line})`}`,
    )
  }
  try {
    return new Reader(document).read(document.contents, 0)
  } catch (error) {
    if (error instanceof RuleError) return error
    throw error
  }
}

const WORD = /^(?:yes|no|on|off)$/i
const NULL: Scalar = { type: 'null', text: '', isWord: false }

class Reader {
  #count = 0
  #aliases = 0
  constructor(readonly document: Document.Parsed) {}

  read(node: ParsedNode | null | undefined, depth: number): Plain {
    if (++this.#count > MOST_VALUES) throw new RuleError(`more than ${MOST_VALUES} values, counting aliases`)
    if (depth > MOST_DEPTH) throw new RuleError(`nested deeper than ${MOST_DEPTH}`)
    if (node === null || node === undefined) return NULL
    if (isAlias(node)) {
      if (++this.#aliases > MOST_ALIASES)
        throw new RuleError(`more than ${MOST_ALIASES} aliases, counting those in aliases`)
      const target = node.resolve(this.document) as ParsedNode | undefined
      if (target === undefined) throw new RuleError(`the alias ${node.source} has no anchor`)
      return this.read(target, depth + 1)
    }
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1))
    if (isMap(node)) {
      const map = new Map<string, Plain>()
      for (const { key, value } of node.items) map.set(keyText(key), this.read(value, depth + 1))
      return map
    }
    return isScalar(node) ? scalarOf(node.value, node.source, node.type) : NULL
  }
}

function keyText(key: unknown): string {
  if (!isScalar(key)) throw new RuleError('a key that is not text')
  return key.source ?? String(key.value)
}

function scalarOf(value: unknown, source: string | undefined, style: string | null | undefined): Scalar {
  if (value === null) return NULL
  const isPlain = style === 'PLAIN'
  if (typeof value === 'string') return { type: 'text', text: value, isWord: isPlain && WORD.test(value) }
  if (typeof value === 'boolean') return { type: 'boolean', text: String(value), isWord: false }
  return { type: 'number', text: source ?? (value as number).toString(), isWord: false }
}

export function isScalarValue(value: Plain | undefined): value is Scalar {
  return value !== undefined && 'type' in value && typeof value.type === 'string'
}

export function isList(value: Plain | undefined): value is readonly Plain[] {
  return Array.isArray(value)
}

export function isMapping(value: Plain | undefined): value is ReadonlyMap<string, Plain> {
  return value instanceof Map
}

/** The text of a scalar; null without one. */
export function textOf(value: Plain | undefined): string | null {
  return isScalarValue(value) && value.type !== 'null' ? value.text : null
}

/** Of a list, or of a single value. */
export function textsOf(value: Plain | undefined): string[] {
  const items = isList(value) ? value : value === undefined ? [] : [value]
  return items.flatMap((item) => textOf(item) ?? [])
}
