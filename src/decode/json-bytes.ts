/** Bytes of JSON's syntax. */
export const QUOTE = 0x22
export const BACKSLASH = 0x5c
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
export const OPEN_ARRAY = 0x5b
export const CLOSE_ARRAY = 0x5d
export const LINE_FEED = 0x0a

/** White space between tokens. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === LINE_FEED || byte === 0x0d || byte === 0x09
}

/** Index after the closing quote of a string, or -1. */
export function stringEnd(window: Buffer, from: number): number {
  for (let at = from; at < window.length; at++) {
    const byte = window[at]
    if (byte === QUOTE) return at + 1
    if (byte === BACKSLASH) at++
  }
  return -1
}
