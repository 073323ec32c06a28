/** Pseudonyms keep the form of the original, so that records still parse and read well. */
export const PSEUDONYMS = {
  account: (mac) => `9${String(mac.readUIntBE(0, 6) % 100_000_000_000).padStart(11, '0')}`,
  id: (mac, original) => {
    const made = original.slice(0, 4) + base32(mac, original.length - 4)
    return original === original.toLowerCase() ? made.toLowerCase() : made
  },
  // 240.0.0.0/4 is reserved: no such address exists.
  ip4: (mac) => `24${(mac[0] as number) % 10}.${mac[1]}.${mac[2]}.${mac[3]}`,
  ip6: (mac) => `2001:db8:${mac.subarray(0, 12).toString('hex').match(/.{4}/g)?.join(':') ?? ''}`,
  canonical: (mac) => mac.toString('hex'),
  name: (mac) => `name-${mac.toString('hex', 0, 5)}`,
  token: (mac) => `token-${mac.toString('hex', 0, 8)}`,
} as const satisfies Record<string, (mac: Buffer, original: string) => string>

export type PseudonymKind = keyof typeof PSEUDONYMS

function base32(mac: Buffer, length: number): string {
  return Array.from({ length }, (_, index) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt((mac[index % mac.length] as number) % 32),
  ).join('')
}
