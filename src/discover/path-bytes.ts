/**
 * File names are bytes. Three representations of a path, and conversions between them:
 * - `PathBytes`: one character per byte (latin1). As fast as any string in Node, `<` is byte order, and an ASCII path
 * is unchanged.
 * - text: decoded as UTF-8, with each invalid byte kept as a lone surrogate U+DC80..DCFF (as in Python), so that it
 * survives APIs that take strings.
 * - shown: for people, with each such byte as `\xNN`. It cannot be opened.
 */
export type PathBytes = string

const NOT_ASCII = /[\u0080-\uffff]/
const ESCAPED_BYTE = /([\udc00-\udcff])/u

// The well-formed sequences of RFC 3629 (Unicode table 3-7); the group captures a byte outside of them.
const UTF8_SEQUENCE =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|([\x80-\xff])/g

export function bytesOfText(text: string): PathBytes {
  if (!NOT_ASCII.test(text)) return text
  // Odd pieces are the escaped bytes. The u flag keeps surrogate pairs together.
  return text
    .split(ESCAPED_BYTE)
    .map((piece, index) =>
      index % 2 === 1
        ? String.fromCharCode(piece.charCodeAt(0) & 0xff)
        : Buffer.from(piece, 'utf8').toString('latin1'),
    )
    .join('')
}

export function textOfBytes(bytes: PathBytes): string {
  return decode(bytes, escapeAsText)
}

/** Hides a byte from an API that would interpret it; `bytesOfText` undoes it. */
export function escapeAsText(byte: string): string {
  return String.fromCharCode(0xdc00 + byte.charCodeAt(0))
}

export function shownOfBytes(bytes: PathBytes): string {
  return decode(bytes, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

export function isUtf8(bytes: PathBytes): boolean {
  return !NOT_ASCII.test(bytes) || !ESCAPED_BYTE.test(textOfBytes(bytes))
}

/** For the fs functions, which encode strings as UTF-8: only ASCII may be passed as a string. */
export function openable(bytes: PathBytes): string | Buffer {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1') : bytes
}

export function joinBytes(folder: PathBytes, name: PathBytes): PathBytes {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`
}

function decode(bytes: PathBytes, escapeByte: (byte: string) => string): string {
  if (!NOT_ASCII.test(bytes)) return bytes
  return bytes.replace(UTF8_SEQUENCE, (sequence, bad: string | undefined) =>
    bad === undefined ? Buffer.from(sequence, 'latin1').toString('utf8') : escapeByte(bad),
  )
}
