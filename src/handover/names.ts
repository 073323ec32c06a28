/** Names of people, roles and sessions, found again wherever they stand in a text as words of their own. */

/** A name begins where a run of letters and digits begins. */
const FIRST_WORD = /[\p{L}\p{N}]+/u
const WORD_CHARACTER = /[\p{L}\p{N}]/u

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
}

export class NameIndex {
  readonly #byWord = new Map<string, { readonly name: string; readonly before: number }[]>()
  readonly #names = new Set<string>()

  constructor(names: Iterable<string>) {
    for (const name of names) this.add(name)
  }

  get size(): number {
    return this.#names.size
  }

  add(original: string): void {
    const name = original.toLowerCase()
    const first = FIRST_WORD.exec(name)
    if (first === null || KEPT.has(name) || OF_AWS.test(name) || this.#names.has(name)) return
    this.#names.add(name)
    const known = this.#byWord.get(first[0]) ?? []
    known.push({ name, before: first.index })
    // The longest wins: bob-admin is not bob.
    this.#byWord.set(
      first[0],
      known.sort((a, b) => b.name.length - a.name.length),
    )
  }

  /** The longest name that holds the word beginning at `at`. */
  find(text: string, word: string, at: number): NameHit | null {
    for (const { name, before } of this.#byWord.get(word.toLowerCase()) ?? []) {
      const start = at - before
      const end = start + name.length
      if (start < 0 || text.slice(start, end).toLowerCase() !== name) continue
      if (WORD_CHARACTER.test(name.slice(-1)) && WORD_CHARACTER.test(text.charAt(end))) continue
      if (SHORT.test(name) && !isPlaceOfName(text, start, end)) continue
      if (isService(text, start)) continue
      return { start, end }
    }
    return null
  }
}

function isPlaceOfName(text: string, start: number, end: number): boolean {
  if (start === 0 && end === text.length) return true
  return NAMING.test(text) && '/:'.includes(text.charAt(start - 1)) && '/'.includes(text.charAt(end))
}

function isService(text: string, start: number): boolean {
  return !/[\w.@-]/.test(text.charAt(start - 1)) && SERVICE.test(text.slice(start, start + 100))
}
