/**
 * Claims in the path of a delivered object: AWSLogs/[o-ORGID/]ACCOUNT/FAMILY/REGION/YYYY/MM/DD/FILE. Hints only. The
 * file name takes precedence over folders, because copies keep their name more often than their place.
 */
import type { PathHints } from './source.js'
import { FAMILY, findTrailName, readStamp, type NameClaims } from './trail-name.js'

// Tighter than in names, because a folder `case-alpha-1` must not pass for a region: see DAY.
const REGION =
  '[a-z]{2,4}(?:-[a-z]{2,5})?-(?:central|east|west|north(?:east|west)?|south(?:east|west)?)-\\d{1,2}'

const OWNER = new RegExp(`(?:^|/)(?:(o-[a-z0-9]{10,32})/)?(\\d{12})/(${FAMILY})(?:/|$)`)

// A download of one family folder, without the account above it.
const FAMILY_ALONE = new RegExp(`(?:^|/)(${FAMILY})/(?:${REGION}|Query)(?:/|$)`)

// A date counts only after a region or a Lake query folder: cases/2024/01/02/ is the investigator's own date, and no
// reason to skip a file. The last such date counts.
const DAY = new RegExp(
  `^(?:.*/)?(?:(${REGION})|(CloudTrail-Lake)/Query)/(\\d{4})/(\\d\\d)/(\\d\\d)(?:/|$)`,
  's',
)

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
  const name = findTrailName(slashed, cut + 1)
  return name === null ? { ...lastHints } : withName(lastHints, name)
}

function withName(folder: FolderHints, name: NameClaims): PathHints {
  const { accountId, family, region, date, deliveredAt } = name
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
