/** Texts that stand where AWS withheld a value. Two of them being equal says nothing about who is meant. */
const WITHHELD = new Set([
  'HIDDEN_DUE_TO_SECURITY_REASONS',
  'Value hidden due to security reasons.',
  '<sensitiveDataRemoved>',
])

/** The value if it identifies something; null if it is absent, empty or withheld. */
export function known(value: string | null): string | null {
  if (value === null || value === '' || WITHHELD.has(value) || /^\*+$/.test(value)) return null
  return value
}
