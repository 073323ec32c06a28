/** Spellings of a key in an access log: S3 percent-encodes it once or twice, differently by operation. */

/** Each can be encoded or not, independently. */
const EITHER_WAY: readonly (readonly [RegExp, (encoded: string) => string])[] = [
  // `+` is literal, or a space.
  [/%2B/g, () => '+'],
  [/%20/g, () => '+'],
  // Reserved in a URI, but allowed in a path.
  [/%(?:24|26|2C|3A|3B|3D|40)/g, decodeURIComponent],
]
/** Left alone by encodeURIComponent, encoded by others. */
const MARKS = /[!'()*~]/g

/** @param key as typed; always one of the results. */
export function keySpellings(key: string): string[] {
  const bare = encodeURIComponent(key.toWellFormed()).replaceAll('%2F', '/')
  let once = [bare, bare.replace(MARKS, percent)]
  for (const [written, other] of EITHER_WAY)
    once = [...new Set(once.flatMap((text) => [text, text.replace(written, other)]))]
  const twice = once.map((text) => encodeURIComponent(text).replaceAll('%2F', '/'))
  return [...new Set([key, ...once, ...twice])]
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`
}
