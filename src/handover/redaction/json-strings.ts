/** The strings of a JSON text at their places, without making values of it: what is written twice under one key is seen twice. */

/** Walks from string to string, keys and values, of a text that is known to be JSON. */
export class JsonStrings {
  /** Where the text between this string and the one before begins. */
  gapStart = 0
  /** The quote that opens the string. */
  start = 0
  /** Behind the quote that closes it. */
  end = 0

  private constructor(private readonly text: string) {}

  /** null of a text that is no JSON object or list. */
  static of(text: string): JsonStrings | null {
    if (!/^\s*[[{]/.test(text)) return null
    try {
      JSON.parse(text)
      return new JsonStrings(text)
    } catch {
      return null
    }
  }

  /** To the next string, or false behind the last: then the gap goes on to the end of the text. */
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

  /** As it reads. */
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
