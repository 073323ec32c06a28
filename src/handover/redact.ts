/**
 * Keyed pseudonyms: the same value is the same pseudonym in every column and record of a hand-over, and without the key nobody
 * can make the table again. Account ids, key and unique ids, addresses, names of people, roles and sessions, tokens.
 */
import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import { NameIndex } from './names.js'
import { PSEUDONYMS, type PseudonymKind } from './pseudonyms.js'
import type { Secrets } from './secrets.js'
import type { Value } from './rows.js'
import { encodedLike, HOST, IPV4, IPV6, isJson, percentDecoded, UUID } from './text-forms.js'

/** What a text is searched for, in one pass: a pseudonym must not be replaced again. */
const ITEMS = new RegExp(
  `(?<uuid>${UUID})|(?<ip6>${IPV6})|(?<host>${HOST})|(?<ip4>${IPV4})|(?<word>[\\p{L}\\p{N}]+)`,
  'giu',
)

/** Unique ids and keys (IAM User Guide: IAM identifiers); the case's resource names are in lower case. */
const UNIQUE_ID =
  /^(?:A(?:BIA|CCA|GPA|IDA|IPA|KIA|NPA|NVA|PKA|ROA|SCA|SIA)[A-Z0-9]{12,}|a(?:bia|cca|gpa|ida|ipa|kia|npa|nva|pka|roa|sca|sia)(?=[a-z]*\d)[a-z0-9]{12,})$/
const ACCOUNT = /(?<!\d)\d{12}(?!\d)/g
const LONG_HEX = /^[0-9a-f]{32,}$/i
const ENCODED = /[^\s"'<>]*%[0-9a-f]{2}[^\s"'<>]*/gi
/** A JSON string, with the colon when it is a key, or a whole number of twelve digits. */
const JSON_PART = /"(?:[^"\\]|\\.)*"(?:\s*:)?|(?<![\w.-])\d{12}(?![\w.])/gs

/** Keys whose values are secrets, names, or accounts, wherever they stand in a record. In lower case. */
const TOKEN_KEYS = new Set(
  'sessiontoken securitytoken x-amz-security-token x-amz-signature secretaccesskey webidentitytoken samlassertion authorizationtoken'.split(
    ' ',
  ),
)
const NAME_KEYS = new Set(
  'username newusername rolename rolesessionname sessionname sourceidentity instanceprofilename'.split(' '),
)
const ARN_NAMES =
  /:(user|role|group|assumed-role|federated-user|instance-profile)\/([^\s"'<>;()[\]{}]+)|^[A-Z0-9]{16,}:(.+)$/g

/** Addresses that mean everybody, nobody or the machine itself. */
const COMMON_ADDRESSES = new Set(['0.0.0.0', '255.255.255.255', '127.0.0.1', '::', '::1'])

/**
 * Hashes, ids and times name the original evidence: they stay, so that who holds the case can find it again. The others have
 * values of ours.
 */
const KEPT_COLUMNS = new Set(
  `source_sha256 source_content_sha256 sha256 content_sha256 container_sha256 record_sha256 event_id request_id shared_event_id
  event_time time window_start window_end first_seen last_seen day credential_class principal_kind role kind status digest_state`.split(
    /\s+/,
  ),
)
export function isKeptColumn(name: string): boolean {
  return KEPT_COLUMNS.has(name)
}

/** Values repeat from record to record; records do not. */
const MOST_CACHED = 50_000
const MOST_CACHED_LENGTH = 1000

export class Redactor {
  readonly #key: Buffer
  readonly #names: NameIndex
  readonly #accounts: ReadonlySet<string>
  readonly #mapping = new Map<string, string>()
  readonly #known = new Map<string, string>()

  constructor(key: Buffer, { names, accounts }: Secrets) {
    this.#key = key
    this.#names = new NameIndex(names)
    this.#accounts = new Set(accounts)
  }

  /** Original → pseudonym, of everything that was replaced. To be kept apart from the hand-over. */
  get mapping(): ReadonlyMap<string, string> {
    return this.#mapping
  }

  /** Any text: of JSON, the strings are replaced as they read, not as they are escaped. */
  text(text: string): string {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const made = isJson(text) ? this.#json(text) : this.#encoded(text)
    if (this.#known.size >= MOST_CACHED) this.#known.clear()
    if (text.length < MOST_CACHED_LENGTH) this.#known.set(text, made)
    return made
  }

  row(columns: readonly string[], row: readonly Value[]): Value[] {
    return row.map((value, index) => {
      if (value instanceof Buffer) return null
      return typeof value === 'string' && !isKeptColumn(columns[index] ?? '') ? this.text(value) : value
    })
  }

  #json(text: string): string {
    let key = ''
    return text.replace(JSON_PART, (part) => {
      if (!part.startsWith('"')) return this.#number(part, key)
      const end = part.lastIndexOf('"') + 1
      const literal = part.slice(0, end)
      const value = literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1)
      const isKey = end < part.length
      const made = isKey ? this.text(value) : this.#value(value, key)
      if (isKey) key = value.toLowerCase()
      return made === value ? part : JSON.stringify(made) + part.slice(end)
    })
  }

  #number(digits: string, key: string): string {
    return this.#accounts.has(digits) || key.includes('account') ? this.#replace('account', digits) : digits
  }

  #value(value: string, key: string): string {
    if (TOKEN_KEYS.has(key) && value !== '') return this.#replace('token', value)
    if (NAME_KEYS.has(key)) this.#learn(value)
    return this.text(value)
  }

  /** A name that is met where names stand is one everywhere; what was written before is seen to by the search for leaks. */
  #learn(name: string): void {
    const before = this.#names.size
    this.#names.add(name)
    if (this.#names.size > before) this.#known.clear()
  }

  #encoded(text: string): string {
    if (!text.includes('%')) return this.#plain(text)
    let at = 0
    let made = ''
    for (const { 0: run, index } of text.matchAll(ENCODED)) {
      const decoded = percentDecoded(run)
      const redacted = decoded === null ? this.#plain(run) : this.text(decoded)
      made += this.#plain(text.slice(at, index)) + (redacted === decoded ? run : encodedLike(run, redacted))
      at = index + run.length
    }
    return made + this.#plain(text.slice(at))
  }

  #plain(text: string): string {
    for (const name of namesAt(text)) this.#learn(name)
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
      made += hit === null ? this.#item(original, found.groups ?? {}) : this.#replace('name', original)
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
    if (UNIQUE_ID.test(word)) return this.#replace('id', word)
    if (LONG_HEX.test(word)) return word
    return word.replace(ACCOUNT, (digits) =>
      digits === word || this.#accounts.has(digits) ? this.#replace('account', digits) : digits,
    )
  }

  #address(kind: 'ip4' | 'ip6', address: string): string {
    return COMMON_ADDRESSES.has(address) ? address : this.#replace(kind, address)
  }

  #replace(kind: PseudonymKind, original: string): string {
    const known = this.#mapping.get(original)
    if (known !== undefined) return known
    const made = PSEUDONYMS[kind](
      createHmac('sha256', this.#key).update(`${kind} ${original.toLowerCase()}`).digest(),
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
