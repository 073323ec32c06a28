/** Names of people, roles and sessions, found again wherever they stand in a text as words of their own. */

/** A name begins where a run of letters and digits begins. */
const FIRST_WORD = /[\p{L}\p{N}]+/u
/** A mark belongs to the letter before it. */
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u

/**
 * Words that name a thing of AWS's, a field of the record, a part of our pseudonyms, or nothing: replacing them would only
 * make the file unreadable.
 */
const KEPT = new Set(
  `root aws internal true false null unknown default console user role name token account type arn principalid accountid
  accesskeyid username useridentity sessioncontext sessionissuer attributes eventname eventsource eventtime eventid requestid
  eventtype eventversion eventcategory awsregion sourceipaddress useragent requestparameters responseelements resources
  additionaleventdata recipientaccountid errorcode errormessage readonly managementevent records
  hidden_due_to_security_reasons`.split(/\s+/),
)
/** AWS names these itself, the same in every account. */
const OF_AWS = /^awsservicerolefor|\.amazonaws\.com$|^arn:/
/** Shorter names and numbers would be found inside ordinary text: they count in the places of names only. */
const SHORT = /^(?:.{1,2}|\d{1,5})$/su
/** `lambda.amazonaws.com` names a service, also where a role is called lambda. */
const SERVICE = /^[\w-]+\.amazonaws\.com(?![\w.-])/
/** Texts whose parts after `/` and `:` are names. */
const NAMING = /^(?:arn:|[A-Z0-9]{16,}:)/

export interface NameHit {
  readonly start: number
  readonly end: number
  /** The same for every spelling of it. */
  readonly name: string
}

/** Spellings that begin with the same word and are equally long: all are looked up at once. */
interface Forms {
  /** As they stand in a text: lower case can be longer. */
  readonly length: number
  /** Characters before their first word. */
  readonly before: number
  /** Spelling in lower case → name. */
  readonly names: Map<string, string>
}

/** Longer names count inside other words too: a shorter one would be found in ordinary words. */
const INSIDE = 8
/** And these where letters and digits meet, as in zelda2. */
const AT_DIGITS = 4
/** So many characters of a name are looked up at every place of a word. */
const PREFIX = 6
const PREFIX_NUMBERS = 2 ** 16

export class NameIndex {
  readonly #byWord = new Map<string, Forms[]>()
  readonly #byPrefix = new Map<string, Forms[]>()
  readonly #forms = new Set<string>()
  /** 1 for the number of every prefix: at most places of a word there is none. */
  readonly #prefixes = new Uint8Array(PREFIX_NUMBERS)
  readonly #originals = new Set<string>()

  constructor(names: Iterable<string>) {
    for (const name of names) this.add(name)
  }

  get size(): number {
    return this.#forms.size
  }

  add(original: string): void {
    const name = original.normalize('NFC').toLowerCase()
    if (!FIRST_WORD.test(name) || KEPT.has(name) || OF_AWS.test(name) || this.#originals.has(original)) return
    // By the original: two that fold to one name can be spelt so that neither gives the other.
    this.#originals.add(original)
    for (const spelling of spellings(original)) this.#addForm(spelling, name)
    // Whoever is a session by their address is a folder by what stands before the @.
    const at = original.indexOf('@')
    if (at > 2) this.add(original.slice(0, at))
  }

  #addForm(spelling: string, name: string): void {
    const first = FIRST_WORD.exec(spelling)
    const text = spelling.toLowerCase()
    const key = `${spelling.length} ${text}`
    if (first === null || this.#forms.has(key)) return
    this.#forms.add(key)
    const form = { text, name, length: spelling.length, before: first.index }
    keep(this.#byWord, first[0].toLowerCase(), form)
    const isPlain = text.length === form.length && first.index === 0
    if (text.length >= INSIDE && isPlain && first[0].length >= PREFIX) {
      keep(this.#byPrefix, text.slice(0, PREFIX), form)
      this.#prefixes[prefixNumber(text, 0)] = 1
    }
  }

  /** The longest name that holds the word beginning at `at`, or else the first that begins inside it. */
  find(text: string, word: string, at: number): NameHit | null {
    const lower = word.toLowerCase()
    for (const { length, before, names } of this.#byWord.get(lower) ?? []) {
      const start = at - before
      const end = start + length
      if (start < 0) continue
      const form = text.slice(start, end).toLowerCase()
      const name = names.get(form)
      if (name === undefined) continue
      if (WORD_CHARACTER.test(form.slice(-1)) && WORD_CHARACTER.test(text.charAt(end))) continue
      if (SHORT.test(form) && !isPlaceOfName(text, start, end)) continue
      if (isService(text, start)) continue
      return { start, end, name }
    }
    // Where lower case has another length, places would not be those of the text.
    if (word.length <= AT_DIGITS || lower.length !== word.length) return null
    return this.#beforeDigits(text, lower, at) ?? this.#anywhere(text, lower, at)
  }

  /** zelda of zelda2 */
  #beforeDigits(text: string, word: string, at: number): NameHit | null {
    const letters = lettersBeforeDigits(word)
    if (letters === null) return null
    const forms = this.#byWord.get(letters)?.find(({ length }) => length === letters.length)
    const name = forms?.names.get(letters)
    return name === undefined || isService(text, at) ? null : { start: at, end: at + letters.length, name }
  }

  #anywhere(text: string, word: string, at: number): NameHit | null {
    for (let place = 0; place + PREFIX <= word.length; place++) {
      if (this.#prefixes[prefixNumber(word, place)] === 0) continue
      for (const { length, names } of this.#byPrefix.get(word.slice(place, place + PREFIX)) ?? []) {
        const start = at + place
        const end = start + length
        const name = names.get(text.slice(start, end).toLowerCase())
        if (name !== undefined && !isService(text, start)) return { start, end, name }
      }
    }
    return null
  }
}

/** The same for equal prefixes, and seldom for others. */
function prefixNumber(text: string, place: number): number {
  let number = 0
  for (let at = place; at < place + PREFIX; at++) number = (number * 31 + text.charCodeAt(at)) | 0
  return (number ^ (number >>> 16)) & (PREFIX_NUMBERS - 1)
}

const LETTERS_BEFORE_DIGITS = /^\p{L}+(?=\p{N})/u

function lettersBeforeDigits(word: string): string | null {
  if (!/\p{N}/u.test(word)) return null
  const letters = LETTERS_BEFORE_DIGITS.exec(word)?.[0] ?? ''
  return letters.length < AT_DIGITS ? null : letters
}

/** The longest first: bob-admin is not bob. */
function keep(
  index: Map<string, Forms[]>,
  key: string,
  form: { readonly text: string; readonly name: string; readonly length: number; readonly before: number },
): void {
  const { text, name, length, before } = form
  const known = index.get(key) ?? []
  const same = known.find((forms) => forms.length === length && forms.before === before)
  if (same !== undefined) same.names.set(text, name)
  else known.push({ length, before, names: new Map([[text, name]]) })
  index.set(
    key,
    known.sort((a, b) => b.length - a.length),
  )
}

/** Composed and decomposed; with the space as S3 writes it in keys. */
function spellings(original: string): Set<string> {
  const forms = [original, original.normalize('NFC'), original.normalize('NFD')]
  const cased = forms.flatMap((form) => [form, form.toLowerCase(), form.toUpperCase()])
  return new Set([...cased, ...cased.map((form) => form.replaceAll(' ', '+'))])
}

function isPlaceOfName(text: string, start: number, end: number): boolean {
  if (start === 0 && end === text.length) return true
  return NAMING.test(text) && '/:'.includes(text.charAt(start - 1)) && '/'.includes(text.charAt(end))
}

function isService(text: string, start: number): boolean {
  return !/[\w.@-]/.test(text.charAt(start - 1)) && SERVICE.test(text.slice(start, start + 100))
}
