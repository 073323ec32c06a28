/** Caches of repeated values. Real archives repeat themselves: 33,377 events have 189 identities and 300 names. */
import { hash } from 'node:crypto'
import type { Entry, SqlValue } from '../model/dictionary.js'

/** Beyond this a cache is emptied: values are then hashed and shipped again, which only costs time. */
const MAX_ENTRIES = 100_000

/** Joins key parts: a control character that JSON text can not hold unescaped. */
export const JOINT = '\u0001'
/** Absent, as opposed to ''. */
export const ABSENT = '\u0002'

export class Cache<T> {
  readonly #entries = new Map<string, T>()

  get(key: string): T | undefined {
    return this.#entries.get(key)
  }

  set(key: string, entry: T): T {
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear()
    this.#entries.set(key, entry)
    return entry
  }
}

/** 52 bits of the values' SHA-256: fits a double exactly. */
export function hash52(values: readonly SqlValue[]): number {
  const digest = hash('sha256', JSON.stringify(values), 'buffer')
  return digest.readUIntBE(0, 6) * 16 + ((digest[6] as number) >> 4)
}

/** 63 bits of the values' SHA-256: a positive SQLite integer. */
export function hash63(values: readonly SqlValue[]): bigint {
  return hash('sha256', JSON.stringify(values), 'buffer').readBigUInt64BE(0) >> 1n
}

export function makeEntry(values: readonly SqlValue[]): Entry {
  return { id: hash52(values), values, shipped: false }
}

/**
 * Text that any SQLite reader can take: no lone surrogates (they become invalid UTF-8, and Python refuses the row) and no
 * NUL (C programs stop there). The record keeps its bytes.
 */
export function clean(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\u2400')
}

export function cleanValue(value: SqlValue): SqlValue {
  return typeof value === 'string' ? clean(value) : value
}
