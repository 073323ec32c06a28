/** ARNs as whole values, and inside longer texts (embedded JSON, error messages). */
import { arnType } from './arn-types.js'

export interface ArnFacts {
  readonly arn: string
  readonly type: string | null
  readonly name: string | null
}

/** Collects the ARNs of a text. */
interface Mentions {
  arn(value: string, role: 'mentioned'): unknown
}

const S3 = 'arn:aws:s3:::'
const ARN = /^arn:(aws(?:-[a-z]+)*):([a-z0-9-]+):([a-z0-9-]*):([A-Za-z0-9-]*):(.+)$/s
/** Trails and tasks name a log group `….:log-group:NAME:*`: the group itself, not a pattern. */
const LOG_GROUP = /^arn:[a-z-]+:logs:[^:]*:[^:]*:log-group:[^:*]+:\*$/
const MAX_LENGTH = 2048
const MAX_CACHED = 20_000
const MAX_CACHED_LENGTH = 300
const cache = new Map<string, ArnFacts | null>()

/**
 * Reads a value that is the ARN of one resource; null for selectors, patterns and texts that only start like an ARN.
 */
export function readArn(value: string): ArnFacts | null {
  // S3 objects are many and rarely repeat: not worth caching.
  if (value.startsWith(S3)) return isPattern(value) || value.length === S3.length ? null : s3Facts(value)
  if (value.length > MAX_CACHED_LENGTH) return parse(value)
  const cached = cache.get(value)
  if (cached !== undefined) return cached
  if (cache.size >= MAX_CACHED) cache.clear()
  const facts = parse(value)
  cache.set(value, facts)
  return facts
}

/** For ARNs declared by AWS, where `*` and `?` are characters of an object key. */
export function readDeclaredArn(value: string): ArnFacts {
  if (value.startsWith(S3)) return s3Facts(value)
  return readArn(value) ?? { arn: value, type: null, name: null }
}

function s3Facts(arn: string): ArnFacts {
  return { arn, type: arn.indexOf('/', S3.length) < 0 ? 'AWS::S3::Bucket' : s3KeyType(arn), name: null }
}

function s3KeyType(arn: string): string {
  return arn.endsWith('/') ? 'object prefix' : 'AWS::S3::Object'
}

/** `*` and `?` are wildcards of policies and selectors, `${…}` is a policy variable: none names a resource. */
function isPattern(value: string): boolean {
  return value.includes('*') || value.includes('?') || value.includes('${')
}

function parse(value: string): ArnFacts | null {
  const arn = LOG_GROUP.test(value) ? value.slice(0, -2) : value
  if (isPattern(arn)) return null
  const match = ARN.exec(arn)
  if (match === null) return null
  const [, , service = '', , account = '', resource = ''] = match
  if (service === 's3' && account === '') return s3Facts(arn)
  if (/[\s,"']/.test(arn) && !service.startsWith('s3')) return null
  if (resource === '/' || resource === ':') return null
  const cut = resource.search(/[/:]/)
  const word = cut < 0 ? resource : resource.slice(0, cut)
  const rest = cut < 0 ? '' : resource.slice(cut + 1)
  const known = arnType(service, word, resource)
  if (known === null) return { arn, ...unknownType(service, word, rest) }
  const name = known.name(rest, resource, account)
  return name === '' ? null : { arn, type: known.type, name }
}

function unknownType(
  service: string,
  word: string,
  rest: string,
): { type: string | null; name: string | null } {
  if (rest === '') return { type: null, name: word }
  const type = /^[A-Za-z][A-Za-z-]*$/.test(word) ? `${service} ${word.toLowerCase()}` : null
  return { type, name: rest.slice(rest.lastIndexOf('/') + 1) || rest }
}

/**
 * Finds ARNs in a text by searching for `:aws`, since colons are rarer than letters; texts without ARNs cost nothing
 * else.
 */
export function findArns(text: string, found: Mentions): void {
  let at = text.indexOf(':aws')
  while (at >= 0) {
    const start = at - 3
    if (start >= 0 && text.startsWith('arn', start) && !isWordBefore(text, start)) {
      const end = endOfArn(text, at + 4)
      mention(text.slice(start, end), found)
      at = text.indexOf(':aws', end)
    } else {
      at = text.indexOf(':aws', at + 4)
    }
  }
}

function mention(candidate: string, found: Mentions): void {
  if (candidate.endsWith('$')) return
  let end = candidate.length
  while (end > 0 && TRAILING.includes(candidate.charAt(end - 1))) end -= 1
  if (end > MAX_LENGTH) return
  const slice = candidate.slice(0, end)
  const known = cache.get(slice)
  // A slice would keep the whole text in memory with the ARN.
  const arn = known?.arn ?? flat(slice)
  if (known !== null) found.arn(arn, 'mentioned')
}

function flat(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}

const TRAILING = '.:;!'

function isWordBefore(text: string, start: number): boolean {
  const code = start === 0 ? 32 : text.charCodeAt(start - 1)
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

function endOfArn(text: string, from: number): number {
  let end = from
  while (end < text.length && !isDelimiter(text.charCodeAt(end))) end += 1
  return end
}

const DELIMITERS = new Set(Array.from('"\'`<>()[]{},;\\|&#^', (character) => character.charCodeAt(0)))

/** White space, controls, quotes and brackets. An ARN cut at the brace of a policy variable ends in `$`. */
function isDelimiter(code: number): boolean {
  return code <= 32 || code === 127 || code === 0xa0 || DELIMITERS.has(code)
}
