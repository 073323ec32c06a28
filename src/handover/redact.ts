/**
 * Keyed pseudonyms: the same value is the same pseudonym in every column and record of a hand-over, and without the key nobody
 * can make the table again. Account ids, key and unique ids, addresses, names of people, roles and sessions, tokens.
 */
import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import type { Connection } from '../store/open.js'
import { OUT_EVENT_COLUMNS } from './schema.js'
import type { Value } from './select.js'

/** Runs of characters that names, ids, keys and tokens are made of (IAM: names of users, roles and sessions). */
const TOKEN = /[\p{L}\p{N}_+=.@-]+/gu
const ACCOUNT = /^\d{12}$/
/** Unique ids and keys (IAM User Guide: IAM identifiers). */
const UNIQUE_ID = /^A(?:BIA|CCA|GPA|IDA|IPA|KIA|NPA|NVA|PKA|ROA|SCA|SIA)[A-Z0-9]{12,}$/
/** A UUID can end in twelve digits: that is no account. */
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i
const SESSION_TOKEN = /("sessionToken"\s*:\s*")([^"\\]+)(")/gi
const IPV6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:.])/gi
/** Words that name a thing of AWS's, or nothing: replacing them would only make the file unreadable. */
const KEPT = new Set([
  'root',
  'aws',
  'internal',
  'true',
  'false',
  'null',
  'unknown',
  'default',
  'console',
  'user',
  'role',
])
/** Shorter names would be found inside ordinary words and numbers. */
const MIN_NAME = 3

export class Redactor {
  readonly #key: Buffer
  readonly #names: ReadonlySet<string>
  readonly #mapping = new Map<string, string>()

  constructor(key: Buffer, names: Iterable<string>) {
    this.#key = key
    this.#names = new Set(names)
  }

  /** Original → pseudonym, of everything that was replaced. To be kept apart from the hand-over. */
  get mapping(): ReadonlyMap<string, string> {
    return this.#mapping
  }

  text(text: string): string {
    const tokens = text.replace(
      SESSION_TOKEN,
      (_all, before: string, token: string, after: string) => before + this.#replace('token', token) + after,
    )
    const addresses = tokens.replace(IPV6, (candidate) =>
      isIP(candidate) === 6 ? this.#replace('ip6', candidate) : candidate,
    )
    return addresses.replace(TOKEN, (token) => this.#token(token))
  }

  row(row: readonly Value[]): Value[] {
    return row.map((value) => (typeof value === 'string' ? this.text(value) : value))
  }

  /** Hashes name the original record and files: they stay, so that who holds the case can find them again. */
  eventRow(row: readonly Value[]): Value[] {
    return row.map((value, index) =>
      typeof value === 'string' && !HASHES.has(OUT_EVENT_COLUMNS[index] ?? '') ? this.text(value) : value,
    )
  }

  #token(token: string): string {
    if (ACCOUNT.test(token)) return this.#replace('account', token)
    if (UNIQUE_ID.test(token)) return this.#replace('id', token)
    if (isIP(token) === 4) return this.#replace('ip4', token)
    const name =
      this.#names.has(token.toLowerCase()) && token.length >= MIN_NAME && !KEPT.has(token.toLowerCase())
    if (name) return this.#replace('name', token)
    // A sentence ends in a dot, and file names join accounts by underscores.
    if (/[._@=+-]/.test(token) && !UUID.test(token)) return this.#parts(token)
    return token
  }

  #parts(token: string): string {
    const address = /^(.*?)((?:\d{1,3}\.){3}\d{1,3})(.*)$/.exec(token)
    if (address?.[2] !== undefined && isIP(address[2]) === 4) {
      return `${this.#parts(address[1] ?? '')}${this.#replace('ip4', address[2])}${this.#parts(address[3] ?? '')}`
    }
    return token.replace(/[^._@=+-]+/g, (part) => {
      if (ACCOUNT.test(part)) return this.#replace('account', part)
      if (UNIQUE_ID.test(part)) return this.#replace('id', part)
      return part
    })
  }

  #replace(kind: Kind, original: string): string {
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

const HASHES = new Set([
  'source_sha256',
  'source_content_sha256',
  'record_sha256',
  'event_id',
  'request_id',
  'shared_event_id',
  'event_time',
])

/** Pseudonyms keep the form of what they stand for, so that the records still parse and read. */
const PSEUDONYMS = {
  account: (mac) => `9${String(mac.readUIntBE(0, 6) % 100_000_000_000).padStart(11, '0')}`,
  id: (mac, original) => original.slice(0, 4) + base32(mac, original.length - 4),
  // 240.0.0.0/4 is reserved: no such address exists.
  ip4: (mac) => `24${(mac[0] as number) % 10}.${mac[1]}.${mac[2]}.${mac[3]}`,
  ip6: (mac) => `2001:db8:${mac.subarray(0, 12).toString('hex').match(/.{4}/g)?.join(':') ?? ''}`,
  name: (mac) => `name-${mac.toString('hex', 0, 5)}`,
  token: (mac) => `token-${mac.toString('hex', 0, 8)}`,
} as const satisfies Record<string, (mac: Buffer, original: string) => string>

type Kind = keyof typeof PSEUDONYMS

function base32(mac: Buffer, length: number): string {
  return Array.from({ length }, (_, index) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt((mac[index % mac.length] as number) % 32),
  ).join('')
}

/** Names of the case: of users, roles, sessions and Identity Center users. Services are nobody's secret. */
export function readNames(db: Connection): string[] {
  const found = db
    .prepare<unknown[], string>(
      `SELECT user_name FROM identity WHERE user_name IS NOT NULL UNION SELECT session_name FROM identity WHERE session_name IS NOT NULL
       UNION SELECT session_issuer_name FROM identity WHERE session_issuer_name IS NOT NULL
       UNION SELECT identity_center_user_id FROM identity WHERE identity_center_user_id IS NOT NULL
       UNION SELECT source_identity FROM identity WHERE source_identity IS NOT NULL
       UNION SELECT name FROM resource WHERE name IS NOT NULL AND type IN ('AWS::IAM::User', 'AWS::IAM::Role', 'AWS::IAM::Group')`,
    )
    .pluck()
    .all()
  return found.map((name) => name.toLowerCase()).filter((name) => !name.endsWith('.amazonaws.com'))
}

/** Originals that still stand in the file. Looks at every text of every table but those that name evidence by hash. */
export function findLeaks(out: Connection, mapping: ReadonlyMap<string, string>): string[] {
  const pseudonyms = new Set(mapping.values())
  const secrets = new Set([...mapping.keys()].filter((original) => !pseudonyms.has(original)))
  const leaks = new Set<string>()
  const tables = out
    .prepare<unknown[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'events_fts%' AND name NOT LIKE 'sqlite_%'",
    )
    .pluck()
    .all()
  for (const table of tables) {
    for (const row of out.prepare<unknown[], unknown[]>(`SELECT * FROM ${table}`).raw().iterate()) {
      for (const value of row) if (typeof value === 'string') collectLeaks(value, secrets, leaks)
    }
  }
  return [...leaks]
}

function collectLeaks(text: string, secrets: ReadonlySet<string>, leaks: Set<string>): void {
  for (const [token] of text.matchAll(TOKEN)) {
    if (secrets.has(token)) leaks.add(token)
    if (UUID.test(token)) continue
    for (const part of token.split(/[._@=+-]+/))
      if ((ACCOUNT.test(part) || UNIQUE_ID.test(part)) && secrets.has(part)) leaks.add(part)
  }
  for (const [address] of text.matchAll(IPV6)) if (secrets.has(address)) leaks.add(address)
}
