/**
 * Keyed pseudonyms: the same value is the same pseudonym in every column and record of a hand-over, and without the key nobody
 * can make the table again. Account ids, key and unique ids, addresses, names of people, roles and sessions, tokens.
 */
import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import { JsonStrings } from './json-strings.js'
import { NameIndex } from './names.js'
import { isKept } from './our-words.js'
import { PSEUDONYMS, type PseudonymKind } from './pseudonyms.js'
import { CANONICAL_ID, UNIQUE_ID, type Secrets } from './secrets.js'
import type { Value } from './rows.js'
import {
  BASE64,
  LEAST_BASE64,
  changedBase64,
  COMMON_ADDRESSES,
  encodedLike,
  HOST,
  IPV4,
  IPV6,
  parsedJson,
  percentDecoded,
  UUID,
} from './text-forms.js'
import { Words } from './words.js'

/** What a text is searched for, in one pass: a pseudonym must not be replaced again. A word ends where an address begins. */
const ITEMS = new RegExp(
  `(?<uuid>${UUID})|(?<ip6>${IPV6})|(?<host>${HOST})|(?<ip4>${IPV4})|(?<word>[\\p{L}\\p{N}]*?\\p{L}(?=${IPV4})|[\\p{L}\\p{N}]+)`,
  'giu',
)

/** What every item but a word holds. */
const MARKS = /[-:.]/

/** One in lower case, as tools write it: of letters alone it is a word, unless the case knows it. */
const UNIQUE_ID_LOWER = /^a(?:bia|cca|gpa|ida|ipa|kia|npa|nva|pka|roa|sca|sia)(?=[a-z]*\d)[a-z0-9]{12,}$/
const LEAST_UNIQUE_ID = 16
const ACCOUNT = /(?<!\d)\d{12}(?!\d)/g
const LONG_HEX = /^[0-9a-f]{32,}$/i
const ENCODED = /[^\s"'<>]*%[0-9a-f]{2}[^\s"'<>]*/gi
/** Twelve digits of a number of JSON; the first group is there where they are the whole of it. */
const ACCOUNT_NUMBER = /(?<![\w.-])(\d{12})(?![\w.])|(?<!\d)\d{12}(?!\d)/g
const ACCOUNT_DIGITS = 12

/** Keys whose values are secrets, names, or accounts, wherever they stand in a record. In lower case. */
const TOKEN_KEYS = new Set(
  'sessiontoken securitytoken x-amz-security-token x-amz-signature secretaccesskey webidentitytoken samlassertion authorizationtoken'.split(
    ' ',
  ),
)
/** Of S3's grants and owners. */
const CANONICAL_KEYS = new Set('canonicaluser canonicaluserid bucketowner id displayid ownerid'.split(' '))
/** In the query of a presigned URL, and in a header of grants. */
const QUERY_TOKEN = /\b(X-Amz-Signature|X-Amz-Security-Token|Signature)=([^&\s"']+)/gi
const GRANTED_ID = /\bid=\\?"?([0-9a-f]{64})(?![0-9a-f])/gi
const NAME_KEYS = new Set(
  'username newusername rolename rolesessionname sessionname sourceidentity instanceprofilename'.split(' '),
)
const ARN_NAMES =
  /:(user|role|group|assumed-role|federated-user|instance-profile)\/([^\s"'<>;()[\]{}]+)|^[A-Z0-9]{16,}:(.+)$/g

/** Values repeat from record to record; records do not. */
const MOST_CACHED = 50_000
const MOST_CACHED_LENGTH = 400

export class Redactor {
  readonly #key: Buffer
  readonly #names: NameIndex
  readonly #accounts: ReadonlySet<string>
  readonly #canonicalIds: Set<string>
  readonly #uniqueIds: Set<string>
  readonly #secrets: Set<string>
  readonly #mapping = new Map<string, string>()
  readonly #known = new Map<string, string>()

  constructor(key: Buffer, { names, accounts, canonicalIds, uniqueIds = [] }: Secrets) {
    this.#key = key
    this.#names = new NameIndex(names)
    this.#accounts = new Set(accounts)
    this.#canonicalIds = new Set([...canonicalIds].map((id) => id.toLowerCase()))
    this.#uniqueIds = new Set(uniqueIds)
    this.#secrets = new Set([...names, ...accounts, ...canonicalIds, ...this.#uniqueIds])
  }

  /** All that must not be found in the hand-over, met or not: it may stand there in a form of its own. */
  get secrets(): ReadonlySet<string> {
    const pseudonyms = new Set(this.#mapping.values())
    return new Set([...this.#secrets, ...this.#mapping.keys()].filter((secret) => !pseudonyms.has(secret)))
  }

  /** Original → pseudonym, of everything that was replaced. To be kept apart from the hand-over. */
  get mapping(): ReadonlyMap<string, string> {
    return this.#mapping
  }

  /** Any text: of JSON, the strings are replaced as they read, not as they are escaped. */
  text(text: string): string {
    if (text.length >= MOST_CACHED_LENGTH) return this.#made(text)
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const made = this.#made(text)
    if (this.#known.size >= MOST_CACHED) this.#known.clear()
    this.#known.set(text, made)
    return made
  }

  #made(text: string): string {
    return parsedJson(text) === null ? this.#encoded(text) : this.#json(text)
  }

  row(columns: readonly string[], row: readonly Value[]): Value[] {
    return row.map((value, index) => {
      if (value instanceof Buffer) return null
      return typeof value === 'string' && !isKept(columns[index] ?? '', value) ? this.text(value) : value
    })
  }

  #json(text: string): string {
    const strings = new JsonStrings(text)
    let key = ''
    let made = ''
    let at = 0
    while (strings.next()) {
      const { gapStart, start, end, value, isKey } = strings
      const gap = this.#numbers(text.slice(gapStart, start), key)
      const now = isKey ? this.text(value) : this.#value(value, key)
      if (isKey) key = value.toLowerCase()
      if (now === value && gap === null) continue
      made += text.slice(at, gapStart) + (gap ?? text.slice(gapStart, start))
      made += now === value ? text.slice(start, end) : JSON.stringify(now)
      at = end
    }
    const gap = this.#numbers(text.slice(strings.gapStart), key)
    return made + (gap === null ? text.slice(at) : text.slice(at, strings.gapStart) + gap)
  }

  /** Between two strings; null where nothing changes. */
  #numbers(gap: string, key: string): string | null {
    if (gap.length < ACCOUNT_DIGITS) return null
    const made = gap.replace(ACCOUNT_NUMBER, (digits, whole: string | undefined) => {
      const isAccount = this.#accounts.has(digits) || (whole !== undefined && key.includes('account'))
      return isAccount ? this.#replace('account', digits) : digits
    })
    return made === gap ? null : made
  }

  #value(value: string, key: string): string {
    if (TOKEN_KEYS.has(key) && value !== '') return this.#replace('token', value)
    if (NAME_KEYS.has(key)) this.#learn(value)
    if (CANONICAL_KEYS.has(key) && CANONICAL_ID.test(value)) this.#learnId(value)
    return this.text(value)
  }

  /** A name that is met where names stand is one everywhere; what was written before is seen to by the search for leaks. */
  #learn(name: string): void {
    const before = this.#names.size
    this.#names.add(name)
    if (this.#names.size === before) return
    this.#secrets.add(name)
    this.#known.clear()
  }

  #learnId(id: string): void {
    if (this.#canonicalIds.has(id.toLowerCase())) return
    this.#canonicalIds.add(id.toLowerCase())
    this.#secrets.add(id)
    this.#known.clear()
  }

  #encoded(whole: string): string {
    const text = whole.includes('=') ? this.#assigned(whole) : whole
    if (!text.includes('%')) return this.#plain(text)
    let at = 0
    let made = ''
    for (const { 0: run, index } of text.matchAll(ENCODED)) {
      const decoded = percentDecoded(run)
      const redacted = this.text(decoded)
      made += this.#plain(text.slice(at, index)) + (redacted === decoded ? run : encodedLike(run, redacted))
      at = index + run.length
    }
    return made + this.#plain(text.slice(at))
  }

  #assigned(text: string): string {
    for (const [, id = ''] of text.matchAll(GRANTED_ID)) this.#learnId(id)
    return text.replace(
      QUERY_TOKEN,
      (_, name: string, token: string) => `${name}=${this.#replace('token', token, percentDecoded(token))}`,
    )
  }

  #plain(original: string): string {
    if (original.includes(':')) for (const name of namesAt(original)) this.#learn(name)
    const text =
      original.length < LEAST_BASE64
        ? original
        : original.replace(BASE64, (run) => changedBase64(run, (decoded) => this.text(decoded)))
    return MARKS.test(text) ? this.#items(text) : this.#onlyWords(text)
  }

  /** Where nothing but words can be meant. */
  #onlyWords(text: string): string {
    const words = new Words(text)
    let made = ''
    let at = 0
    while (words.next()) {
      const { start, word } = words
      const hit = this.#names.find(text, word, start)
      const isName = hit !== null && hit.start >= at
      const from = isName ? hit.start : start
      const to = isName ? hit.end : words.end
      const now = isName ? this.#replace('name', text.slice(from, to), hit.name) : this.#words(word)
      words.skipTo(to)
      if (!isName && now === word) continue
      made += text.slice(at, from) + now
      at = to
    }
    return made + text.slice(at)
  }

  #items(text: string): string {
    const items = ITEMS
    items.lastIndex = 0
    let made = ''
    let at = 0
    for (let found = items.exec(text); found !== null; found = items.exec(text)) {
      const hit = this.#nameIn(text, found, at)
      const start = hit?.start ?? found.index
      const end = hit?.end ?? items.lastIndex
      const original = text.slice(start, end)
      made += text.slice(at, start)
      made +=
        hit === null ? this.#item(original, found.groups ?? {}) : this.#replace('name', original, hit.name)
      at = items.lastIndex = end
    }
    return made + text.slice(at)
  }

  #nameIn(text: string, found: RegExpExecArray, from: number) {
    const [word] = /^[\p{L}\p{N}]+/u.exec(found[0]) ?? ['']
    const hit = word === '' ? null : this.#names.find(text, word, found.index)
    return hit !== null && hit.start >= from ? hit : null
  }

  #item(item: string, { ip6, host, ip4, word }: Record<string, string | undefined>): string {
    if (ip6 !== undefined) return isIP(item) === 6 ? this.#address('ip6', item) : item
    if (host !== undefined) {
      const [, prefix = '', address = ''] = /^(ip|ec2)-(.+)$/i.exec(item) ?? []
      return `${prefix}-${this.#address('ip4', address.replaceAll('-', '.')).replaceAll('.', '-')}`
    }
    if (ip4 !== undefined) return isIP(item) === 4 ? this.#address('ip4', item) : this.#words(item)
    return word === undefined ? item : this.#words(item)
  }

  #words(word: string): string {
    if (word.length < ACCOUNT_DIGITS) return word
    if (word.length >= LEAST_UNIQUE_ID && this.#isUniqueId(word)) return this.#replace('id', word)
    if (LONG_HEX.test(word))
      return this.#canonicalIds.has(word.toLowerCase()) ? this.#replace('canonical', word) : word
    return word.replace(ACCOUNT, (digits) =>
      digits === word || this.#accounts.has(digits) ? this.#replace('account', digits) : digits,
    )
  }

  #isUniqueId(word: string): boolean {
    if (UNIQUE_ID.test(word)) {
      this.#uniqueIds.add(word)
      return true
    }
    return UNIQUE_ID_LOWER.test(word) || this.#uniqueIds.has(word.toUpperCase())
  }

  #address(kind: 'ip4' | 'ip6', address: string): string {
    return COMMON_ADDRESSES.has(address) ? address : this.#replace(kind, address)
  }

  /** @param meant what is the same for all spellings of it. */
  #replace(kind: PseudonymKind, original: string, meant = original.toLowerCase()): string {
    const known = this.#mapping.get(original)
    if (known !== undefined) return known
    const made = PSEUDONYMS[kind](
      createHmac('sha256', this.#key).update(`${kind} ${meant}`).digest(),
      original,
    )
    this.#mapping.set(original, made)
    return made
  }
}

/** Names by their place in ARNs and principal ids: the last part of a path, and of a session its role too. */
function* namesAt(text: string): Generator<string> {
  for (const { 1: kind, 2: path, 3: session } of text.matchAll(ARN_NAMES)) {
    // A sentence ends in a dot, a pattern in a star.
    const parts = (path ?? session ?? '').replace(/[.,:*]+$/, '').split('/')
    yield* kind === 'assumed-role' ? parts : parts.slice(-1)
  }
}
