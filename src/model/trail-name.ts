/**
 * The names that CloudTrail gives to the objects it delivers. Each name is unique, by its 16 random characters or, of a digest, by
 * its second, so that a file is the object wherever it was copied to.
 */

// us-east-1, us-gov-west-1, us-isob-east-1, eusc-de-east-1, and what may come.
const REGION = '[a-z]{2,6}(?:-[a-z]{2,10}){1,3}-\\d{1,2}'
export const FAMILY = 'CloudTrail(?:-[A-Za-z]{1,30})?'

// ACCOUNT_FAMILY_REGION_YYYYMMDDTHHmmZ[_]UNIQ. Sticky, here and below: the caller knows where the account begins.
const LOG_NAME = new RegExp(
  `(?<!\\d)(\\d{12})_(${FAMILY})_(${REGION})_(\\d{8})T(\\d{4})Z(?:_?[A-Za-z0-9]+)?`,
  'y',
)

// ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHmmssZ[_backfill]. A trail may be called anything, even
// by a date: the last stamp counts, and the greedy .* sees to it.
const DIGEST_NAME = new RegExp(
  `(?<!\\d)(\\d{12})_(CloudTrail-Digest)_(${REGION})_(?:(.*)_)?(\\d{8})T(\\d{4})(\\d\\d)?Z(?:_backfill)?`,
  'sy',
)

const WORD = '_CloudTrail'
const ACCOUNT_LENGTH = 12

/** What a name claims. */
export interface NameClaims {
  readonly accountId: string
  /** CloudTrail, CloudTrail-Digest, CloudTrail-Insight, … */
  readonly family: string
  readonly region: string
  /** Of a digest: TRAIL_HOMEREGION. */
  readonly trail: string | null
  /** `YYYYMMDD` */
  readonly date: string
  /** Undefined for a time that does not exist. */
  readonly deliveredAt: number | undefined
  /** Where the name is in the path. */
  readonly start: number
  readonly end: number
}

/**
 * The name in the last part of a path, with anything around it: a copy can begin with its folders, joined by other signs. Looks for
 * the fixed word first, at a tenth of a pattern's cost.
 * @param from where the last part begins.
 */
export function findTrailName(path: string, from: number): NameClaims | null {
  for (let word = path.indexOf(WORD, from); word !== -1; word = path.indexOf(WORD, word + 1)) {
    const found = word < from + ACCOUNT_LENGTH ? null : nameAt(path, word)
    if (found !== null) return found
  }
  return null
}

function nameAt(path: string, word: number): NameClaims | null {
  const isDigest = path.startsWith('-Digest', word + WORD.length)
  const pattern = isDigest ? DIGEST_NAME : LOG_NAME
  const start = word - ACCOUNT_LENGTH
  pattern.lastIndex = start
  const found = pattern.exec(path)
  if (found === null) return null
  const [text, accountId = '', family = '', region = '', ...rest] = found
  const [trail = null, date = '', minute = '', second] = isDigest ? rest : [undefined, ...rest]
  const deliveredAt = readStamp(date, minute, second)
  return { accountId, family, region, trail, date, deliveredAt, start, end: start + text.length }
}

// How browsers and file managers call the copy of a file.
const COPY = '(?: ?\\(\\d{1,3}\\)| - Copy(?: \\(\\d{1,3}\\))?| copy(?: \\d{1,3})?)?'
// Unpacked, or packed in another way. With anything else at its end a file is a leftover of a download, a checksum or a signature.
const ENDING = new RegExp(`^${COPY}(?:\\.json)?${COPY}(?:\\.(?:gz|bz2|xz|zst))*${COPY}$`, 'i')
// AppleDouble files, and hidden or temporary ones of programs that copy.
const HIDDEN = /^[.~]/

export interface TrailName extends NameClaims {
  /** The same for each copy of the object. */
  readonly object: string
}

/** Null for a file that is not an object of CloudTrail or a copy of one, by its name. */
export function readTrailName(path: string): TrailName | null {
  const from = lastPart(path)
  const claims = findTrailName(path, from)
  if (claims === null || !ENDING.test(path.slice(claims.end))) return null
  if (HIDDEN.test(path.slice(from, claims.start))) return null
  return { ...claims, object: path.slice(claims.start, claims.end) }
}

/** Of a path of any system. */
function lastPart(path: string): number {
  return Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1
}

export interface DeliveredName {
  /** From AWSLogs/ on, when the path has the whole form of a delivered object; null when it was copied elsewhere. */
  readonly place: string | null
  /** Its last part; of an object and its copies the same. */
  readonly name: string
}

const PLACE =
  /^(?:.*\/)?(AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/CloudTrail[A-Za-z-]*\/(?:[^/]+\/)?\d{4}\/\d\d\/\d\d\/(?:[^/]+\/)?)[^/]+$/

/**
 * Where a path, or the key of an object, says that it was delivered. A local path implies the place only from AWSLogs/ on: bucket
 * and prefix are gone. `.gz` is left out, because many unpack their copies.
 */
export function deliveredName(path: string): DeliveredName {
  const slashed = path.replaceAll('\\', '/')
  const object = readTrailName(slashed)?.object
  const name =
    object === undefined ? slashed.slice(lastPart(slashed)).replace(/(?:\.gz)+$/i, '') : `${object}.json`
  const folder = PLACE.exec(slashed)?.[1]
  return { place: folder === undefined ? null : folder + name, name }
}

/** Undefined for a time that does not exist. */
export function readStamp(date: string, minute: string, second = '0'): number | undefined {
  const midnight = midnightOf(date)
  const hours = Number(minute.slice(0, 2))
  const minutes = Number(minute.slice(2))
  if (midnight === undefined || hours > 23 || minutes > 59 || Number(second) > 59) return undefined
  return midnight + ((hours * 60 + minutes) * 60 + Number(second)) * 1000
}

/** Date.UTC alone would roll 31 June over into July, and month 13 into January: then the day or month differs. */
function midnightOf(date: string): number | undefined {
  const month = Number(date.slice(4, 6)) - 1
  const day = Number(date.slice(6))
  const midnight = new Date(Date.UTC(Number(date.slice(0, 4)), month, day))
  return midnight.getUTCDate() === day && midnight.getUTCMonth() === month ? midnight.getTime() : undefined
}
