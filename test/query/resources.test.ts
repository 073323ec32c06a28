import { beforeAll, describe, expect, it } from 'vitest'
import { NO_FILTERS, type Scope } from '../../src/model/question.js'
import type { HistoryRow, ResourceRow } from '../../src/model/resource-list.js'
import { resourceHistory } from '../../src/query/resources/resource-history.js'
import { listResources as streamResources } from '../../src/query/resources/resource-list.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { makeRecord, type CloudTrailRecord } from '../helpers/archive.js'
import {
  caseOf,
  firstAndLast,
  hasInvictus,
  invictusCase,
  isoText,
  manyRecords,
  plansOf,
} from '../helpers/count-case.js'
import { runCommand } from '../verify/indexed.js'

function listResources(...args: Parameters<typeof streamResources>): {
  rows: ResourceRow[]
  total: number | null
} {
  const { rows, total } = streamResources(...args)
  return { rows: [...rows], total }
}

const EVERYTHING: Scope = { window: {}, filters: NO_FILTERS }
const DAY = Date.parse('2024-04-01T00:00:00Z')
const BUCKET = 'arn:aws:s3:::the-story'

interface StoryStep {
  readonly at: number
  readonly by: 'alice' | 'bob'
  readonly name: string
  readonly over?: CloudTrailRecord
}

const READ = { readOnly: true, eventCategory: 'Data' }

/** A bucket's life. */
const STORY: readonly StoryStep[] = [
  { at: 0, by: 'alice', name: 'CreateBucket' },
  { at: 60, by: 'alice', name: 'PutBucketVersioning' },
  ...Array.from({ length: 40 }, (_, n): StoryStep => ({
    at: 100 + n,
    by: n % 4 === 0 ? 'bob' : 'alice',
    name: n % 2 === 0 ? 'GetObject' : 'HeadObject',
    over: READ,
  })),
  { at: 120, by: 'bob', name: 'GetObject', over: { ...READ, errorCode: 'AccessDenied' } },
  { at: 200, by: 'bob', name: 'PutObject', over: { readOnly: false, eventCategory: 'Data' } },
  { at: 300, by: 'bob', name: 'PutBucketPolicy' },
  { at: 310, by: 'bob', name: 'GetObject', over: READ },
  { at: 400, by: 'bob', name: 'DeleteBucket', over: { errorCode: 'BucketNotEmpty' } },
  { at: 410, by: 'bob', name: 'DeleteBucket', over: { errorCode: 'BucketNotEmpty' } },
  { at: 420, by: 'bob', name: 'DeleteBucket' },
]

function storyRecord({ at, by, name, over }: StoryStep, n: number): CloudTrailRecord {
  const key = { bucketName: 'the-story', key: `k/${n}` }
  return makeRecord(9000 + n, {
    eventTime: isoText(DAY + at * 1000),
    eventSource: 's3.amazonaws.com',
    eventName: name,
    userIdentity: {
      type: 'IAMUser',
      principalId: `AIDA${by.toUpperCase()}`,
      arn: `arn:aws:iam::111122223333:user/${by}`,
      accountId: '111122223333',
      accessKeyId: `AKIA${by.toUpperCase()}`,
      userName: by,
    },
    sourceIPAddress: '203.0.113.7',
    requestParameters: name.includes('Object') ? key : { bucketName: 'the-story' },
    resources: [{ accountId: '111122223333', type: 'AWS::S3::Bucket', ARN: BUCKET }],
    responseElements: null,
    readOnly: false,
    eventCategory: 'Management',
    errorCode: undefined,
    errorMessage: undefined,
    ...over,
  })
}

const SNAPSHOT = 'snap-0123456789abcdef0'

const SHARING = makeRecord(9500, {
  eventTime: isoText(DAY + 500_000),
  eventSource: 'ec2.amazonaws.com',
  eventName: 'ModifySnapshotAttribute',
  requestParameters: {
    snapshotId: SNAPSHOT,
    createVolumePermission: { add: { items: [{ userId: '771736226457' }, { userId: '999988887777' }] } },
    attributeType: 'CREATE_VOLUME_PERMISSION',
  },
  responseElements: null,
  readOnly: false,
  errorCode: undefined,
  errorMessage: undefined,
})

/** The same ARN, described by two records in two ways: one thing. */
const TWINS = [
  makeRecord(9600, {
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    requestParameters: null,
    resources: [{ ARN: 'arn:aws:s3:::twin', type: 'AWS::S3::Bucket' }],
  }),
  makeRecord(9601, {
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    requestParameters: null,
    resources: [{ ARN: 'arn:aws:s3:::twin', type: 'AWS::S3::Other' }],
  }),
]

const RECORDS = [...manyRecords(600), ...STORY.map(storyRecord), SHARING, ...TWINS]

let casePath: string
let db: Connection

beforeAll(async () => {
  casePath = await caseOf(RECORDS)
  db = openReader(casePath)
})

interface Use {
  readonly arn: string | null
  readonly name: string | null
  readonly type: string | null
  readonly role: string
  readonly ms: number | null
  readonly key: string
  readonly source: string | null
  readonly failed: number
}

type Counts = readonly [
  events: number,
  first: string | null,
  last: string | null,
  principals: number,
  roles: string,
]

const ROLES = ['target', 'source', 'key', 'grantee', 'created', 'policy', 'mentioned', 'revoked']

/** What records name is tested elsewhere: this counts the uses, one by one. */
function slowly(isWanted: (use: Use) => boolean = () => true): Map<string, Counts> {
  const uses = db
    .prepare<unknown[], Use>(
      `SELECT r.arn, r.name, r.type, r.role, e.event_time_ms AS ms, e.principal_key AS key, e.event_source AS source, e.failed
       FROM event_resources r JOIN events e ON e.event_rowid = r.event_rowid`,
    )
    .all()
  const groups = new Map<string, Use[]>()
  for (const use of uses.filter(isWanted)) {
    const name = use.arn ?? `${use.type ?? ''} ${use.name ?? ''}`
    groups.set(name, [...(groups.get(name) ?? []), use])
  }
  return new Map(
    [...groups].map(([name, own]) => [
      name,
      [
        own.length,
        ...firstAndLast(own.map(({ ms }) => ms)),
        new Set(own.map(({ key }) => key)).size,
        ROLES.filter((role) => own.some((use) => use.role === role)).join(' '),
      ],
    ]),
  )
}

function counted(rows: readonly ResourceRow[]): Map<string, Counts> {
  return new Map(
    rows.map((row) => {
      expect(row.principal_list.length).toBe(row.principals)
      const name = row.resource.startsWith('arn:') ? row.resource : `${row.type ?? ''} ${row.name ?? ''}`
      return [name, [row.events, row.first_touched, row.last_touched, row.principals, row.roles]]
    }),
  )
}

describe('resources', () => {
  it('count as plain JavaScript counts, busiest first', () => {
    const { rows, total } = listResources(db, EVERYTHING, undefined)
    expect(counted(rows)).toEqual(slowly())
    expect(total).toBeNull()
    expect(listResources(db, EVERYTHING, undefined, 100_000)).toEqual({ rows, total: slowly().size })
    expect(rows.map(({ events }) => events)).toEqual(
      rows.map(({ events }) => events).sort((one, other) => other - one),
    )
  })

  it.each<[string, Scope, (use: Use) => boolean]>([
    [
      'a service',
      { ...EVERYTHING, filters: { ...NO_FILTERS, services: ['s3'] } },
      ({ source }) => source === 's3.amazonaws.com',
    ],
    ['failures', { ...EVERYTHING, filters: { ...NO_FILTERS, errors: ['*'] } }, ({ failed }) => failed === 1],
    [
      'writes',
      { ...EVERYTHING, filters: { ...NO_FILTERS, services: ['s3', 'ec2', 'lambda', 'iam', 'sts'] } },
      ({ source }) => source !== 'kms.amazonaws.com' && source !== null,
    ],
    [
      'a short window',
      { ...EVERYTHING, window: { sinceMs: DAY, untilMs: DAY + 61_000 } },
      ({ ms }) => ms !== null && ms >= DAY && ms < DAY + 61_000,
    ],
    ['a long window', { ...EVERYTHING, window: { untilMs: DAY } }, ({ ms }) => ms !== null && ms < DAY],
    ['nothing', { ...EVERYTHING, filters: { ...NO_FILTERS, events: ['NoSuchCall'] } }, () => false],
  ])('count only the events of the scope: %s', (_, scope, isWanted) => {
    const { rows, total } = listResources(db, scope, undefined)
    expect(counted(rows)).toEqual(slowly(isWanted))
    expect(total).toBeNull()
    expect(listResources(db, scope, undefined, 3)).toEqual({ rows: rows.slice(0, 3), total: rows.length })
  })

  it('are named as by find resource', () => {
    const inBucket = listResources(db, EVERYTHING, 'the-story*')
    expect(counted(inBucket.rows)).toEqual(new Map([...slowly()].filter(([name]) => name.startsWith(BUCKET))))
    expect(listResources(db, EVERYTHING, 's3://the-story').rows.map(({ resource }) => resource)).toEqual([
      BUCKET,
    ])
    expect(listResources(db, EVERYTHING, SNAPSHOT.toUpperCase()).rows.map(({ name }) => name)).toEqual([
      SNAPSHOT,
    ])
    expect(listResources(db, { ...EVERYTHING, window: { untilMs: DAY } }, 'the-story*')).toEqual({
      rows: [],
      total: null,
    })
  })

  it('are one where two records describe one ARN in two ways', () => {
    const twins = listResources(db, EVERYTHING, 'twin').rows
    expect(twins).toMatchObject([{ resource: 'arn:aws:s3:::twin', events: 2 }])
    const page = listResources(db, EVERYTHING, undefined, 5)
    expect(page.rows).toEqual(listResources(db, EVERYTHING, undefined).rows.slice(0, 5))
    expect(page.total).toBe(slowly().size)
  })

  it('say by whom, the busiest first', () => {
    const [bucket] = listResources(db, EVERYTHING, 'the-story').rows
    expect(bucket?.by).toBe('alice (111122223333) 32, bob (111122223333) 17')
  })
})

describe('the history of a resource', () => {
  const brief = ({ time, until, touch, failed, times, event_names, principals }: HistoryRow) => [
    time === null ? null : (Date.parse(time) - DAY) / 1000,
    until === null ? null : (Date.parse(until) - DAY) / 1000,
    `${touch}${failed ? ' failed' : ''}`,
    times,
    event_names.join(' '),
    principals.join(' '),
  ]

  it('lists each step, and folds reads in between', () => {
    const { history, events, type } = resourceHistory(db, EVERYTHING, 'the-story')
    const [alice, bob] = ['alice (111122223333)', 'bob (111122223333)']
    expect([events, type]).toEqual([STORY.length, 'AWS::S3::Bucket'])
    expect(history.map(brief)).toEqual([
      [0, null, 'created', 1, 'CreateBucket', alice],
      [60, null, 'changed', 1, 'PutBucketVersioning', alice],
      [100, 139, 'read', 40, 'GetObject HeadObject', `${alice} 30 ${bob} 10`],
      [120, null, 'read failed', 1, 'GetObject', bob],
      [200, null, 'written', 1, 'PutObject', bob],
      [300, null, 'shared', 1, 'PutBucketPolicy', bob],
      [310, null, 'read', 1, 'GetObject', bob],
      [400, 410, 'deleted failed', 2, 'DeleteBucket', bob],
      [420, null, 'deleted', 1, 'DeleteBucket', bob],
    ])
    expect(history[0]?.event_id).toBe(
      RECORDS.find((record) => record['eventName'] === 'CreateBucket')?.['eventID'],
    )
    expect(history.reduce((sum, { times }) => sum + times, 0)).toBe(STORY.length)
  })

  it('names who was let in, and whose account it is', () => {
    const { history } = resourceHistory(db, EVERYTHING, SNAPSHOT)
    expect(history).toMatchObject([
      {
        touch: 'shared',
        grantees: ['arn:aws:iam::771736226457:root Amazon EFS (us-east-2)', 'arn:aws:iam::999988887777:root'],
      },
    ])
  })

  it('keeps to the scope', () => {
    const { events } = resourceHistory(
      db,
      { window: { sinceMs: DAY + 400_000 }, filters: { ...NO_FILTERS, errors: ['*'] } },
      'the-story',
    )
    expect(events).toBe(2)
  })

  it('is of one resource: several are listed, none is said', () => {
    expect(() => resourceHistory(db, EVERYTHING, 'the-story*')).toThrow(
      /matches \d+ resources, --history needs one/,
    )
    expect(() => resourceHistory(db, EVERYTHING, 'no-such-thing')).toThrow('no record names no-such-thing')
    expect(resourceHistory(db, EVERYTHING, 'twin').events).toBe(2)
  })
})

describe('query plans of resources', () => {
  it('start at an index of uses for every question', () => {
    const scopes: [Scope, string | undefined][] = [
      [EVERYTHING, undefined],
      [EVERYTHING, 'the-story*'],
      [{ ...EVERYTHING, window: { sinceMs: DAY } }, undefined],
      [{ ...EVERYTHING, filters: { ...NO_FILTERS, services: ['s3'] } }, undefined],
      [{ ...EVERYTHING, filters: { ...NO_FILTERS, events: ['PutBucketPolicy'] } }, undefined],
    ]
    for (const [scope, value] of scopes) {
      const steps = plansOf(db, (watched) => listResources(watched, scope, value, 10)).map(([, step]) => step)
      expect(
        steps.some((step) =>
          /^(SCAN|SEARCH) x USING (COVERING INDEX event_resource_by_resource|INTEGER PRIMARY KEY)/.test(step),
        ),
      ).toBe(true)
      // The table of events is read whole only where a filter takes in most of it.
      expect(
        steps.filter((step) => /^SCAN (x|r|resource|event_resource)\b(?!.*(COVERING )?INDEX)/.test(step)),
      ).toEqual([])
    }
    const history = plansOf(db, (watched) => resourceHistory(watched, EVERYTHING, 'the-story')).map(
      ([, step]) => step,
    )
    expect(history.filter((step) => /^SCAN (e|x|r|event\w*|resource)\b/.test(step))).toEqual([])
  })
})

describe('coldtrail resources', () => {
  it('lists resources and shows a history', async () => {
    const { default: command } = (await import('../../src/commands/resources.js')) as { default: unknown }
    const csv = await runCommand(command, '--case', casePath, '--format', 'csv', '--limit', '1')
    expect(csv.stdout.split('\n')[0]).toBe(
      'resource,type,events,first_touched,last_touched,principals,by,roles,derived,name',
    )
    const table = await runCommand(command, '--case', casePath, 'the-story', '--history')
    expect(table.stdout).toContain('read 40 times')
    expect(table.stdout).toContain('deleted 2 times (failed)')
    expect(table.stderr).toContain('the order within one second is not recorded')
    const lines = await runCommand(command, '--case', casePath, SNAPSHOT, '--history', '--format', 'jsonl')
    expect(JSON.parse(lines.stdout)).toMatchObject({ touch: 'shared', failed: 0, times: 1 })
    const json = await runCommand(command, '--case', casePath, 'the-story', '--history', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({ resource: BUCKET, events: STORY.length })
    expect((await runCommand(command, '--case', casePath, '--history')).exit).toBe(2)
  })
})

describe.skipIf(!hasInvictus)('resources of real data', () => {
  it('show the history of the instance and of the bucket made by the attacks', async () => {
    const real = openReader(await invictusCase())
    const touches = (value: string) =>
      resourceHistory(real, EVERYTHING, value)
        .history.filter(({ failed }) => !failed)
        .map(({ touch }) => touch)
    expect(touches('stratus-red-team-bdbp-lhfzvgcamn')).toEqual([
      'created',
      'changed',
      'read',
      'shared',
      'unshared',
      'read',
      'deleted',
    ])
    const instance = touches('arn:aws:ec2:us-east-1:123837392027:instance/i-0dbc91f429e48eeed')
    expect([instance[0], instance.at(-2)]).toEqual(['created', 'deleted'])
    const access = (value: string) => touches(value).filter((touch) => /shared/.test(touch))
    for (const value of [
      'snap-083d3b857c13988bc',
      'arn:aws:rds:us-east-1:123837392027:snapshot:exfiltration',
    ]) {
      expect(access(value)).toEqual(['shared', 'unshared'])
    }
  })
})
