import { describe, expect, it } from 'vitest'
import { dayOutside, readTrailPath } from '../../src/model/trail-path.js'
import type { PathHints } from '../../src/model/source.js'

const UNIQ = 'HdkvFTXOA3Vnhbc0'
const MINUTE = Date.UTC(2024, 1, 29, 23, 55)
const LOG = `111122223333_CloudTrail_us-east-2_20240229T2355Z_${UNIQ}.json.gz`
const FOLDERS = 'AWSLogs/111122223333/CloudTrail/us-east-2/2024/02/29'
const HINTS: PathHints = {
  family: 'CloudTrail',
  accountId: '111122223333',
  organizationId: undefined,
  region: 'us-east-2',
  deliveredAt: MINUTE,
  day: '2024-02-29',
}
const FOLDERS_ONLY = { ...HINTS, deliveredAt: undefined }
const NOTHING = {}

/** Absent and undefined are the same hint. */
const said = (hints: PathHints): PathHints =>
  Object.fromEntries(Object.entries(hints).filter(([, value]) => value !== undefined))

const CASES: [title: string, path: string, hints: PathHints][] = [
  ['a log file', `${FOLDERS}/${LOG}`, HINTS],
  ['a bucket and a prefix above', `/mnt/bucket/some/prefix/${FOLDERS}/${LOG}`, HINTS],
  ['a Windows path', `D:\\evidence\\${FOLDERS.replaceAll('/', '\\')}\\${LOG}`, HINTS],
  ['an unpacked log file', `${FOLDERS}/${LOG.replace('.gz', '')}`, HINTS],
  ['no underscore before the unique part', `${FOLDERS}/${LOG.replace('Z_', 'Z')}`, HINTS],
  [
    'an organization trail',
    `AWSLogs/o-exampleorgid/111122223333/CloudTrail/us-east-2/2024/02/29/${LOG}`,
    { ...HINTS, organizationId: 'o-exampleorgid' },
  ],
  ...['CloudTrail-Insight', 'CloudTrail-NetworkActivity', 'CloudTrail-Aggregated'].map(
    (family): [string, string, PathHints] => [
      `family ${family}`,
      `AWSLogs/111122223333/${family}/us-east-2/2024/02/29/111122223333_${family}_us-east-2_20240229T2355Z_${UNIQ}.json.gz`,
      { ...HINTS, family },
    ],
  ),
  [
    'a digest',
    'AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2024/02/29/111122223333_CloudTrail-Digest_us-east-2_my-trail_us-west-2_20240229T235507Z.json.gz',
    { ...HINTS, family: 'CloudTrail-Digest', deliveredAt: MINUTE + 7000 },
  ],
  [
    'a backfill digest of a trail called by a date',
    '111122223333_CloudTrail-Digest_us-east-2_x_20200101T000000Z_y_us-west-2_20240229T235507Z_backfill.json.gz',
    { ...HINTS, family: 'CloudTrail-Digest', deliveredAt: MINUTE + 7000 },
  ],
  [
    'a Lake result',
    'bucket/AWSLogs/111122223333/CloudTrail-Lake/Query/2024/02/29/0a1b-query/result_1.csv.gz',
    { family: 'CloudTrail-Lake', accountId: '111122223333', day: '2024-02-29' },
  ],
  ['a file alone', LOG, HINTS],
  ['a file in folders of the user', `export (2)/${LOG}`, HINTS],
  ['a copy', `x/copy_of_${LOG}`, HINTS],
  ['a renamed file in its folders', `${FOLDERS}/download (1).gz`, FOLDERS_ONLY],
  ['only the region folder', 'us-east-2/2024/02/29/a.json', { region: 'us-east-2', day: '2024-02-29' }],
  [
    'only the family folder',
    'CloudTrail-Digest/us-east-2/2024/02/29/a.json',
    { family: 'CloudTrail-Digest', region: 'us-east-2', day: '2024-02-29' },
  ],
  [
    'the name before the folders, but the day of the folders',
    `AWSLogs/999999999999/CloudTrail-Insight/eu-west-1/2024/03/01/${LOG}`,
    { ...HINTS, day: '2024-03-01' },
  ],
  ['a newline in a folder', `a\nb/${FOLDERS}/${LOG}`, HINTS],
  [
    'regions of other partitions',
    '111122223333_CloudTrail_us-isob-east-1_20240229T2355Z_x.json',
    { ...HINTS, region: 'us-isob-east-1' },
  ],
  [
    'a date that does not exist',
    'AWSLogs/111122223333/CloudTrail/us-east-2/2023/02/29/111122223333_CloudTrail_us-east-2_20231301T0000Z_x.json',
    { family: 'CloudTrail', accountId: '111122223333', region: 'us-east-2' },
  ],
  ["the investigator's own date folders", 'cases/2024/02/29/events.json', NOTHING],
  ['a case number like a region', 'case-alpha-1/2024/02/29/events.json', NOTHING],
  ['Firehose folders', 'firehose/2024/02/29/13/stream-1-2024-02-29-13-00-00-abc', NOTHING],
  ['13 digits', '1111122223333_CloudTrail_us-east-2_20240229T2355Z_x.json', NOTHING],
  ['nothing', '', NOTHING],
  ['a slash', '/', NOTHING],
]

describe('hints from a path', () => {
  it.each(CASES)('reads %s', (_, path, hints) => {
    expect(said(readTrailPath(path))).toEqual(said(hints))
  })

  it('gives the same independent of what was read before', () => {
    const forwards = CASES.map(([, path]) => readTrailPath(path))
    const backwards = CASES.toReversed().map(([, path]) => readTrailPath(path))
    expect(backwards.toReversed()).toEqual(forwards)
  })
})

describe('skipping a file by its day', () => {
  const at = (text: string): number => Date.parse(text)
  const ofDay = (day: string): PathHints => ({ day })

  it('skips a day that ended before since, and no later one', () => {
    expect(dayOutside(ofDay('2024-01-09'), at('2024-01-10T00:00Z'), null)).toBe(true)
    expect(dayOutside(ofDay('2024-01-10'), at('2024-01-10T00:00Z'), null)).toBe(false)
    expect(dayOutside(ofDay('2024-01-10'), at('2024-01-10T23:59Z'), null)).toBe(false)
    expect(dayOutside(ofDay('2025-01-10'), at('2024-01-10T23:59Z'), null)).toBe(false)
  })

  it('reads late deliveries up to two days after until', () => {
    const until = at('2024-01-10T12:00Z')
    expect(dayOutside(ofDay('2024-01-10'), null, until)).toBe(false)
    expect(dayOutside(ofDay('2024-01-12'), null, until)).toBe(false)
    expect(dayOutside(ofDay('2024-01-13'), null, until)).toBe(true)
    expect(dayOutside(ofDay('2023-01-01'), null, until)).toBe(false)
  })

  it('goes by the minute in the name when there are no folders', () => {
    expect(dayOutside({ deliveredAt: MINUTE }, at('2024-03-01T00:00Z'), null)).toBe(true)
    expect(dayOutside({ deliveredAt: MINUTE }, at('2024-02-29T23:59Z'), null)).toBe(false)
  })

  it('reads a file whose name and folders disagree', () => {
    const hints = { day: '2024-01-01', deliveredAt: at('2024-06-01T10:00Z') }
    expect(dayOutside(hints, at('2024-05-01T00:00Z'), null)).toBe(false)
    expect(dayOutside(hints, null, at('2024-02-01T00:00Z'))).toBe(false)
    expect(dayOutside(hints, at('2024-07-01T00:00Z'), null)).toBe(true)
  })

  it('never skips without a date or without a window', () => {
    expect(dayOutside({}, at('2024-01-10T00:00Z'), at('2024-01-11T00:00Z'))).toBe(false)
    expect(dayOutside(ofDay('2024-01-09'), null, null)).toBe(false)
  })

  it('reads a Lake result of a later query, which may be about any earlier time', () => {
    const lake = { family: 'CloudTrail-Lake', day: '2024-06-01' }
    expect(dayOutside(lake, null, at('2024-01-01T00:00Z'))).toBe(false)
    expect(dayOutside(lake, at('2024-07-01T00:00Z'), null)).toBe(true)
  })
})
