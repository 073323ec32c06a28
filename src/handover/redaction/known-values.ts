/** Finds values known to the case anywhere in a text, in any letter case. */
import type { PseudonymKind } from './pseudonyms.js'

/** Names that are also AWS words: in running text they are the word, so they only count where a name belongs. */
const AWS_WORDS =
  `root aws internal anonymous true false null none unknown default console user users role roles group groups name
  names token account accounts type arn session sessions service policy key keys value values bucket function instance object
  resource resources request response error event events access admin id allow deny effect action statement principal condition
  version principalid accountid accesskeyid username useridentity sessioncontext sessionissuer attributes mfaauthenticated
  creationdate invokedby identityprovider webidfederationdata eventname eventsource eventtime eventid requestid eventtype
  eventversion eventcategory awsregion sourceipaddress useragent requestparameters responseelements additionaleventdata
  recipientaccountid sharedeventid errorcode errormessage readonly managementevent tlsdetails tlsversion ciphersuite
  clientprovidedhostheader records awslogs cloudtrail digest insight iamuser assumedrole federateduser awsaccount awsservice
  identitycenteruser samluser webidentityuser awsapicall awsserviceevent awsconsolesignin management data amazonaws amazon com
  hidden_due_to_security_reasons`.split(/\s+/)
/** Named by AWS, the same in every account. */
const OF_AWS = /^awsservicerolefor|\.amazonaws\.com$|^arn:/

/** From this length on, a value is also found inside longer words. */
const GLUED = 5
/** Shorter values would be found everywhere: they only count where a name belongs. */
const LEAST = 3
/** Same for numbers with fewer digits. */
const LEAST_DIGITS = 6
/** A shorter secret is as likely a word. */
const LEAST_SECRET = 8
/** Prefix length of the index; longer values are compared beyond it. */
const INDEXED = 256
const WORD_CHARACTER = /[\p{L}\p{N}]/u
const DIGIT = /\p{N}/u
const MOST_RUN = 64

export interface Hit {
  readonly start: number
  readonly end: number
  readonly kind: PseudonymKind
  /** The same for every spelling. */
  readonly meaning: string
}

interface Known {
  readonly kind: PseudonymKind
  readonly meaning: string
}

export class KnownValues {
  readonly #values = new Map<string, Known>()
  readonly #words: Set<string>
  #index: PrefixIndex | null = null

  /** @param words further AWS words: services, regions and actions of the case */
  constructor(words: Iterable<string>) {
    this.#words = new Set(AWS_WORDS)
    for (const word of words) for (const part of word.split(/[^\p{L}\p{N}]+/u)) this.#words.add(fold(part))
    for (const word of words) this.#words.add(fold(word))
  }

  add(kind: PseudonymKind, value: string): void {
    const meaning = meaningOf(value)
    if (this.#values.get(fold(value))?.meaning === meaning || !this.#isDistinctive(kind, meaning)) return
    this.#index = null
    for (const spelling of spellings(value))
      if (!this.#values.has(spelling)) this.#values.set(spelling, { kind, meaning })
    // A session named by an e-mail address can be a folder named by its local part.
    const at = value.indexOf('@')
    if (kind === 'name' && at > 0) this.add(kind, value.slice(0, at))
  }

  #isDistinctive(kind: PseudonymKind, value: string): boolean {
    if (value.length < (kind === 'token' ? LEAST_SECRET : LEAST)) return false
    if (/^\d+$/.test(value) && value.length < LEAST_DIGITS) return false
    return WORD_CHARACTER.test(value) && !this.#words.has(value) && !OF_AWS.test(value)
  }

  /** From left to right, the longest at each position, without overlap. */
  in(text: string): Hit[] {
    this.#index ??= new PrefixIndex(this.#values.keys())
    const folded = fold(text)
    const hits: Hit[] = []
    const accepts = (start: number, end: number): boolean => this.#accepts(folded, start, end)
    for (let at = this.#index.next(folded, 0); at >= 0;) {
      const found = this.#index.longestAt(folded, at, accepts)
      if (found !== null)
        hits.push({ start: at, end: at + found.length, ...(this.#values.get(found) as Known) })
      at = this.#index.next(folded, found === null ? at + 1 : at + found.length)
    }
    return hits
  }

  #accepts(text: string, start: number, end: number): boolean {
    const isShort = end - start < GLUED || isDigits(text, start, end)
    if (isShort && (touches(text, start - 1, start) || touches(text, end, end - 1))) return false
    return !this.#words.has(runAround(text, start, end))
  }
}

function isDigits(text: string, start: number, end: number): boolean {
  // Accounts have twelve digits, and are replaced inside longer numbers too.
  return end - start !== 12 && end - start <= 20 && /^\d+$/.test(text.slice(start, end))
}

/** A letter next to a letter, or a digit next to a digit. */
function touches(text: string, outside: number, inside: number): boolean {
  const [a, b] = [text.charAt(outside), text.charAt(inside)]
  return WORD_CHARACTER.test(a) && WORD_CHARACTER.test(b) && DIGIT.test(a) === DIGIT.test(b)
}

/** The run of letters and digits around a position. */
function runAround(text: string, start: number, end: number): string {
  let first = start
  let last = end
  while (first > 0 && start - first < MOST_RUN && WORD_CHARACTER.test(text.charAt(first - 1))) first--
  while (last - end < MOST_RUN && WORD_CHARACTER.test(text.charAt(last))) last++
  return text.slice(first, last)
}

/** Folds case without changing the length, so that offsets stay valid. */
export function fold(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase()
  let folded = ''
  for (const character of text) {
    // Via upper case, which unifies variants of one lower-case letter (ς, σ).
    const small = character.toUpperCase().toLowerCase()
    folded += small.length === character.length ? small : character
  }
  return folded
}

export function meaningOf(value: string): string {
  return fold(value.normalize('NFC'))
}

/** Composed and decomposed; with the space as S3 writes it in keys. */
function spellings(value: string): Set<string> {
  const forms = [value, value.normalize('NFC'), value.normalize('NFD')].map(fold)
  return new Set([...forms, ...forms.map((form) => form.replaceAll(' ', '+'))])
}

const FILTER_BITS = 16

/** Finds the longest of many values at a position by binary search among their sorted prefixes. */
class PrefixIndex {
  readonly #beginnings: string[]
  /** Prefix → the longest other prefix that it starts with, -1 for none. */
  readonly #parents: Int32Array
  /** Values longer than a prefix, longest first. */
  readonly #long = new Map<string, string[]>()
  /** 1 for the first characters of some value: at most positions of a text there is none. */
  readonly #filter = new Uint8Array(2 ** FILTER_BITS)

  constructor(values: Iterable<string>) {
    const beginnings = new Set<string>()
    const whole = new Set<string>()
    for (const value of values) {
      const beginning = value.slice(0, INDEXED)
      beginnings.add(beginning)
      if (value.length === beginning.length) whole.add(value)
      else this.#long.set(beginning, [...(this.#long.get(beginning) ?? []), value])
      this.#filter[filterKey(value, 0)] = 1
    }
    for (const [beginning, long] of this.#long) {
      long.sort((a, b) => b.length - a.length)
      if (whole.has(beginning)) long.push(beginning)
    }
    this.#beginnings = [...beginnings].sort()
    this.#parents = parentsOf(this.#beginnings)
  }

  /** The next position where a value may start; -1 if there is none. */
  next(text: string, from: number): number {
    for (let at = from; at + LEAST <= text.length; at++)
      if (this.#filter[filterKey(text, at)] === 1) return at
    return -1
  }

  longestAt(text: string, at: number, accepts: (start: number, end: number) => boolean): string | null {
    let low = 0
    let high = this.#beginnings.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (isAfter(this.#beginnings[middle] as string, text, at)) high = middle
      else low = middle + 1
    }
    // The match is the last prefix not after the text, or one that it starts with.
    for (let one = low - 1; one >= 0; one = this.#parents[one] as number) {
      const beginning = this.#beginnings[one] as string
      for (const value of this.#long.get(beginning) ?? [beginning])
        if (text.startsWith(value, at) && accepts(at, at + value.length)) return value
    }
    return null
  }
}

function filterKey(text: string, at: number): number {
  const hash = (text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) * 31 + text.charCodeAt(at + 2)
  return (hash ^ (hash >> FILTER_BITS)) & (2 ** FILTER_BITS - 1)
}

/** Expects sorted texts. */
function parentsOf(sorted: readonly string[]): Int32Array {
  const parents = new Int32Array(sorted.length)
  sorted.forEach((text, at) => {
    let parent = at - 1
    while (parent >= 0 && !text.startsWith(sorted[parent] as string)) parent = parents[parent] as number
    parents[at] = parent
  })
  return parents
}

/** In UTF-16 order, like sort(). */
function isAfter(value: string, text: string, at: number): boolean {
  for (let place = 0; place < value.length; place++) {
    const difference = value.charCodeAt(place) - text.charCodeAt(at + place)
    if (difference !== 0) return !(difference < 0)
  }
  return false
}
