/**
 * The name of an S3 object as access logs write it: percent-encoded not at all, once or twice, in capitals or small letters, with a plus
 * or %20 for a space, and not the same in every operation.
 */
const ENCODED =
  /%[0-7][0-9a-f]|%(?:c[2-9a-f]|d[0-9a-f])%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-4](?:%[89ab][0-9a-f]){3}/gi
/** S3 encodes twice at most; the rest is for keys that look encoded themselves, and for no hostile line. */
const MOST_TIMES = 8

/** Without one layer of encoding. What is no character of UTF-8 is left as it is. */
export function decodedOnce(written: string): string {
  return written.includes('%') ? written.replace(ENCODED, decodedCharacter) : written
}

function decodedCharacter(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}

/** The same for every way to write a key. A plus and a space are one: which of the two a plus was is not recorded. */
export function plainKey(written: string): string {
  let key = written
  for (let times = 0; times < MOST_TIMES; times++) {
    const decoded = decodedOnce(key)
    if (decoded === key) break
    key = decoded
  }
  return key.replaceAll('+', ' ')
}
