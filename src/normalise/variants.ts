/** Dictionary entries that share the keys of their cache: a short list, searched from the start. */
import type { Entry } from '../model/dictionary.js'
import { cleanValue, makeEntry } from './intern.js'

/** Entries that share the first two keys of their cache. */
export interface Variant {
  readonly parts: readonly (string | number | null)[]
  readonly entry: Entry
}

export function variantOf(variants: Variant[], parts: Variant['parts']): Variant {
  for (const variant of variants) if (isSame(variant.parts, parts)) return variant
  const variant = { parts, entry: makeEntry(parts.map(cleanValue)) }
  keep(variants, variant)
  return variant
}

export function isSame(some: Variant['parts'], others: Variant['parts']): boolean {
  for (let index = 0; index < some.length; index++) if (some[index] !== others[index]) return false
  return true
}

/** Hostile archives can vary one field endlessly; the list is searched for each record, so it must stay short. */
const MAX_VARIANTS = 64

export function keep<T>(variants: T[], variant: T): void {
  if (variants.length >= MAX_VARIANTS) variants.length = 0
  variants.push(variant)
}
