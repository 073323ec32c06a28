/** How a text can hold what is to be replaced: forms of addresses and ids, JSON, percent-encoding, base64. */
import { isUtf8 } from 'node:buffer'

export const UUID = String.raw`(?<![0-9a-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z])`
export const IPV6 = String.raw`(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:.])`
/** ip-10-0-0-12.ec2.internal */
export const HOST = String.raw`(?<![\p{L}\p{N}])(?:ip|ec2)-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}(?!\d)`
export const IPV4 = String.raw`(?<!\d)(?:\d{1,3}\.){3}\d{1,3}(?!\d)`

/** Addresses that mean everybody, nobody or the machine itself. */
export const COMMON_ADDRESSES = new Set(['0.0.0.0', '255.255.255.255', '127.0.0.1', '::', '::1'])

/** The value of a text that is a JSON object or list, in a box; null of any other text. */
export function parsedJson(text: string): { readonly value: unknown } | null {
  if (!/^\s*[[{]/.test(text)) return null
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return null
  }
}

/** Bytes that are no UTF-8 stand as lone surrogates meanwhile, as Python has them. */
const ODD_BYTE = 0xdc00

/** Undone once. */
export function percentDecoded(run: string): string {
  return run.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    const bytes = Buffer.from(codes.replaceAll('%', ''), 'hex')
    if (isUtf8(bytes)) return bytes.toString('utf8')
    return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : ODD_BYTE + byte)).join('')
  })
}

/** Percent-encoded again; what stood as it is in the original stands so again. */
export function encodedLike(run: string, text: string): string {
  return text.replace(/[\udc80-\udcff]|[^\udc80-\udcff]+/g, (part) => {
    const odd = part.charCodeAt(0) - ODD_BYTE
    if (odd >= 0x80 && odd <= 0xff) return `%${odd.toString(16).toUpperCase()}`
    return encodeURIComponent(part.toWellFormed()).replace(/%[0-9A-F]{2}/g, (code) => {
      const character = String.fromCharCode(Number.parseInt(code.slice(1), 16))
      return character !== '%' && run.includes(character) ? character : code
    })
  })
}

/** Long enough to hold a name or number, short enough to be looked at. */
export const LEAST_BASE64 = 16
export const BASE64 = /[\w+/-]{16,100000}={0,2}/g
const BASE64_PART = /[A-Za-z0-9]{16,}={0,2}/g
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/

/**
 * A run of letters → the same with every base64 text in it changed. A path has its slashes from both, so parts are tried as well as the
 * whole. Random letters do not decode to text.
 */
export function changedBase64(run: string, change: (text: string) => string): string {
  const whole = changedAt(run, change)
  if (whole !== null) return whole
  return run.replace(BASE64_PART, (part) => changedAt(part, change) ?? part)
}

/** Null when it is no text. */
function changedAt(encoded: string, change: (text: string) => string): string | null {
  if (!beginsAsText(encoded)) return null
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length === 0 || !isUtf8(bytes)) return null
  const text = bytes.toString('utf8')
  if (CONTROL.test(text)) return null
  const changed = change(text)
  if (changed === text) return encoded
  const again = Buffer.from(changed).toString(/[-_]/.test(encoded) ? 'base64url' : 'base64')
  return encoded.endsWith('=') ? again : again.replace(/=+$/, '')
}

/** Characters of either alphabet → their six bits. */
const SEXTETS = new Uint8Array(128)
for (const last of ['+/', '-_']) {
  const alphabet = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${last}`
  for (let bits = 0; bits < alphabet.length; bits++) SEXTETS[alphabet.charCodeAt(bits)] = bits
}

/** First byte of a character → how many follow it in UTF-8; what can begin none, and controls, have NEVER. */
const NEVER = 9
const FOLLOWING = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x80) return CONTROL.test(String.fromCharCode(byte)) ? NEVER : 0
  if (byte < 0xc2 || byte > 0xf4) return NEVER
  return byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
})
const LOOKED_AT = 32

/**
 * False only where the first bytes show that no text comes out, as of nearly every run of letters: ids, words, paths. Some five
 * runs a record are looked at, and decoding one takes twenty times as long.
 */
function beginsAsText(encoded: string): boolean {
  // The last group may be short or padded.
  const end = Math.min(encoded.length - 4, LOOKED_AT)
  let following = 0
  for (let at = 0; at < end; at += 4) {
    let group = 0
    for (let place = at; place < at + 4; place++)
      group = (group << 6) | (SEXTETS[encoded.charCodeAt(place)] as number)
    for (let shift = 16; shift >= 0; shift -= 8) {
      const byte = (group >> shift) & 0xff
      if (following > 0) {
        if (byte >> 6 !== 2) return false
        following--
      } else {
        following = FOLLOWING[byte] as number
        if (following === NEVER) return false
      }
    }
  }
  return true
}
