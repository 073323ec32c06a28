/**
 * Everything random in a corpus comes from here, so that a seed gives the same bytes on every machine.
 * sfc32 (public domain, C. Doty-Humphrey): fast, 32-bit integer arithmetic only, no dependence on Math.random.
 */
const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const UPPER = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789'
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export class Random {
  #a: number
  #b: number
  #c: number
  #d = 1

  constructor(seed: number, stream: string) {
    let mix = seed | 0
    for (const ch of stream) mix = Math.imul(mix ^ ch.charCodeAt(0), 0x9e3779b1) ^ (mix >>> 15)
    this.#a = mix
    this.#b = mix ^ 0x5bd1e995
    this.#c = seed | 0
    for (let i = 0; i < 20; i++) this.u32()
  }

  u32(): number {
    const t = (this.#a + this.#b + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t
    return t >>> 0
  }

  /** 0 ≤ x < 1 */
  unit(): number {
    return this.u32() / 4294967296
  }

  /** 0 ≤ n < limit */
  int(limit: number): number {
    return Math.floor(this.unit() * limit)
  }

  between(low: number, high: number): number {
    return low + this.int(high - low + 1)
  }

  chance(probability: number): boolean {
    return this.unit() < probability
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)]!
  }

  /** Favours the first items: a few are popular, most are rare. The larger `skew`, the steeper. */
  popular<T>(items: readonly T[], skew = 2.5): T {
    return items[Math.floor(this.unit() ** skew * items.length)]!
  }

  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const held = items[i]!
      items[i] = items[j]!
      items[j] = held
    }
    return items
  }

  uuid(): string {
    const a = this.u32()
    const b = this.u32()
    const c = this.u32()
    const d = this.u32()
    return `${hex4(a)}-${hex2(b >>> 16)}-${hex2((b & 0x0fff) | 0x4000)}-${hex2(((c >>> 16) & 0x3fff) | 0x8000)}-${hex2(c & 0xffff)}${hex4(d)}`
  }

  hex(length: number): string {
    let text = ''
    while (text.length < length) text += hex4(this.u32())
    return text.slice(0, length)
  }

  upper(length: number): string {
    return this.#letters(UPPER, length)
  }

  lower(length: number): string {
    return this.#letters(LOWER, length)
  }

  base32(length: number): string {
    return this.#letters(BASE32, length)
  }

  base64(length: number): string {
    return this.#letters(BASE64, length)
  }

  #letters(alphabet: string, length: number): string {
    let text = ''
    for (let i = 0; i < length; i++) text += alphabet[this.int(alphabet.length)]!
    return text
  }
}

const hex2 = (n: number): string => HEX[(n >>> 8) & 255]! + HEX[n & 255]!
const hex4 = (n: number): string => hex2(n >>> 16) + hex2(n)

/** Chooses by weight in one binary search. */
export class Weighted<T> {
  readonly #items: readonly T[]
  readonly #edges: readonly number[]

  constructor(entries: readonly (readonly [weight: number, item: T])[]) {
    let sum = 0
    this.#items = entries.map(([, item]) => item)
    this.#edges = entries.map(([weight]) => (sum += weight))
  }

  pick(random: Random): T {
    const at = random.unit() * this.#edges.at(-1)!
    let low = 0
    let high = this.#edges.length - 1
    while (low < high) {
      const mid = (low + high) >>> 1
      if (at < this.#edges[mid]!) high = mid
      else low = mid + 1
    }
    return this.#items[low]!
  }
}

/**
 * An identifier as IAM issues it: the letters after the prefix encode the account, so that a tool
 * that decodes them is exercised. Keys have 20 characters, other ids 21.
 */
export function iamId(
  random: Random,
  prefix: 'AKIA' | 'ASIA' | 'AIDA' | 'AROA',
  account: string,
  tail = '',
): string {
  let value = (1n << 79n) | (BigInt(account) << 39n) | (BigInt(random.u32()) << 7n) | BigInt(random.int(128))
  let text = ''
  for (let i = 0; i < 16; i++) {
    text = BASE32[Number(value & 31n)]! + text
    value >>= 5n
  }
  const id = prefix + text + (prefix === 'AIDA' || prefix === 'AROA' ? random.base32(1) : '')
  return tail === '' ? id : id.slice(0, id.length - tail.length) + tail
}
