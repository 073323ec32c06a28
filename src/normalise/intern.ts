/** Caches of repeated values. Real archives repeat a lot: 33,377 events have 189 identities and 300 names. */
import { hash } from 'node:crypto'
import { clean } from '../model/clean-text.js'
import type { Entry, SqlValue } from '../model/dictionary.js'

/** A cache over this size is emptied: its values are hashed and shipped again, which only costs time. */
export const MAX_ENTRIES = 32_768

/** Values by a first and a second key, to avoid building a long key for each record. */
export class Cache<T> {
  readonly #entries = new Map<unknown, Map<unknown, T>>()
  readonly #limit: number
  #size = 0

  constructor(limit = MAX_ENTRIES) {
    this.#limit = limit
  }

  get(first: unknown, second: unknown): T | undefined {
    return this.#entries.get(first)?.get(second)
  }

  set(first: unknown, second: unknown, entry: T): T {
    if (this.#size++ >= this.#limit) {
      this.#entries.clear()
      this.#size = 0
    }
    let inner = this.#entries.get(first)
    if (inner === undefined) this.#entries.set(first, (inner = new Map<unknown, T>()))
    inner.set(second, entry)
    return entry
  }
}

/**
 * Deep equality including key order. Beyond the depth of any real identity values count as different, which only costs
 * time.
 */
export function isEqual(a: unknown, b: unknown, depth = 0): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || depth > 20) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  const others = Object.keys(b)
  if (keys.length !== others.length) return false
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string
    if (key !== others[index]) return false
    if (!isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], depth + 1))
      return false
  }
  return true
}

/** 52 bits of the values' SHA-256: an exact double. */
export function hash52(values: readonly SqlValue[]): number {
  return Number.parseInt(hexOf(values).slice(0, 13), 16)
}

/** 63 bits of the values' SHA-256: a positive SQLite integer. */
export function hash63(values: readonly SqlValue[]): bigint {
  return BigInt(`0x${hexOf(values).slice(0, 16)}`) >> 1n
}

/** As text: a buffer per digest costs 1.5 µs more. */
function hexOf(values: readonly SqlValue[]): string {
  return hash('sha256', JSON.stringify(values))
}

export function makeEntry(values: readonly SqlValue[], text = wordsOf(values)): Entry {
  const id = hash52(values)
  return { id, label: String(id), values, text, shipped: false }
}

function wordsOf(values: readonly SqlValue[]): string {
  return values.filter((value) => typeof value === 'string').join(' ')
}

export function cleanValue(value: SqlValue): SqlValue {
  return typeof value === 'string' ? clean(value) : value
}
