/** How S3 may have written a key in an access log: percent-encoded, once or twice, and not the same in every operation. */

/** Each is written either way, whatever happens to the others. */
const EITHER_WAY: readonly (readonly [RegExp, (encoded: string) => string])[] = [
  // A plus is itself, or a space.
  [/%2B/g, () => '+'],
  [/%20/g, () => '+'],
  // Reserved in a URI, but allowed in a path.
  [/%(?:24|26|2C|3A|3B|3D|40)/g, decodeURIComponent],
]
/** What encodeURIComponent leaves alone, and others do not. */
const MARKS = /[!'()*~]/g

/** @param key as typed; that is one of them. */
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
