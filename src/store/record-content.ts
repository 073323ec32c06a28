/**
 * What a record says, in a form in which equal records are equal texts. It is made of the tokens of the text, never of parsed
 * values: two numbers can be one double, and of a repeated key JSON.parse keeps the last.
 */
import { isUtf8 } from 'node:buffer'

/**
 * Keys in order, white space left out, escapes in one spelling; numbers as they are written. A repeated key counts each time, in
 * the order of the text, since the order decides what a reader takes.
 * @returns the bytes themselves when they are not JSON in UTF-8: then only equal bytes are equal content.
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
 * Without recursion: a record may be nested as deep as JSON.parse goes. Values are put together with `+`, which V8 does not copy:
 * joined, each level would be copied for each one around it.
 */
class Canonical {
  readonly #text: string
  readonly #levels: Level[] = []
  #at = 0

  /** @param text is known to be JSON. */
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

  /** @returns the text of a value that ends here; undefined when one was opened. */
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

  /** Behind a value: the next one begins, or its list or object ends and is a value itself. */
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
  // The order of equal keys stays: sorting is stable.
  parts.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  let text = ''
  for (const { key, value } of parts) text += text === '' ? `${key}:${value}` : `,${key}:${value}`
  return `{${text}}`
}
