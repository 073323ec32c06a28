/** How a text can hold what is to be replaced: forms of addresses and ids, JSON, percent-encoding. */

export const UUID = String.raw`(?<![0-9a-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z])`
export const IPV6 = String.raw`(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:.])`
/** ip-10-0-0-12.ec2.internal */
export const HOST = String.raw`(?<![\p{L}\p{N}])(?:ip|ec2)-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}(?!\d)`
export const IPV4 = String.raw`(?<!\d)(?:\d{1,3}\.){3}\d{1,3}(?!\d)`

export function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Undone once; null when it is no such encoding. */
export function percentDecoded(run: string): string | null {
  try {
    return decodeURIComponent(run)
  } catch {
    return null
  }
}

/** Percent-encoded again; what stood as it is in the original stands so again. */
export function encodedLike(run: string, text: string): string {
  return encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16))
    return character !== '%' && run.includes(character) ? character : code
  })
}
