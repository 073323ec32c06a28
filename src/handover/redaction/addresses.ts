/** Finds IP addresses in text, IPv6 in every standard spelling. */
import { isIP } from 'node:net'
import type { Hit } from './known-values.js'

const IPV4 = /(?<!\d)(?:\d{1,3}\.){3}\d{1,3}(?!\d)/g
/** ip-10-0-0-12.ec2.internal */
const HOST = /(?<=(?<![\p{L}\p{N}])(?:ip|ec2)-)\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}(?!\d)/giu
/** Characters of an IPv6 address. */
const COLONED = /[0-9a-f:.]{2,}/gi
const LONGEST = 45
const GROUP = 4
const MOST_COLONS = 8
/** Without `::`, if the last two groups are an IPv4 address. */
const LEAST_COLONS = 6
/** Unspecified, broadcast and loopback addresses. */
const COMMON = new Set(['0.0.0.0', '255.255.255.255', '127.0.0.1', '::', '::1'])
/** Assigned global and local prefixes: no other text looks like one. */
const ASSIGNED = /^(?:[23][0-9a-f]{3}|f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]|64:ff9b):/i
const MAPPED = '::ffff:'

/** The canonical spelling of an IPv6 address; null if the text is not one. */
export function canonicalIp6(text: string): string | null {
  return isIP(text) === 6 ? new URL(`http://[${text.replace(/%.*/s, '')}]`).hostname.slice(1, -1) : null
}

export function addressesIn(text: string, known: ReadonlySet<string>): Hit[] {
  const hits: Hit[] = []
  for (const { 0: digits, index } of text.matchAll(HOST))
    hits.push({ start: index, end: index + digits.length, kind: 'ip4', meaning: digits.replaceAll('-', '.') })
  for (const { 0: address, index } of text.matchAll(IPV4)) {
    if (isIP(address) === 4 && !COMMON.has(address))
      hits.push({ start: index, end: index + address.length, kind: 'ip4', meaning: address })
  }
  if (/:[^]*:/.test(text))
    for (const { 0: run, index } of text.matchAll(COLONED)) hits.push(...ip6In(text, run, index, known))
  return hits
}

function* ip6In(text: string, run: string, offset: number, known: ReadonlySet<string>): Generator<Hit> {
  if (!/:[^]*:/.test(run)) return
  for (let start = 0; start < run.length; start++) {
    const found = ip6At(run, start, known) ?? isolatedIp6(text, run, start, offset)
    if (found === null) continue
    yield { start: offset + start, end: offset + found.end, kind: 'ip6', meaning: found.meaning }
    start = found.end - 1
  }
}

interface Found {
  readonly end: number
  readonly meaning: string
}

/** A known address, or the longest that cannot be anything else. */
function ip6At(run: string, start: number, known: ReadonlySet<string>): Found | null {
  let longest: Found | null = null
  const isFree = !isHex(run.charAt(start - 1))
  for (const end of endsOf(run, start)) {
    const address = run.slice(start, end)
    const meaning = canonicalIp6(address)
    if (meaning === null || COMMON.has(meaning)) continue
    if (known.has(meaning)) return { end, meaning }
    if (isFree && ASSIGNED.test(address)) longest ??= { end, meaning }
  }
  return longest
}

/** Possible ends of an address starting here, longest first: eight groups, or fewer around one `::`. */
function endsOf(run: string, start: number): number[] {
  const ends: number[] = []
  let colons = 0
  let group = 0
  let isShortened = false
  for (let at = start; at < run.length && at < start + LONGEST; at++) {
    const character = run.charAt(at)
    group = isHex(character) ? group + 1 : 0
    if (character === ':') {
      colons++
      if (run.charAt(at - 1) === ':' && at > start) {
        if (isShortened) break
        isShortened = true
      }
    }
    if (group > GROUP || colons > MOST_COLONS) break
    const isEnd = (isShortened || colons >= LEAST_COLONS) && !isHex(run.charAt(at + 1))
    if (isEnd) ends.unshift(at + 1)
  }
  return ends
}

/** Any other address not touched by a letter, digit or colon. */
function isolatedIp6(text: string, run: string, start: number, offset: number): Found | null {
  if (start !== 0 || /\w/.test(text.charAt(offset - 1)) || /\w/.test(text.charAt(offset + run.length)))
    return null
  const address = run.replace(/\.$/, '')
  const meaning = address.length > LONGEST ? null : canonicalIp6(address)
  // For a mapped address only the IPv4 part is replaced.
  if (meaning === null || COMMON.has(meaning) || (meaning.startsWith(MAPPED) && address.includes('.')))
    return null
  return { end: address.length, meaning }
}

function isHex(character: string): boolean {
  return /[0-9a-f]/i.test(character)
}
