const TAR_BLOCK = 512

/** A header block with a valid checksum: the word `ustar` alone could occur in a record. */
export function isTar(content: Buffer): boolean {
  if (content.length < TAR_BLOCK || content.toString('latin1', 257, 262) !== 'ustar') return false
  const recorded = parseInt(
    content
      .toString('latin1', 148, 156)
      .replace(/[\0 ]+$/, '')
      .trim(),
    8,
  )
  let sum = 8 * 0x20
  for (let at = 0; at < TAR_BLOCK; at++) if (at < 148 || at >= 156) sum += content[at] as number
  return recorded === sum
}
