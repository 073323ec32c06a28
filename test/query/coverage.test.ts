import { rmSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Coverage } from '../../src/model/coverage.js'
import { NO_FILTERS, type Scope } from '../../src/model/question.js'
import { readCoverage } from '../../src/query/coverage/coverage.js'
import { readDelivered } from '../../src/query/coverage/delivered-files.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { makeRecord, put, putLog, uuid, type CloudTrailRecord } from '../helpers/archive.js'
import { hasInvictus, invictusCase, isoText, plansOf } from '../helpers/count-case.js'
import { index, runCommand, scratch } from '../verify/indexed.js'

const EVERYTHING: Scope = { window: {}, filters: NO_FILTERS }
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.UTC(2024, 2, 4)
const STEP = 20 * MINUTE
const [PROD, LAB] = ['111122223333', '444455556666']
const BUCKET = 'trail-logs'

interface Delivered {
  readonly key: string
  readonly account: string
  readonly region: string
  readonly ms: number
}

const stamp = (ms: number) => new Date(ms).toISOString().replaceAll(/[-:]/g, '')
const minuteStamp = (ms: number) => `${stamp(ms).slice(0, 13)}Z`
const folderOf = (account: string, family: string, region: string, ms: number) =>
  `AWSLogs/${account}/${family}/${region}/${isoText(ms).slice(0, 10).replaceAll('-', '/')}`

function logKey(account: string, region: string, ms: number): string {
  const unique = uuid(`${account} ${region} ${ms}`).replaceAll('-', '').slice(0, 16)
  return `${folderOf(account, 'CloudTrail', region, ms)}/${account}_CloudTrail_${region}_${minuteStamp(ms)}_${unique}.json.gz`
}

function digestKey(account: string, region: string, ms: number): string {
  const name = `${account}_CloudTrail-Digest_${region}_main_us-east-1_${stamp(ms).slice(0, 15)}Z.json.gz`
  return `${folderOf(account, 'CloudTrail-Digest', region, ms)}/${name}`
}

const hourOf = (ms: number) => new Date(ms).getUTCHours()
const within = (ms: number, from: number, to: number) => ms >= START + from && ms < START + to

/** What CloudTrail delivered: six days of three busy places, one that sleeps at night, one that hardly does anything. */
const DELIVERED: readonly Delivered[] = [
  ...place(PROD, 'us-east-1', (ms) => !within(ms, 4 * DAY + 8 * HOUR, 4 * DAY + 11 * HOUR)),
  ...place(PROD, 'eu-west-1', (ms) => hourOf(ms) >= 6 && hourOf(ms) < 20),
  ...place(PROD, 'ap-southeast-2', (ms) => ms < START + 3 * DAY + 12 * HOUR),
  ...place(LAB, 'us-east-1', (ms) => [3, 17, 31, 50, 51, 90, 140].includes((ms - START) / HOUR)),
]

function place(account: string, region: string, isOpen: (ms: number) => boolean): Delivered[] {
  const times = Array.from({ length: (6 * DAY) / STEP }, (_, at) => START + at * STEP).filter(isOpen)
  return times.map((ms) => ({ key: logKey(account, region, ms), account, region, ms }))
}

/** Taken out of the archive afterwards. */
const REMOVED = DELIVERED.filter(
  ({ account, region, ms }) =>
    account === PROD &&
    ((region === 'us-east-1' && within(ms, DAY + 10 * HOUR, DAY + 13 * HOUR)) ||
      (region === 'eu-west-1' && within(ms, 2 * DAY + 9 * HOUR, 2 * DAY + 12 * HOUR))),
)
const DIGEST_HOURS = Array.from({ length: 6 * 24 }, (_, at) => START + (at + 1) * HOUR)
const REMOVED_DIGESTS = DIGEST_HOURS.filter((ms) => within(ms, 3 * DAY, 3 * DAY + 4 * HOUR))

const quiet = { errorCode: undefined, errorMessage: undefined, sharedEventID: undefined }

function recordOf({ account, region, ms }: Delivered, n: number): CloudTrailRecord {
  return makeRecord(n, {
    eventTime: isoText(ms - 5 * MINUTE),
    awsRegion: region,
    recipientAccountId: account,
    ...quiet,
  })
}

/** CloudTrail's own write of a file, as a data event of the bucket. */
function writeOf({ key }: Delivered, n: number, over: CloudTrailRecord = {}): CloudTrailRecord {
  return makeRecord(50_000 + n, {
    ...quiet,
    eventTime: isoText(START + 30 * MINUTE),
    awsRegion: 'us-east-1',
    recipientAccountId: PROD,
    userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
    eventSource: 's3.amazonaws.com',
    eventName: 'PutObject',
    sourceIPAddress: 'cloudtrail.amazonaws.com',
    requestParameters: { bucketName: BUCKET, key },
    responseElements: null,
    resources: [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${BUCKET}/${key}` }],
    ...over,
  })
}

const CHANGES = [
  { ms: START + 4 * DAY + 8 * HOUR - 4 * MINUTE, eventName: 'StopLogging' },
  { ms: START + 4 * DAY + 11 * HOUR - 6 * MINUTE, eventName: 'StartLogging' },
].map(({ ms, eventName }, n) =>
  makeRecord(60_000 + n, {
    ...quiet,
    eventTime: isoText(ms),
    eventName,
    eventSource: 'cloudtrail.amazonaws.com',
    awsRegion: 'us-east-1',
    recipientAccountId: PROD,
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAMALLORY',
      arn: `arn:aws:iam::${PROD}:user/mallory`,
      accountId: PROD,
      userName: 'mallory',
    },
    requestParameters: { name: `arn:aws:cloudtrail:us-east-1:${PROD}:trail/main` },
    responseElements: null,
  }),
)

/** Somebody else's object under the same prefix, and a file that CloudTrail could not write. */
const STRANGE = [
  writeOf(
    {
      key: 'AWSLogs/111122223333/elasticloadbalancing/us-east-1/2024/03/04/x.log.gz',
      account: PROD,
      region: 'us-east-1',
      ms: START,
    },
    900,
  ),
  writeOf(
    { key: logKey(PROD, 'us-east-1', START + 99 * DAY), account: PROD, region: 'us-east-1', ms: START },
    901,
    { errorCode: 'AccessDenied', errorMessage: 'Access Denied' },
  ),
]

function digestText(ms: number): string {
  const logs = DELIVERED.filter(
    ({ account, region, ms: at }) => account === PROD && region === 'us-east-1' && at >= ms - HOUR && at < ms,
  )
  const before = ms - HOUR
  const isFirst = ms === DIGEST_HOURS[0]
  return JSON.stringify({
    awsAccountId: PROD,
    digestStartTime: isoText(ms - HOUR),
    digestEndTime: isoText(ms),
    digestS3Bucket: BUCKET,
    digestS3Object: digestKey(PROD, 'us-east-1', ms),
    digestPublicKeyFingerprint: '0'.repeat(32),
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime: null,
    oldestEventTime: null,
    previousDigestS3Bucket: isFirst ? null : BUCKET,
    previousDigestS3Object: isFirst ? null : digestKey(PROD, 'us-east-1', before),
    previousDigestHashValue: null,
    previousDigestHashAlgorithm: null,
    previousDigestSignature: null,
    logFiles: logs.map(({ key }) => ({
      s3Bucket: BUCKET,
      s3Object: key,
      hashValue: '0'.repeat(64),
      hashAlgorithm: 'SHA-256',
      newestEventTime: null,
      oldestEventTime: null,
    })),
  })
}

let casePath: string
let db: Connection
let coverage: Coverage

beforeAll(async () => {
  const folder = scratch()
  const archive = path.join(folder, 'archive')
  const europe = DELIVERED.filter(({ account, region }) => account === PROD && region === 'eu-west-1')
  const extra = [...europe.map((file, n) => writeOf(file, n)), ...CHANGES, ...STRANGE]
  DELIVERED.forEach((file, n) =>
    putLog(archive, file.key, n === 0 ? [recordOf(file, n), ...extra] : [recordOf(file, n)]),
  )
  for (const ms of DIGEST_HOURS) put(archive, digestKey(PROD, 'us-east-1', ms), gzipSync(digestText(ms)))
  for (const { key } of REMOVED) rmSync(path.join(archive, key))
  for (const ms of REMOVED_DIGESTS) rmSync(path.join(archive, digestKey(PROD, 'us-east-1', ms)))
  casePath = path.join(folder, 'case.sqlite')
  await index(casePath, [archive])
  db = openReader(casePath)
  coverage = readCoverage(db, EVERYTHING)
})

const hours = (text: string) => (Date.parse(text) - START) / HOUR

describe('coverage', () => {
  it('finds every seeded gap, and invents none', () => {
    const third = 1 / 3
    const gaps = coverage.gaps.map(({ account_id, aws_region, kind, start, end }) => [
      account_id,
      aws_region,
      kind,
      hours(start),
      hours(end),
    ])
    expect(gaps).toEqual([
      [PROD, 'us-east-1', 'pause', 34 - third, 37],
      [PROD, 'eu-west-1', 'pause', 57 - third, 60],
      [PROD, 'ap-southeast-2', 'ends early', 84 - third, 6 * 24 - third],
      [PROD, 'us-east-1', 'pause', 104 - third, 107],
    ])
  })

  it('explains a gap by the events that made it, and only that gap', () => {
    expect(
      coverage.trail_events.map(({ event_name, principal, trail, error_code }) => [
        event_name,
        principal,
        trail,
        error_code,
      ]),
    ).toEqual([
      ['StopLogging', `mallory (${PROD})`, `arn:aws:cloudtrail:us-east-1:${PROD}:trail/main`, null],
      ['StartLogging', `mallory (${PROD})`, `arn:aws:cloudtrail:us-east-1:${PROD}:trail/main`, null],
    ])
    const ids = CHANGES.map((record) => record['eventID'])
    const during = ({ start, end }: { start: string; end: string }) => hours(start) < 107 && hours(end) > 103
    for (const gap of coverage.gaps) expect(gap.explained_by).toEqual(during(gap) ? ids : [])
  })

  it('counts the events inside a gap exactly', () => {
    for (const { account_id, aws_region, start, end, events_inside } of coverage.gaps) {
      const inside = db
        .prepare<unknown[], { n: number }>(
          'SELECT count(*) AS n FROM events WHERE recipient_account_id = ? AND aws_region = ? AND event_time_ms > ? AND event_time_ms < ?',
        )
        .get(account_id, aws_region, Date.parse(start), Date.parse(end))
      expect(events_inside).toBe(inside?.n)
    }
  })

  it('finds the hours without a digest', () => {
    const gaps = coverage.digests.gaps.map(({ trail, kind, start, end, hours: count }) => [
      trail,
      kind,
      hours(start),
      hours(end),
      count,
    ])
    expect(gaps).toEqual([['main_us-east-1', 'pause', 71, 75, 4]])
    expect([coverage.digests.files, coverage.digests.unread]).toEqual([
      DIGEST_HOURS.length - REMOVED_DIGESTS.length,
      0,
    ])
  })

  it('lists each file that digests or CloudTrail’s own events name and the archive lacks', () => {
    // Of the removed digests only the last is named, by the one after it; and what the others listed was not removed.
    const lastDigest = digestKey(PROD, 'us-east-1', REMOVED_DIGESTS.at(-1)!)
    const expected = [...REMOVED.map(({ key }) => key), lastDigest].sort()
    expect(coverage.missing.map(({ key }) => key)).toEqual(expected)
    for (const { key, named_by, family, delivered } of coverage.missing) {
      expect(named_by).toBe(key.includes('eu-west-1/2024') ? 'PutObject event' : 'digest')
      expect([family, delivered]).toEqual([
        readDelivered(key)?.family,
        isoText(readDelivered(key)!.deliveredMs!),
      ])
    }
    expect(coverage.failed_deliveries).toMatchObject([{ error_code: 'AccessDenied', times: 1 }])
  })

  it('counts files and events by day as plain JavaScript counts', () => {
    const present = DELIVERED.filter((file) => !REMOVED.includes(file))
    const days = new Map<string, [files: number, events: number]>()
    const count = (account: string, region: string, ms: number, files: number, events: number) => {
      const key = `${account} ${region} ${isoText(ms).slice(0, 10)}`
      const [f, e] = days.get(key) ?? [0, 0]
      days.set(key, [f + files, e + events])
    }
    for (const { account, region, ms } of present) {
      count(account, region, ms, 1, 0)
      count(account, region, ms - 5 * MINUTE, 0, 1)
    }
    const europe = DELIVERED.filter(({ account, region }) => account === PROD && region === 'eu-west-1')
    count(PROD, 'us-east-1', START, 0, europe.length + STRANGE.length)
    for (const record of CHANGES) count(PROD, 'us-east-1', Date.parse(String(record['eventTime'])), 0, 1)
    expect(
      new Map(
        coverage.days.map(({ account_id, aws_region, day, files, events }) => [
          `${account_id!} ${aws_region!} ${day}`,
          [files, events],
        ]),
      ),
    ).toEqual(days)
  })

  it('keeps to accounts, regions and times', () => {
    const { gaps, missing, days, digests } = readCoverage(db, {
      window: { sinceMs: START + 2 * DAY, untilMs: START + 3 * DAY },
      filters: { ...NO_FILTERS, accounts: [PROD], regions: ['EU-west-1'] },
    })
    expect(gaps.map(({ aws_region }) => aws_region)).toEqual(['eu-west-1'])
    expect(missing.length).toBe(REMOVED.filter(({ region }) => region === 'eu-west-1').length)
    expect(days.map(({ day }) => day)).toEqual(['2024-03-06'])
    expect(digests.gaps).toEqual([])
  })

  it('never says that nothing happened', () => {
    expect(coverage.unknowable.join('\n')).toMatch(/Quiet is no proof/)
    for (const topic of [/VPC endpoint policy/, /single-region trail/, /Data events/, /100 KB/, /5 minutes/])
      expect(coverage.unknowable.some((line) => topic.test(line))).toBe(true)
  })
})

describe('query plans of coverage', () => {
  it('read the events once by hour, and the rest by indexes', () => {
    const steps = plansOf(db, (watched) => readCoverage(watched, EVERYTHING))
    const whole = steps.filter(([, step]) =>
      /^SCAN (e|event|x|r|resource|event_resource)\b(?!.*COVERING INDEX)/.test(step),
    )
    expect(whole.map(([sql]) => /event_time_ms \/ 3600000/.test(sql))).toEqual([true])
  })
})

describe('coldtrail coverage', () => {
  it('prints a report, and sections for programs', async () => {
    const { default: command } = (await import('../../src/commands/coverage.js')) as { default: unknown }
    const report = await runCommand(command, '--case', casePath)
    expect(report.stdout).toContain('GAPS: nothing delivered where the neighbours show activity (4)')
    expect(report.stdout).toContain(
      `MISSING FILES: delivered according to CloudTrail, not in the archive (${REMOVED.length + 1})`,
    )
    expect(report.stdout).toContain('WHAT CANNOT BE KNOWN\n- Quiet is no proof')
    const gaps = await runCommand(command, '--case', casePath, '--section', 'gaps', '--format', 'csv')
    expect(gaps.stdout.split('\n')[0]).toBe(
      'account_id,aws_region,kind,start,end,duration_ms,usual_pause_ms,neighbours,active_neighbours,events_inside,explained_by',
    )
    const days = await runCommand(
      command,
      '--case',
      casePath,
      '--format',
      'jsonl',
      '--region',
      'ap-southeast-2',
    )
    expect(days.stdout.trim().split('\n')).toHaveLength(5)
    const json = await runCommand(command, '--case', casePath, '--json')
    expect(JSON.parse(json.stdout)).toEqual(JSON.parse(JSON.stringify(coverage)))
  })
})

describe.skipIf(!hasInvictus)('coverage of real data', () => {
  it('knows that files and records speak of different accounts, and invents no gap in an hour', async () => {
    const real = readCoverage(openReader(await invictusCase()), EVERYTHING)
    expect(real.days).toEqual([
      { account_id: '123837392027', aws_region: 'us-east-1', day: '2023-07-10', files: 0, events: 2900 },
      { account_id: '218007301253', aws_region: 'us-east-1', day: '2023-07-10', files: 55, events: 0 },
    ])
    expect(real.gaps).toEqual([])
    expect(
      real.notes.some((note) =>
        note.includes('File names are of account 218007301253, records of 123837392027'),
      ),
    ).toBe(true)
    expect(
      real.trail_events.filter(({ error_code }) => error_code === null).map(({ event_name }) => event_name),
    ).toContain('DeleteTrail')
  })
})
