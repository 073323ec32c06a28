import type { ResourceUse } from './dictionary.js'

/** Sorted by ID without duplicates: rows must not depend on the order in which a record names resources. */
export function inKeyOrder(uses: readonly ResourceUse[]): readonly ResourceUse[] {
  if (uses.length < 2) return uses
  const sorted = uses.toSorted(compareUses)
  return sorted.filter((use, at) => {
    const before = sorted[at - 1]
    return before === undefined || compareUses(before, use) !== 0
  })
}

export function compareUses(a: ResourceUse, b: ResourceUse): number {
  return a.resource.id < b.resource.id ? -1 : a.resource.id > b.resource.id ? 1 : a.role - b.role
}
