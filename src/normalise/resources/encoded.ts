/** IAM returns policy documents URL-encoded: only searchable once decoded. */

export function isEncodedJson(value: string): boolean {
  return value.includes('%22') && /%7b/i.test(value)
}

/** With a broken escape, still decodes the ASCII escapes. */
export function decodeJson(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value.replace(/%([0-7][0-9a-f])/gi, (_escape, hex: string) =>
      String.fromCharCode(parseInt(hex, 16)),
    )
  }
}
