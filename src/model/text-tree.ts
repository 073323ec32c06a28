/**
 * A stored text whose members are located on demand, with exact positions: a nested record is returned as written, not
 * as JSON.parse would rewrite it. Each level is scanned once.
 */
import { gunzipSync } from 'node:zlib'
import { csvCells, type CsvSeparator } from './csv-cells.js'
import type { Coding, CsvCoding, Step } from './locator.js'

/** Limit of inflated or decoded content; CloudWatch sends at most 1 MB. */
const MAX_INFLATED = 64 * 1024 * 1024
/** Splunk writes a string in a string; deeper nesting does not occur. */
const MAX_UNWRAPPED = 2

export class TextTree {
  readonly #source: string
  readonly #start: number
  readonly #end: number
  /** The source has one character per byte. */
  readonly #bytes: boolean
  #members: Map<string, TextTree> | undefined
  /** Starts and ends, alternating: a list can have millions of elements. */
  #elements: number[] | undefined
  #inner: TextTree | undefined
  readonly #coded = new Map<Coding['coding'], TextTree | undefined>()

  private constructor(source: string, start: number, end: number, bytes: boolean) {
    this.#source = source
    this.#start = start
    this.#end = end
    this.#bytes = bytes
  }

  static ofText(text: string): TextTree {
    return new TextTree(text, 0, text.length, false)
  }

  static ofBytes(bytes: Buffer): TextTree {
    return new TextTree(bytes.toString('latin1'), 0, bytes.length, true)
  }

  /** The value at the end of the steps; undefined if there is none. */
  at(steps: readonly Step[]): TextTree | undefined {
    const [step, ...rest] = steps
    if (step === undefined) return this
    const next = typeof step === 'object' ? this.#decoded(step.coding) : this.#child(step)
    return next?.at(rest)
  }

  /** The text as written; for a string, unescaped. */
  content(): Buffer {
    const node = this.#unwrapped()
    return Buffer.from(node.#slice(), node.#bytes ? 'latin1' : 'utf8')
  }

  text(): string {
    const node = this.#unwrapped()
    return node.#bytes ? node.content().toString('utf8') : node.#slice()
  }

  #unwrapped(turns = MAX_UNWRAPPED): TextTree {
    const inner = turns > 0 ? this.#string() : undefined
    return inner === undefined ? this : inner.#unwrapped(turns - 1)
  }

  #slice(): string {
    return this.#source.slice(this.#start, this.#end)
  }

  /** The content of a JSON string as a text; undefined if this is not a string. */
  #string(): TextTree | undefined {
    const at = skipSpace(this.#source, this.#start, this.#end)
    if (this.#source[at] !== '"') return undefined
    if (this.#inner === undefined) {
      const raw = this.#slice()
      const held = parse(this.#bytes ? Buffer.from(raw, 'latin1').toString('utf8') : raw)
      if (typeof held !== 'string') return undefined
      this.#inner = TextTree.ofText(held)
    }
    return this.#inner
  }

  #decoded(coding: Coding['coding']): TextTree | undefined {
    if (!this.#coded.has(coding)) this.#coded.set(coding, this.#decode(coding))
    return this.#coded.get(coding)
  }

  #decode(coding: Coding['coding']): TextTree | undefined {
    if (coding === 'base64') return TextTree.ofBytes(Buffer.from(this.text(), 'base64'))
    if (coding === 'gunzip') {
      const bytes = inflateBounded(this.content())
      return bytes === undefined ? undefined : TextTree.ofBytes(bytes)
    }
    const tree = TextTree.ofText('')
    tree.#cells = csvCells(this.text(), SEPARATORS[coding]).map((cell) => TextTree.ofText(cell))
    return tree
  }

  #cells: TextTree[] | undefined

  #child(step: string | number): TextTree | undefined {
    if (this.#cells !== undefined) return typeof step === 'number' ? this.#cells[step] : undefined
    const node = this.#unwrapped()
    if (typeof step === 'string') return (node.#members ??= node.#readMembers()).get(step)
    const spans = (node.#elements ??= node.#readElements())
    const start = spans[step * 2]
    const end = spans[step * 2 + 1]
    if (start === undefined || end === undefined) return undefined
    return new TextTree(node.#source, start, end, node.#bytes)
  }

  #readElements(): number[] {
    const spans: number[] = []
    const { at: first } = this.#open('[')
    for (let at = first; at < this.#end && this.#source[at] !== ']';) {
      const end = valueEnd(this.#source, at, this.#end)
      spans.push(at, end)
      at = skipSpace(this.#source, end, this.#end)
      if (this.#source[at] !== ',') break
      at = skipSpace(this.#source, at + 1, this.#end)
    }
    return spans
  }

  /** The last of repeated keys wins, as in JSON.parse. */
  #readMembers(): Map<string, TextTree> {
    const members = new Map<string, TextTree>()
    const { at: first } = this.#open('{')
    for (let at = first; at < this.#end && this.#source[at] === '"';) {
      const keyEnd = stringEnd(this.#source, at + 1, this.#end)
      const key = this.#key(at, keyEnd)
      at = skipSpace(this.#source, keyEnd, this.#end)
      if (this.#source[at] !== ':') break
      at = skipSpace(this.#source, at + 1, this.#end)
      const end = valueEnd(this.#source, at, this.#end)
      if (key !== undefined) members.set(key, new TextTree(this.#source, at, end, this.#bytes))
      at = skipSpace(this.#source, end, this.#end)
      if (this.#source[at] !== ',') break
      at = skipSpace(this.#source, at + 1, this.#end)
    }
    return members
  }

  #key(start: number, end: number): string | undefined {
    const raw = this.#source.slice(start, end)
    const key = parse(this.#bytes ? Buffer.from(raw, 'latin1').toString('utf8') : raw)
    return typeof key === 'string' ? key : undefined
  }

  /** Position after the opening bracket; the end if it is another bracket. */
  #open(bracket: string): { at: number } {
    const at = skipSpace(this.#source, this.#start, this.#end)
    return { at: this.#source[at] === bracket ? skipSpace(this.#source, at + 1, this.#end) : this.#end }
  }
}

const SEPARATORS: Readonly<Record<CsvCoding, CsvSeparator>> = {
  csv: ',',
  'csv-semicolon': ';',
  'csv-tab': '\t',
}

/** undefined if it is not gzip, or over the limit. */
export function inflateBounded(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_INFLATED })
  } catch {
    return undefined
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function skipSpace(text: string, from: number, end: number): number {
  let at = from
  while (at < end && text.charCodeAt(at) <= 0x20) at++
  return at
}

/** Index after the closing quote. */
function stringEnd(text: string, from: number, end: number): number {
  let at = from
  for (; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) return at + 1
    if (code === 0x5c) at++
  }
  return end
}

/** Index after the value, by brackets outside strings. The text must be valid JSON. */
function valueEnd(text: string, from: number, end: number): number {
  let depth = 0
  for (let at = from; at < end;) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      at = stringEnd(text, at + 1, end)
      if (depth === 0) return at
      continue
    }
    if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) return at
      if (--depth === 0) return at + 1
    } else if (depth === 0 && (code === 0x2c || code <= 0x20)) return at
    at++
  }
  return end
}
