import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeRecord, put } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import {
  find,
  findIds,
  index,
  inParallel,
  listProblems,
  ROOT,
  run,
  tempFolder,
  type Indexed,
} from '../helpers/cli.js'

/**
 * The sample records of the five documents that this project began with, byte for byte. Both FSx samples are printed with curly
 * quotes and are no JSON; `fsx-*.json` without `-curly` have them straightened, so that their identifiers can be asked for.
 */
const FIXTURES = path.join(ROOT, 'fixtures/seeds')
const SEEDS = path.resolve(ROOT, '../shared/seeds')
const CURLY = ['fsx-tag-resource-curly.json', 'fsx-untag-resource-curly.json']
const STRAIGHTENED = ['fsx-tag-resource.json', 'fsx-untag-resource.json']

const fixture = (name: string): string => readFileSync(path.join(FIXTURES, name), 'utf8')

interface Sample {
  readonly file: string
  readonly eventId: string
  readonly requestId: string
  /** Every string that names a caller in the record. */
  readonly principals: readonly string[]
  /** Every string that names something that the call touched. */
  readonly resources: readonly string[]
  readonly words: readonly string[]
  readonly filters: readonly (readonly string[])[]
  readonly time: string
}

const SAMPLES: Readonly<Record<string, Sample>> = {
  'EFS CreateTags': {
    file: 'efs-create-tags.json',
    eventId: 'eEXAMPLE-2d32-4619-bd00-657EXAMPLEe4',
    requestId: 'dEXAMPLE-feb4-11e6-85f0-736EXAMPLE75',
    principals: ['arn:aws:iam::111122223333:root', '111122223333', 'AKIAIOSFODNN7EXAMPLE', 'root'],
    resources: ['fs-00112233', 'fs-0011*'],
    words: [
      'fs-00112233',
      'TagName',
      'AnotherNewTag',
      '111122223333',
      'AKIAIOSFODNN7EXAMPLE',
      'arn:aws:iam::111122223333:root',
      'CreateTags',
      'us-west-2',
      '2017-03-01T18:02:37Z',
    ],
    filters: [
      ['--event', 'CreateTags'],
      ['--account', '111122223333'],
      ['--region', 'us-west-2'],
      ['--access-key', 'AKIAIOSFODNN7EXAMPLE'],
      ['--credentials', 'root'],
    ],
    time: '2017-03-01T19:25:47Z',
  },
  'EFS DeleteTags': {
    file: 'efs-delete-tags.json',
    eventId: 'eEXAMPLE-2d32-4619-bd00-657EXAMPLEe4',
    requestId: 'dEXAMPLE-feb4-11e6-85f0-736EXAMPLE75',
    principals: ['arn:aws:iam::111122223333:root', '111122223333', 'AKIAIOSFODNN7EXAMPLE'],
    resources: ['fs-00112233'],
    words: [
      'fs-00112233',
      'DeleteTags',
      'dEXAMPLE-feb4-11e6-85f0-736EXAMPLE75',
      'eEXAMPLE-2d32-4619-bd00-657EXAMPLEe4',
    ],
    filters: [
      ['--event', 'deletetags'],
      ['--account', '111122223333'],
    ],
    time: '2017-03-01T19:25:47Z',
  },
  'FSx TagResource': {
    file: 'fsx-tag-resource.json',
    eventId: 'bEXAMPLE-gl12-3f5h-3sh4-ab6EXAMPLE9p',
    requestId: 'aEXAMPLE-abcd-1234-56ef-b4cEXAMPLE51',
    principals: ['arn:aws:sts::111122223333:root', '111122223333', 'AKIAIOSFODNN7EXAMPLE'],
    resources: [
      'arn:aws:fsx:us-east-1:111122223333:file-system/fs-ab12cd34ef56gh789',
      'fs-ab12cd34ef56gh789',
      'fs-ab12cd34*',
    ],
    words: [
      'fs-ab12cd34ef56gh789',
      'arn:aws:fsx:us-east-1:111122223333:file-system/fs-ab12cd34ef56gh789',
      '192.0.2.0',
      'console.amazonaws.com',
      'TagResource',
    ],
    filters: [
      ['--event', 'TagResource'],
      ['--service', 'fsx'],
      ['--source-ip', '192.0.2.0'],
      ['--region', 'us-east-1'],
    ],
    time: '2018-11-14T22:36:07Z',
  },
  'FSx UntagResource': {
    file: 'fsx-untag-resource.json',
    eventId: 'bEXAMPLE-gl12-3f5h-3sh4-ab6EXAMPLE9p',
    requestId: 'aEXAMPLE-abcd-1234-56ef-b4cEXAMPLE51',
    principals: [
      'arn:aws:sts::111122223333:root',
      'arn:aws:iam::111122223333:root',
      '111122223333',
      'AKIAIOSFODNN7EXAMPLE',
    ],
    resources: [
      'arn:aws:fsx:us-east-1:111122223333:file-system/fs-ab12cd34ef56gh789',
      'fs-ab12cd34ef56gh789',
    ],
    words: ['UntagResource', 'fs-ab12cd34ef56gh789'],
    filters: [['--event', 'UntagResource'], ['--service', 'fsx.amazonaws.com'], ['--write-only']],
    time: '2018-11-14T23:40:54Z',
  },
  'DataSync CreateTask': {
    file: 'datasync-create-task.json',
    eventId: 'a1b2c3d4-5678-90ab-cdef-EXAMPLE22222',
    requestId: 'a1b2c3d4-5678-90ab-cdef-EXAMPLE11111',
    principals: [
      'arn:aws:iam::123456789012:user/user1',
      'user1',
      'USER1',
      '1234567890abcdef0',
      '123456789012',
    ],
    resources: [
      'arn:aws:datasync:ap-southeast-1:123456789012:task/task-1234567890abcdef0',
      'task-1234567890abcdef0',
      'arn:aws:datasync:ap-southeast-1:123456789012:location/loc-abcdef01234567890',
      'loc-abcdef01234567890',
      'arn:aws:datasync:ap-southeast-1:123456789012:location/loc-021345abcdef6789',
      'loc-021345abcdef6789',
      'arn:aws:logs:ap-southeast-1:123456789012:log-group:MyLogGroup',
      'MyLogGroup',
    ],
    words: [
      'MyTask-NTIzMzY1',
      'MyLogGroup',
      'POINT_IN_TIME_CONSISTENT',
      '"access key"',
      'user1',
      '192.0.2.1',
      'loc-021345abcdef6789',
      '1234567890abcdef0',
    ],
    filters: [
      ['--event', 'CreateTask'],
      ['--service', 'datasync'],
      ['--source-ip', '192.0.2.1'],
      ['--region', 'ap-southeast-1'],
      ['--account', '123456789012'],
      ['--access-key', 'access key'],
    ],
    time: '2018-12-13T14:57:02Z',
  },
  'EC2 TerminateInstances': {
    file: 'ec2-terminate-instances.json',
    eventId: '6e12345-2a4e-417c-aa78-7594fEXAMPLE',
    requestId: 'be112233-1ba5-4ae0-8e2b-1c302EXAMPLE',
    principals: ['arn:aws:iam::123456789012:root', '123456789012', 'AKIAIOSFODNN7EXAMPLE', 'user', 'root'],
    resources: [
      'i-1a2b3c4d',
      'I-1A2B3C4D',
      'i-1a2b*',
      'arn:aws:ec2:us-west-2:123456789012:instance/i-1a2b3c4d',
    ],
    words: [
      'i-1a2b3c4d',
      'shutting-down',
      'aws-cli/1.10.10',
      'Windows/7botocore/1.4.1',
      '198.51.100.1',
      'TerminateInstances',
    ],
    filters: [
      ['--event', 'TerminateInstances'],
      ['--service', 'ec2'],
      ['--source-ip', '198.51.100.1'],
      ['--access-key', 'akiaiosfodnn7example'],
    ],
    time: '2016-05-20T08:27:45Z',
  },
}

describe('the sample records of the seed documents', () => {
  const root = tempFolder('seeds')
  const caseFile = path.join(tempFolder('case'), 'case.sqlite')
  const names = readdirSync(FIXTURES).filter((name) => name.endsWith('.json'))
  let indexed: Indexed

  beforeAll(async () => {
    for (const name of names) put(root, name, readFileSync(path.join(FIXTURES, name)))
    indexed = await index([root], caseFile)
  })

  it.skipIf(!existsSync(SEEDS))('are byte for byte what the documents print', () => {
    const documents = readdirSync(SEEDS).map((name) => readFileSync(path.join(SEEDS, name)))
    for (const name of names.filter((name) => !STRAIGHTENED.includes(name))) {
      const bytes = readFileSync(path.join(FIXTURES, name))
      expect({ name, found: documents.some((document) => document.includes(bytes)) }).toEqual({
        name,
        found: true,
      })
    }
    for (const name of STRAIGHTENED) {
      expect(fixture(name)).toBe(
        fixture(name.replace('.json', '-curly.json')).replaceAll(/[\u201c\u201d]/g, '"'),
      )
    }
  })

  it('are indexed, all but the two with curly quotes', () => {
    expect(indexed.code).toBe(3)
    expect(indexed.totals).toMatchObject({
      files: { found: names.length, indexed: names.length - 2, rejected: 2 },
      records: { events: 6, duplicates: 0 },
      conflicts: 2,
    })
  })

  it('name resources as they were written, and are found in any case', async () => {
    const { stdout } = await run(['resources', 'mylogGROUP', '--case', caseFile, '--format', 'json'])
    expect(JSON.parse(stdout)).toMatchObject([{ name: 'MyLogGroup' }])
  })

  it.each(CURLY)('%s is a problem row with its position', async (name) => {
    const problems = (await listProblems(caseFile)).filter(
      (problem) => problem.path === path.join(root, name),
    )
    // A quote that is none leaves a string open: some such texts look cut off.
    expect(['bad-json', 'truncated-json']).toContain(problems[0]?.kind)
    expect(problems[0]?.byte_offset).toBeGreaterThanOrEqual(0)
    // Not behind the first curly quote, or a reader would look in the wrong place.
    expect(problems[0]?.byte_offset).toBeLessThanOrEqual(Buffer.from(fixture(name)).indexOf('\u201c'))
  })

  it('a record with curly quotes costs its neighbours nothing', async () => {
    const folder = tempFolder('neighbours')
    const parts = [
      'efs-create-tags.json',
      CURLY[0]!,
      'fsx-untag-resource.json',
      CURLY[1]!,
      'datasync-create-task.json',
    ].map(fixture)
    const text = `{"Records":[${parts.join(',\n')}]}`
    put(folder, 'log.json', text)
    const own = path.join(tempFolder('case'), 'case.sqlite')
    const { code, totals } = await index([folder], own)
    expect({ code, records: totals.records }).toEqual({
      code: 3,
      records: { found: 5, events: 3, duplicates: 0, replaced: 0, rejected: 2 },
    })
    const offsets = (await listProblems(own))
      .filter(({ kind }) => kind === 'bad-json')
      .map(({ byte_offset }) => byte_offset)
    const begins = [1, 3].map((at) => Buffer.byteLength(`{"Records":[${parts.slice(0, at).join(',\n')},\n`))
    expect(offsets).toEqual(begins)
  })

  it.each(Object.keys(SAMPLES))('%s is found by request ID, and shown exactly by event ID', async (name) => {
    const { file, eventId, requestId, time } = SAMPLES[name]!
    const rows = await find(caseFile, 'request', requestId)
    expect(rows.map((row) => [row.event_id, path.basename(row.source_path)])).toContainEqual([eventId, file])
    const record = fixture(file)
    const text = record.startsWith('{ "Records"')
      ? record.slice(record.indexOf('[') + 1, record.lastIndexOf(']')).trim()
      : record
    const shown = await run(['show', eventId, '--case', caseFile])
    expect(shown.code).toBe(0)
    expect(shown.stdout.includes(text)).toBe(true)
    expect(shown.stderr).toContain(file)
    const until = new Date(Date.parse(time) + 1000).toISOString()
    const inWindow = await find(caseFile, 'window', '--since', time, '--until', until)
    expect(inWindow.map((row) => path.basename(row.source_path))).toContain(file)
    const before = await find(caseFile, 'window', '--until', time)
    expect(before.map((row) => path.basename(row.source_path))).not.toContain(file)
  })

  const questions = Object.entries(SAMPLES).flatMap(([name, sample]) => [
    ...sample.principals.map((value) => ({ name, file: sample.file, args: ['principal', value] })),
    ...sample.resources.map((value) => ({ name, file: sample.file, args: ['resource', value] })),
    ...sample.words.map((value) => ({ name, file: sample.file, args: ['text', value] })),
    ...sample.filters.map((filter) => ({
      name,
      file: sample.file,
      args: ['window', '--until', '2020-01-01', ...filter],
    })),
  ])

  it.each(['principal', 'resource', 'text', 'window'])(
    'are found by every identifier that they carry: find %s',
    async (kind) => {
      const asked = questions.filter(({ args }) => args[0] === kind)
      expect(asked.length).toBeGreaterThan(10)
      const missed = await inParallel(asked, async ({ name, file, args }) => {
        const rows = await find(caseFile, ...args)
        return rows.some((row) => path.basename(row.source_path) === file)
          ? []
          : [`${name}: find ${args.join(' ')}`]
      })
      expect(missed.flat()).toEqual([])
    },
  )

  it('are not found by what they do not carry', async () => {
    const none = [
      ['principal', 'AKIAIOSFODNN7EXAMPLF'],
      ['resource', 'fs-0011223'],
      ['resource', 'i-1a2b3c4'],
      ['text', 'fs-001122334'],
      ['request', 'dEXAMPLE'],
      ['principal', 'user2'],
      ['resource', 'task-*x'],
    ]
    const found = await inParallel(none, async (args) => [
      args.join(' '),
      (await find(caseFile, ...args)).length,
    ])
    expect(found).toEqual(none.map((args) => [args.join(' '), 0]))
  })

  it('with one eventID and different content are both kept, and a conflict says so', async () => {
    for (const [eventId, files] of [
      ['eEXAMPLE-2d32-4619-bd00-657EXAMPLEe4', ['efs-create-tags.json', 'efs-delete-tags.json']],
      ['bEXAMPLE-gl12-3f5h-3sh4-ab6EXAMPLE9p', STRAIGHTENED],
    ] as const) {
      const rows = query<{ path: string }>(
        caseFile,
        'SELECT source_path AS path FROM events WHERE event_id = ? ORDER BY 1',
        eventId,
      )
      expect(rows.map((row) => path.basename(row.path))).toEqual([...files].sort())
      const conflicts = (await listProblems(caseFile)).filter((problem) => problem.event_id === eventId)
      expect(conflicts).toEqual([
        expect.objectContaining({
          kind: 'conflict',
          path: path.join(root, [...files].sort()[1]!),
          byte_offset: 0,
        }),
      ])
      const { stdout, stderr } = await run(['show', eventId, '--case', caseFile])
      for (const file of files) expect(stdout.includes(fixture(file))).toBe(true)
      expect(stderr).toMatch(/2 different records/)
    }
  })
})

it('a file system is found in the KMS calls that EFS makes for it, from its own accounts', async () => {
  const root = tempFolder('kms')
  const base = {
    eventSource: 'kms.amazonaws.com',
    requestParameters: { encryptionContext: { 'aws:elasticfilesystem:filesystem:id': 'fs-4EXAMPLE' } },
    resources: undefined,
  }
  const identity = { type: 'AWSAccount', principalId: 'AIDAEXAMPLE', accountId: '055650462987' }
  const records = [
    makeRecord(1, { ...base, eventName: 'Decrypt', userIdentity: identity }),
    makeRecord(2, {
      ...base,
      eventName: 'GenerateDataKeyWithoutPlaintext',
      userIdentity: { ...identity, accountId: '838331228873' },
    }),
    makeRecord(3, {
      ...base,
      eventName: 'CreateGrant',
      requestParameters: {
        constraints: { encryptionContextEquals: base.requestParameters.encryptionContext },
      },
    }),
    makeRecord(4, {
      ...base,
      eventName: 'CreateGrant',
      requestParameters: {
        constraints: { encryptionContextSubset: base.requestParameters.encryptionContext },
      },
    }),
    makeRecord(5, {
      ...base,
      requestParameters: { encryptionContext: { 'aws:elasticfilesystem:filesystem:id': 'fs-5EXAMPLE' } },
    }),
  ]
  put(root, 'kms.json', JSON.stringify(records))
  const caseFile = path.join(tempFolder('case'), 'case.sqlite')
  await index([root], caseFile)
  const wanted = records.slice(0, 4).map((record) => record['eventID'] as string)
  expect(await findIds(caseFile, 'resource', 'fs-4EXAMPLE')).toEqual(wanted.sort())
  // Its accounts may begin with a zero: they are names, not numbers.
  expect(await findIds(caseFile, 'principal', '055650462987')).toEqual([records[0]!['eventID']])
})

it('an S3 call is found by the name of its SOAP form', async () => {
  const root = tempFolder('soap')
  const names = {
    ListAllMyBuckets: 'ListBuckets',
    GetBucketAccessControlPolicy: 'GetBucketAcl',
    SetBucketAccessControlPolicy: 'PutBucketAcl',
    GetBucketLoggingStatus: 'GetBucketLogging',
    SetBucketLoggingStatus: 'PutBucketLogging',
    CreateBucket: 'CreateBucket',
    DeleteBucket: 'DeleteBucket',
  }
  const records = Object.values(names).map((eventName, at) =>
    makeRecord(at, { eventSource: 's3.amazonaws.com', eventName }),
  )
  put(root, 's3.json', JSON.stringify(records))
  const caseFile = path.join(tempFolder('case'), 'case.sqlite')
  await index([root], caseFile)
  const found = await inParallel(Object.keys(names), async (soap) =>
    (await find(caseFile, 'window', '--until', '9000-01-01', '--event', soap)).map((row) => row.event_name),
  )
  expect(found).toEqual(Object.values(names).map((name) => [name]))
})
