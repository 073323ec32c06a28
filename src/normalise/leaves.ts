/** Strings and numbers in a value, in order, down to the given depth. */
export function* leaves(value: unknown, levels: number): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') yield String(value)
  if (typeof value !== 'object' || value === null || levels === 0) return
  for (const inner of Object.values(value)) yield* leaves(inner, levels - 1)
}

export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}
