/** Placeholders for values that AWS withheld. Two equal ones need not mean the same principal. */
const WITHHELD = new Set([
  'HIDDEN_DUE_TO_SECURITY_REASONS',
  'Value hidden due to security reasons.',
  '<sensitiveDataRemoved>',
])

/** The value if it identifies something; null if absent, empty or withheld. */
export function known(value: string | null): string | null {
  if (value === null || value === '' || WITHHELD.has(value) || /^\*+$/.test(value)) return null
  return value
}
