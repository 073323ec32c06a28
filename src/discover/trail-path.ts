/**
 * Claims in the path of a delivered object: AWSLogs/[o-ORGID/]ACCOUNT/FAMILY/REGION/YYYY/MM/DD/FILE. Hints only. The
 * file name takes precedence over folders, because copies keep their name more often than their place.
 */
import type { PathHints } from '../model/source.js'

// us-east-1, ap-southeast-5, us-gov-west-1, us-isob-east-1, eusc-de-east-1. Strict, so that a folder `case-alpha-1` is
// not taken for a region: see DAY.
const REGION =
  '[a-z]{2,4}(?:-[a-z]{2,5})?-(?:central|east|west|north(?:east|west)?|south(?:east|west)?)-\\d{1,2}'
const FAMILY = 'CloudTrail(?:-[A-Za-z]{1,30})?'

// ACCOUNT_FAMILY_REGION_YYYYMMDDTHHmmZ[_]UNIQ. Sticky: the caller knows where the account starts.
const LOG_NAME = new RegExp(`(?<!\\d)(\\d{12})_(${FAMILY})_(${REGION})_(\\d{8})T(\\d{4})Z`, 'y')

// ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHmmssZ[_backfill]. A trail can have any name, even a
// date: the greedy .* finds the last stamp.
const DIGEST_NAME = new RegExp(
  `(?<!\\d)(\\d{12})_(CloudTrail-Digest)_(${REGION})_(?:.*_)?(\\d{8})T(\\d{4})(\\d\\d)?Z`,
  'sy',
)

const OWNER = new RegExp(`(?:^|/)(?:(o-[a-z0-9]{10,32})/)?(\\d{12})/(${FAMILY})(?:/|$)`)

// A download of one family folder, without the account above it.
const FAMILY_ALONE = new RegExp(`(?:^|/)(${FAMILY})/(?:${REGION}|Query)(?:/|$)`)

// A date counts only after a region or a Lake query folder: cases/2024/01/02/ is the investigator's own date, and no
// reason to skip a file. The last such date counts.
const DAY = new RegExp(
  `^(?:.*/)?(?:(${REGION})|(CloudTrail-Lake)/Query)/(\\d{4})/(\\d\\d)/(\\d\\d)(?:/|$)`,
  's',
)

const ACCOUNT_LENGTH = 12
const DAY_MS = 86_400_000

/**
 * Days after `until` by which a delivery may be late and still be read. CloudTrail delivers within minutes, at worst
 * hours; only if the bucket is unreachable it retries for up to 30 days. Two days cover the usual case and keep a
 * bounded question on a year of logs cheap; for the other, index without --until.
 */
const LATE_DELIVERY_DAYS = 2

interface FolderHints {
  readonly organizationId?: string | undefined
  readonly accountId?: string | undefined
  readonly family?: string | undefined
  readonly region?: string | undefined
  readonly day?: string | undefined
}

// Files come sorted, hundreds per folder: caches the last folder's hints. No result depends on it.
let lastFolder = ''
let lastHints: FolderHints = {}

export function readTrailPath(path: string): PathHints {
  const slashed = path.includes('\\') ? path.replaceAll('\\', '/') : path
  const cut = slashed.lastIndexOf('/')
  const folder = slashed.slice(0, Math.max(cut, 0))
  if (folder !== lastFolder) {
    lastHints = readFolder(folder)
    lastFolder = folder
  }
  const name = matchName(slashed, cut + 1)
  return name === null ? { ...lastHints } : withName(lastHints, name)
}

/** Searches for the fixed word first, at a tenth of the pattern's cost; it can follow a prefix such as `copy_of_`. */
function matchName(path: string, from: number): RegExpExecArray | null {
  const word = path.indexOf('_CloudTrail', from)
  if (word < from + ACCOUNT_LENGTH) return null
  const pattern = path.startsWith('-Digest', word + '_CloudTrail'.length) ? DIGEST_NAME : LOG_NAME
  pattern.lastIndex = word - ACCOUNT_LENGTH
  return pattern.exec(path)
}

function withName(folder: FolderHints, name: RegExpExecArray): PathHints {
  const [, accountId, family, region, date = '', minute = '', second] = name
  const deliveredAt = readStamp(date, minute, second)
  return {
    family,
    accountId,
    organizationId: folder.organizationId,
    region,
    deliveredAt,
    day: folder.day ?? (deliveredAt === undefined ? undefined : dashed(date)),
  }
}

function readFolder(folder: string): FolderHints {
  const [, organizationId, accountId, family] = OWNER.exec(folder) ?? []
  const alone = family === undefined ? FAMILY_ALONE.exec(folder)?.[1] : undefined
  const [, region, lake, year = '', month = '', date = ''] = DAY.exec(folder) ?? []
  const day = readStamp(year + month + date, '0000') === undefined ? undefined : `${year}-${month}-${date}`
  return { organizationId, accountId, family: family ?? alone ?? lake, region, day }
}

function dashed(date: string): string {
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`
}

/** undefined for a time that does not exist. */
function readStamp(date: string, minute: string, second = '0'): number | undefined {
  const midnight = midnightOf(date)
  const hours = Number(minute.slice(0, 2))
  const minutes = Number(minute.slice(2))
  if (midnight === undefined || hours > 23 || minutes > 59 || Number(second) > 59) return undefined
  return midnight + ((hours * 60 + minutes) * 60 + Number(second)) * 1000
}

/** Date.UTC turns 31 June into July and month 13 into January: then day or month differs. */
function midnightOf(date: string): number | undefined {
  const month = Number(date.slice(4, 6)) - 1
  const day = Number(date.slice(6))
  const midnight = new Date(Date.UTC(Number(date.slice(0, 4)), month, day))
  return midnight.getUTCDate() === day && midnight.getUTCMonth() === month ? midnight.getTime() : undefined
}

/**
 * Whether a whole file is outside a time window (ms since 1970) by the date in its path. A file contains records from
 * before its delivery. So it is outside if its delivery day ended before `since`, or if that day began more than
 * LATE_DELIVERY_DAYS after `until`. Without a date, or if folder and name disagree and one is inside, it is read.
 */
export function dayOutside(hints: PathHints, since: number | null, until: number | null): boolean {
  if (since === null && until === null) return false
  const starts = dayStarts(hints)
  if (starts.length === 0) return false
  if (since !== null && starts.every((start) => start + DAY_MS <= since)) return true
  // The date of a Lake result is that of the query, which can cover any earlier time.
  if (until === null || hints.family === 'CloudTrail-Lake') return false
  return starts.every((start) => start - until > LATE_DELIVERY_DAYS * DAY_MS)
}

function dayStarts(hints: PathHints): number[] {
  const starts: number[] = []
  if (hints.day !== undefined) starts.push(Date.parse(hints.day))
  if (hints.deliveredAt !== undefined) starts.push(hints.deliveredAt - (hints.deliveredAt % DAY_MS))
  return starts
}
