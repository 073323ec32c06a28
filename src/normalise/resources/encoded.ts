/** IAM answers with policy documents in URL encoding: searchable only when decoded. */

export function isEncodedJson(value: string): boolean {
  return value.includes('%22') && /%7b/i.test(value)
}

/** A broken escape must not hide the rest: then only the ASCII escapes are undone. */
export function decodeJson(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value.replace(/%([0-7][0-9a-f])/gi, (_escape, hex: string) =>
      String.fromCharCode(parseInt(hex, 16)),
    )
  }
}
