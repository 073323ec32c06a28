/** Where a row belongs: `account_id=…/region=…/day=…`, with values escaped as Hive escapes them. */

/** Hive's own name for null and the empty string. */
const NO_VALUE = '__HIVE_DEFAULT_PARTITION__'
const PLAIN = /^[A-Za-z0-9._-]$/

export function partitionOf(account: string | null, region: string | null, timeMs: number | null): string {
  const day = timeMs === null ? null : (new Date(timeMs).toISOString().split('T')[0] ?? null)
  return `account_id=${escaped(account)}/region=${escaped(region)}/day=${escaped(day)}`
}

/** By bytes: no value can name another folder, and every reader decodes it the same way. */
function escaped(value: string | null): string {
  if (value === null || value === '') return NO_VALUE
  return [...Buffer.from(value)]
    .map((byte) => {
      const one = String.fromCharCode(byte)
      return PLAIN.test(one) ? one : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}
