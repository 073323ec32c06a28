/**
 * Parses FTS5's query language (sqlite.org/fts5.html, section 3) into a tree, because FTS5 evaluates an expression
 * within one table only. Phrases and NEAR groups are passed to FTS5 as typed.
 */
import { CaseError } from '../../model/case-error.js'
import type { Criterion } from './criteria.js'

/** A string, a word, or one special character. */
const TOKEN = /\s*("(?:[^"]|"")*"|[\w\u001a\u0080-\u{10ffff}]+|[-(){}:,+*^])/uy

/** Guards the stack. */
const MAX_DEPTH = 100

interface Token {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** @throws CaseError where FTS5 would fail too, and for column filters: there is one column. */
export function readExpression(text: string): Criterion {
  const reader = new ExpressionReader(text)
  const criterion = reader.either()
  reader.finish()
  return criterion
}

class ExpressionReader {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = readTokens(text)
  }

  /** Precedence from low to high: OR, AND, NOT, adjacent words. */
  either(): Criterion {
    const parts = [this.#both()]
    while (this.#take('OR')) parts.push(this.#both())
    return grouped('any', parts)
  }

  finish(): void {
    if (this.#next < this.#tokens.length) this.#refuse()
  }

  #both(): Criterion {
    const parts = [this.#without()]
    while (this.#take('AND')) parts.push(this.#without())
    return grouped('all', parts)
  }

  #without(): Criterion {
    let wanted = this.#group()
    while (this.#take('NOT')) wanted = { kind: 'without', wanted, unwanted: this.#group() }
    return wanted
  }

  #group(): Criterion {
    if (this.#take('(')) {
      if (++this.#depth > MAX_DEPTH) throw notReadable('too many parentheses')
      const inner = this.either()
      this.#demand(')')
      this.#depth -= 1
      return inner
    }
    const phrases = [this.#phrase()]
    while (this.#startsPhrase()) phrases.push(this.#phrase())
    return grouped('all', phrases)
  }

  #phrase(): Criterion {
    const start = this.#tokens[this.#next]?.start ?? 0
    if (this.#isAt('NEAR') && this.#tokens[this.#next + 1]?.text === '(') this.#near()
    else {
      this.#take('^')
      this.#joinedStrings()
    }
    if (this.#isAt(':')) throw this.#columnFilter()
    const end = this.#tokens[this.#next - 1]?.end ?? 0
    return { kind: 'text', match: this.#text.slice(start, end).trim() }
  }

  #near(): void {
    this.#next += 2
    this.#joinedStrings()
    while (this.#isString()) this.#joinedStrings()
    if (this.#take(',')) this.#string()
    this.#demand(')')
  }

  #joinedStrings(): void {
    do {
      this.#string()
      this.#take('*')
    } while (this.#take('+'))
  }

  #string(): void {
    if (!this.#isString()) this.#refuse()
    this.#next += 1
  }

  #startsPhrase(): boolean {
    return this.#isAt('^') || this.#isString()
  }

  #isString(): boolean {
    const text = this.#tokens[this.#next]?.text
    return text !== undefined && !/^(?:[-(){}:,+*^]|AND|OR|NOT)$/.test(text)
  }

  #isAt(text: string): boolean {
    return this.#tokens[this.#next]?.text === text
  }

  #take(text: string): boolean {
    const isHere = this.#isAt(text)
    if (isHere) this.#next += 1
    return isHere
  }

  #demand(text: string): void {
    if (!this.#take(text)) this.#refuse()
  }

  #refuse(): never {
    const token = this.#tokens[this.#next]
    if (token?.text === '{' || token?.text === '-') throw this.#columnFilter()
    throw notReadable(token === undefined ? 'it ends too early' : `at '${token.text}'`)
  }

  #columnFilter(): CaseError {
    return new CaseError('--match: there are no columns to choose from', {
      hint: 'put what holds a colon into quotes: "iam:CreateUser"; minus is NOT: wanted NOT unwanted',
    })
  }
}

export function notReadable(where: string): CaseError {
  return new CaseError(`cannot parse --match: ${where}`, {
    hint: 'words, AND, OR, NOT, NEAR(a b, 5), pre*; quote what holds other characters, as in \'"s3.amazonaws.com" OR "arn:aws"\'',
  })
}

function grouped(kind: 'all' | 'any', parts: readonly Criterion[]): Criterion {
  const [only] = parts
  return parts.length === 1 && only !== undefined ? only : { kind, of: parts }
}

function readTokens(text: string): Token[] {
  const tokens: Token[] = []
  const length = text.trimEnd().length
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < length) {
    const from = TOKEN.lastIndex
    const token = TOKEN.exec(text)?.[1]
    if (token === undefined) throw notReadable(`at '${text.slice(from).trimStart().slice(0, 10)}'`)
    tokens.push({ text: token, start: TOKEN.lastIndex - token.length, end: TOKEN.lastIndex })
  }
  return tokens
}
