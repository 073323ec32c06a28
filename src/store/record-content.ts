/**
 * A canonical form of a record, in which equal records are equal texts. Built from tokens, never from parsed values:
 * two numbers can be one double, and JSON.parse keeps only the last of a repeated key.
 */
import { isUtf8 } from 'node:buffer'

/**
 * Sorted keys, no white space, uniform escapes, numbers as written. Every repeat of a key is kept, in text order, since
 * the order decides which one a reader takes. @returns the bytes themselves if they are not UTF-8 JSON: then only equal
 * bytes are equal content.
 */
export function canonicalContent(bytes: Buffer): Buffer | string {
  if (!isUtf8(bytes)) return bytes
  const text = bytes.toString('utf8')
  try {
    JSON.parse(text)
  } catch {
    return bytes
  }
  return new Canonical(text).value()
}

interface Level {
  readonly isList: boolean
  /** Texts of the elements, or of the members with their keys. */
  readonly parts: { readonly key: string; readonly value: string }[]
  key: string
}

/**
 * Without recursion: a record can be nested as deeply as JSON.parse allows. Values are concatenated with `+`, which V8
 * does not copy; joining would copy each level for every enclosing one.
 */
class Canonical {
  readonly #text: string
  readonly #levels: Level[] = []
  #at = 0

  /** @param text must be valid JSON. */
  constructor(text: string) {
    this.#text = text
  }

  value(): string {
    for (;;) {
      let value = this.#token()
      while (value !== undefined) {
        const level = this.#levels.at(-1)
        if (level === undefined) return value
        level.parts.push({ key: level.key, value })
        value = this.#closed(level)
      }
    }
  }

  /** @returns the text of a value that ends here; undefined if one was opened. */
  #token(): string | undefined {
    const char = this.#skip()
    if (char === '"') return this.#string()
    if (char !== '{' && char !== '[') return this.#plain()
    const level: Level = { isList: char === '[', parts: [], key: '' }
    this.#levels.push(level)
    this.#at++
    const next = this.#skip()
    if (next === '}' || next === ']') return this.#close(level)
    this.#key(level)
    return undefined
  }

  /** After a value: the next one starts, or its list or object ends and is a value itself. */
  #closed(level: Level): string | undefined {
    if (this.#skip() !== ',') return this.#close(level)
    this.#at++
    this.#key(level)
    return undefined
  }

  #close(level: Level): string {
    this.#at++
    this.#levels.pop()
    return level.isList ? listText(level) : objectText(level)
  }

  #key(level: Level): void {
    if (level.isList) return
    this.#skip()
    level.key = this.#string()
    this.#skip()
    this.#at++
  }

  #string(): string {
    const start = this.#at
    let escaped = false
    for (let at = start + 1; ; at++) {
      const code = this.#text.charCodeAt(at)
      if (code === BACKSLASH) {
        escaped = true
        at++
      } else if (code === QUOTE) {
        this.#at = at + 1
        break
      }
    }
    const token = this.#text.slice(start, this.#at)
    return escaped ? JSON.stringify(JSON.parse(token)) : token
  }

  #plain(): string {
    const start = this.#at
    while (this.#at < this.#text.length && !',]}'.includes(this.#char()) && this.#code() > SPACE) this.#at++
    return this.#text.slice(start, this.#at)
  }

  #skip(): string {
    while (this.#code() <= SPACE) this.#at++
    return this.#char()
  }

  #char(): string {
    return this.#text.charAt(this.#at)
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at)
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20

function listText({ parts }: Level): string {
  let text = ''
  for (const { value } of parts) text += text === '' ? value : `,${value}`
  return `[${text}]`
}

function objectText({ parts }: Level): string {
  // Sorting is stable, so equal keys keep their order.
  parts.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  let text = ''
  for (const { key, value } of parts) text += text === '' ? `${key}:${value}` : `,${key}:${value}`
  return `{${text}}`
}
