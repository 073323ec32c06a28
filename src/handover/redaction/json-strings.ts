/** Walks the strings of a JSON text in place, without parsing values, so that repeated keys are seen. */

/** Visits every string, key or value, of a text known to be JSON. */
export class JsonStrings {
  /** Start of the text between this string and the previous one. */
  gapStart = 0
  /** Opening quote. */
  start = 0
  /** After the closing quote. */
  end = 0

  private constructor(private readonly text: string) {}

  /** null if the text is not a JSON object or array. */
  static of(text: string): JsonStrings | null {
    if (!/^\s*[[{]/.test(text)) return null
    try {
      JSON.parse(text)
      return new JsonStrings(text)
    } catch {
      return null
    }
  }

  /** Advances to the next string. False after the last one: the gap then extends to the end of the text. */
  next(): boolean {
    const { text } = this
    this.gapStart = this.end
    const start = text.indexOf('"', this.end)
    if (start < 0) return false
    let close = text.indexOf('"', start + 1)
    while (isEscaped(text, close)) close = text.indexOf('"', close + 1)
    this.start = start
    this.end = close + 1
    return true
  }

  /** Unescaped. */
  get value(): string {
    const value = this.text.slice(this.start + 1, this.end - 1)
    return value.includes('\\') ? (JSON.parse(`"${value}"`) as string) : value
  }

  get isKey(): boolean {
    for (let at = this.end; ; at++) {
      const character = this.text.charAt(at)
      if (character === ':') return true
      if (!' \t\r\n'.includes(character) || character === '') return false
    }
  }
}

function isEscaped(text: string, quote: number): boolean {
  let slashes = 0
  while (text.charAt(quote - 1 - slashes) === '\\') slashes++
  return slashes % 2 === 1
}
