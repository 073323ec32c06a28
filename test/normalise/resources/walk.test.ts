import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject, type JsonObject } from '../../../src/model/record.js'
import { RecordWalk } from '../../../src/normalise/resources/walk.js'
import { growthByFour } from '../../helpers/growth.js'

const ROOT = path.resolve(import.meta.dirname, '../../..')
const walk = new RecordWalk(200)

/** JSON.parse, because an object literal would make `__proto__` the prototype instead of a member. */
function parse(text: string): JsonObject {
  const parsed: unknown = JSON.parse(text)
  if (!isJsonObject(parsed)) throw new Error('not a record')
  return parsed
}

function walked(record: JsonObject): RecordWalk {
  walk.walk(record)
  return walk
}

const request = (requestParameters: unknown, more: JsonObject = {}): RecordWalk =>
  walked({ awsRegion: 'eu-west-1', recipientAccountId: '111122223333', requestParameters, ...more })

describe('the samples of the guides', () => {
  const seed = (file: string): JsonObject => {
    const record = parse(fs.readFileSync(path.join(ROOT, 'fixtures/seeds', file), 'utf8'))
    const records: unknown = record['Records']
    const first: unknown = Array.isArray(records) ? records[0] : record
    if (!isJsonObject(first)) throw new Error(`${file}: no record`)
    return first
  }
  const rolesOf = (file: string): string[] =>
    walked(seed(file)).resources.map(({ role, type, arn, derived }) =>
      [role, type, derived ? 'derived' : 'given', arn].join(' '),
    )

  it.each(['efs-create-tags.json', 'efs-delete-tags.json'])(
    '%s: a file system, though no service is named',
    (file) => {
      expect(rolesOf(file)).toEqual([
        'target AWS::EFS::FileSystem derived arn:aws:elasticfilesystem:us-west-2:111122223333:file-system/fs-00112233',
      ])
      expect(walk.resources[0]?.name).toBe('fs-00112233')
    },
  )

  it.each(['fsx-tag-resource.json', 'fsx-untag-resource.json'])('%s: a file system by its ARN', (file) => {
    expect(rolesOf(file)).toEqual([
      'target AWS::FSx::FileSystem given arn:aws:fsx:us-east-1:111122223333:file-system/fs-ab12cd34ef56gh789',
    ])
  })

  it('datasync-create-task.json: a log group, two locations and the task that was made', () => {
    expect(rolesOf('datasync-create-task.json')).toEqual([
      'target AWS::Logs::LogGroup given arn:aws:logs:ap-southeast-1:123456789012:log-group:MyLogGroup',
      'target AWS::DataSync::Location given arn:aws:datasync:ap-southeast-1:123456789012:location/loc-abcdef01234567890',
      'source AWS::DataSync::Location given arn:aws:datasync:ap-southeast-1:123456789012:location/loc-021345abcdef6789',
      'created AWS::DataSync::Task given arn:aws:datasync:ap-southeast-1:123456789012:task/task-1234567890abcdef0',
    ])
  })

  it('ec2-terminate-instances.json: one instance, named twice', () => {
    expect(rolesOf('ec2-terminate-instances.json')).toEqual([
      'target AWS::EC2::Instance derived arn:aws:ec2:us-west-2:123456789012:instance/i-1a2b3c4d',
    ])
  })
})

describe('one resource, one row', () => {
  it('prefers the ARN that the record gives to the one put together', () => {
    const role = 'arn:aws:iam::111122223333:role/ops/Deployer'
    const { resources } = request(
      { roleName: 'Deployer' },
      { eventSource: 'iam.amazonaws.com', eventName: 'GetRole', errorMessage: `${role} is gone` },
    )
    expect(resources).toEqual([
      { arn: role, type: 'AWS::IAM::Role', name: 'Deployer', derived: false, role: 'target' },
    ])
  })

  it('keeps two given ARNs of one name apart', () => {
    const arns = ['111122223333', '444455556666'].map((account) => `arn:aws:iam::${account}:role/Admin`)
    expect(request({ a: arns }).resources.map(({ arn }) => arn)).toEqual(arns)
  })

  it('gives the strongest role in any order', () => {
    const instance = 'i-0dbc91f429e48eeed'
    const more = { eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances' }
    const made = { instancesSet: { items: [{ instanceId: instance }] } }
    for (const order of [
      ['requestParameters', 'responseElements'],
      ['responseElements', 'requestParameters'],
    ]) {
      const parts: JsonObject = { requestParameters: { note: instance }, responseElements: made }
      const record = { ...more, ...Object.fromEntries(order.map((key) => [key, parts[key]])) }
      expect(walked(record).resources.map(({ role }) => role)).toEqual(['created'])
    }
  })

  it('finds its way through many as through few', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `vol-${index.toString(16).padStart(17, '0')}`)
    const arns = many.map((id) => `arn:aws:ec2:eu-west-1:111122223333:volume/${id}`)
    const { resources } = request({ volumeIds: [...many, ...many], arns: [...arns, ...arns] })
    expect(resources.map(({ arn }) => arn)).toEqual(arns)
    expect(resources.every(({ derived }) => !derived)).toBe(true)
  })

  it('does not change the resources of the record before', () => {
    const before = request({ instanceId: 'i-1a2b3c4d' }).resources
    request({ volumeId: 'vol-1a2b3c4d' })
    expect(before.map(({ name }) => name)).toEqual(['i-1a2b3c4d'])
  })

  it('takes the account of old records from the caller, and only an account', () => {
    const arnFor = (accountId: string): string | null | undefined =>
      walked({ awsRegion: 'eu-west-1', userIdentity: { accountId }, requestParameters: { a: 'i-1a2b3c4d' } })
        .resources[0]?.arn
    expect(arnFor('111122223333')).toBe('arn:aws:ec2:eu-west-1:111122223333:instance/i-1a2b3c4d')
    expect(arnFor('ANONYMOUS_PRINCIPAL')).toBeNull()
  })
})

describe('what names nothing', () => {
  it.each([
    ['a redacted name', { functionName: 'HIDDEN_DUE_TO_SECURITY_REASONS' }],
    [
      'another',
      {
        functionName: '****',
        role: '<sensitiveDataRemoved>',
        layerName: 'Value hidden due to security reasons.',
      },
    ],
    ['an empty one', { functionName: '' }],
    [
      'a document',
      { layerName: 'x'.repeat(2049), role: `arn:aws:iam::111122223333:role/${'x'.repeat(2049)}` },
    ],
    ['a number, a list, an object, null', { functionName: 7, layerName: [[]], uUID: { a: 1 }, role: null }],
    ['withheld parameters', { omitted: true, originalSize: 149893, reason: 'requestParameters too large' }],
  ])('%s', (_what, parameters) => {
    expect(request(parameters, { eventSource: 'lambda.amazonaws.com' }).resources).toEqual([])
  })

  it('the caller', () => {
    expect(walked({ userIdentity: { arn: 'arn:aws:iam::111122223333:user/alice' } }).resources).toEqual([])
  })
})

describe('text', () => {
  it('has string and number values, not ids and time, not the caller', () => {
    walk.walk(
      parse(`{"eventID":"e1","requestID":"r1","eventTime":"t1","userAgent":"u1","userIdentity":{"userName":"alice"},
        "sharedEventID":"s1","eventName":"DoThing","requestParameters":{"n":-1.5,"t":true,"z":null,"e":"",
        "deep":[["x",{"eventID":"inner"}]],"big":1e400,"arn":"arn:aws:s3:::evidence"},"resources":[{"ARN":"arn:aws:s3:::b","n":4}]}`),
    )
    expect(walk.text).toBe('s1 DoThing -1.5 x inner 4 arn:aws:s3:::evidence arn:aws:s3:::b')
  })

  it('leaves out what the caller has elsewhere, but finds what an error message names', () => {
    const own = new RecordWalk(200, new Set(['eventName', 'errorMessage']))
    own.walk({ eventName: 'A', errorMessage: 'no arn:aws:s3:::evidence', errorCode: 'B', eventID: 'e1' })
    expect(own.text).toBe('B e1')
    expect(own.resources.map(({ arn }) => arn)).toEqual(['arn:aws:s3:::evidence'])
  })

  it('leaves out what of tlsDetails the caller has elsewhere, and says a host once', () => {
    const tlsDetails = {
      tlsVersion: 'TLSv1',
      cipherSuite: 'C',
      clientProvidedHostHeader: 'b.s3.amazonaws.com',
      new: ['N', 7],
    }
    const own = new RecordWalk(200, new Set(['tlsDetails.tlsVersion', 'tlsDetails.cipherSuite']))
    own.walk({ tlsDetails, tlsVersion: 'top', 'tlsDetails.tlsVersion': 'dotted' })
    expect(own.text).toBe('b.s3.amazonaws.com N 7 top dotted')
    own.walk({ requestParameters: { Host: 'b.s3.amazonaws.com' }, tlsDetails })
    expect(own.text).toBe('b.s3.amazonaws.com N 7')
    own.walk({ requestParameters: { Host: 'other' }, tlsDetails: 'text' })
    expect(own.text).toBe('other text')
    expect(walked({ tlsDetails }).text).toBe('TLSv1 C b.s3.amazonaws.com N 7')
  })

  it('says what another value begins with once: of a bucket and its host, of an object and its bucket', () => {
    const bucket = 'arn:aws:s3:::acme'
    const object = `${bucket}/a/b.txt`
    const parameters = { bucketName: 'acme', Host: 'acme.s3.amazonaws.com', prefix: 'acme' }
    expect(walked({ requestParameters: parameters }).text).toBe('acme.s3.amazonaws.com acme')
    for (const resources of [
      [{ ARN: bucket }, { ARN: object }],
      [{ ARN: object }, { ARN: bucket }],
    ])
      expect(walked({ resources }).text).toBe(object)
    const others = ['arn:aws:s3:::acme-logs', bucket, 'arn:aws:s3:::acme.b', 'arn:aws:s3:::ac']
    expect(walked({ resources: others.map((ARN) => ({ ARN })) }).text).toBe(others.join(' '))
    expect(walked({ resources: [{ ARN: bucket }, { ARN: bucket }] }).resources).toHaveLength(1)
  })

  it('has URL-encoded JSON in both forms, also when an escape is broken', () => {
    const encoded = '%7b%22Sid%22%3a%22caf%C3%A9%22%7D'
    expect(walked({ requestParameters: { a: encoded, b: `${encoded}%E9` } }).text).toBe(
      `${encoded} ${encoded}%E9 {"Sid":"café"} {"Sid":"caf%C3%A9"}%E9`,
    )
    expect(walked({ requestParameters: { a: '100%22 and %7' } }).text).toBe('100%22 and %7')
  })

  it('has every string of any record', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6 }),
        fc.constantFrom('s3', 'ec2', 'kms', 'iam', 'lambda'),
        (value, source) => {
          const record = parse(
            JSON.stringify({ eventSource: `${source}.amazonaws.com`, requestParameters: { value } }),
          )
          walk.walk(record)
          for (const text of strings(record)) expect(walk.text).toContain(text)
        },
      ),
    )
  })

  it('is empty for a record of nothing', () => {
    expect(walked({}).text).toBe('')
    expect(walk.resources).toEqual([])
  })
})

describe('hostile records', () => {
  it('looks no deeper than allowed, and says so', () => {
    const deep = 100_000
    const record = parse(
      `{"requestParameters":${'{"a":['.repeat(deep)}"bottom"${']}'.repeat(deep)},"eventName":"top"}`,
    )
    expect(walked(record).tooDeep).toBe(true)
    expect(walk.text).toBe('top')
    expect(walked({ requestParameters: { a: 'x' } }).tooDeep).toBe(false)
  })

  it('reads all of 200 levels', () => {
    const nested = (levels: number): JsonObject =>
      parse(`{"x":${'['.repeat(levels)}"bottom"${']'.repeat(levels)}}`)
    expect([walked(nested(200)).text, walk.tooDeep]).toEqual(['bottom', false])
    expect([walked(nested(201)).text, walk.tooDeep]).toEqual(['', true])
  })

  it('takes odd keys for keys', () => {
    const record = parse(
      `{"__proto__":{"polluted":"p1"},"constructor":"c1","requestParameters":{"__proto__":{"instanceId":"i-1a2b3c4d"},
       "hasOwnProperty":"h1","toString":{"valueOf":"v1"}},"resources":[{"__proto__":"q1","type":"AWS::X::constructor","ARN":"arn:aws:x:::a/b"}],
       "eventSource":"__proto__","eventName":"CreateConstructor"}`,
    )
    expect(walked(record).resources.map(({ name }) => name)).toEqual(['i-1a2b3c4d', 'b'])
    expect(walk.text.split(' ').sort()).toEqual(
      [
        'p1',
        'c1',
        'i-1a2b3c4d',
        'h1',
        'v1',
        'q1',
        'AWS::X::constructor',
        'arn:aws:x:::a/b',
        '__proto__',
        'CreateConstructor',
      ].sort(),
    )
    expect(Object.prototype).not.toHaveProperty('polluted')
  })

  it.each([
    { requestParameters: 'text arn:aws:s3:::evidence', resources: 'arn:aws:s3:::b', responseElements: 7 },
    {
      requestParameters: ['arn:aws:s3:::evidence'],
      resources: { ARN: 'arn:aws:s3:::b' },
      eventSource: 7,
      eventName: [],
    },
  ])('reads what is of another type than it should be: %j', (record) => {
    const arns = walked(record).resources.map(({ arn }) => arn)
    expect(arns.sort()).toEqual(['arn:aws:s3:::b', 'arn:aws:s3:::evidence'])
  })

  it('does no more work for its length with much of everything', async () => {
    expect(await growthByFour(4000, muchOfEverything)).toBeLessThan(9)
  })

  function muchOfEverything(size: number): void {
    const texts = [
      'arn:aws:'.repeat(size),
      ':aws'.repeat(2 * size),
      'arn:aws:s3:::'.repeat(size / 2),
      '%22%7b'.repeat(size),
    ]
    request({
      texts,
      tags: Object.fromEntries(Array.from({ length: size }, (_, index) => [`key${index}`, `v-${index}`])),
    })
    for (const eventSource of ['s3', 'sqs', 'lambda', 'ssm', 'route53', 'cloudformation', 'organizations']) {
      for (const filler of ['a', '-', ':', '/', '.', ' ', 'id=', '?versionId=', '.s3']) {
        const value = filler.repeat(size)
        const keys = [
          'Host',
          'bucketName',
          'key',
          'queueUrl',
          'functionName',
          'name',
          'id',
          'templateURL',
          'servicePrincipal',
        ]
        const more = ['x-amz-grant-read', 'x-amz-copy-source', 'hostedZoneId', 'targetId']
        const parameters = Object.fromEntries([...keys, ...more].map((key) => [key, value]))
        request(parameters, {
          eventSource: `${eventSource}.amazonaws.com`,
          eventName: 'GetParameter',
          resources: [{ type: value, ARN: 'arn:aws:x:::y/z' }],
        })
      }
    }
  }

  it('keeps no more than a little of what archives make up', () => {
    for (let index = 0; index < 5000; index += 1) {
      request(
        { [`k${index}`]: 'v' },
        { eventSource: `s${index}`, eventName: `n${index}`, recipientAccountId: `${index}` },
      )
    }
    expect(request({ instanceId: 'i-1a2b3c4d' }).resources).toHaveLength(1)
  })
})

describe('real records', () => {
  const data = path.resolve(ROOT, '../shared/data/invictus-cloudtrail')
  const files = fs.existsSync(data) ? fs.readdirSync(data).filter((file) => file.endsWith('.json')) : []

  it.skipIf(files.length === 0)(
    'every string is in the text, every ARN among the resources (skipped without data)',
    () => {
      for (const file of files) {
        const { Records: records } = parse(fs.readFileSync(path.join(data, file), 'utf8'))
        if (!Array.isArray(records)) continue
        for (const record of records as JsonObject[]) {
          const { text, resources } = walked(record)
          const arns = new Set(resources.map(({ arn }) => arn))
          for (const value of strings(record)) {
            expect(text).toContain(value)
            if (/^arn:aws:[a-z0-9-]+:[^:]*:[^:]*:[^*?]+$/.test(value)) expect(arns).toContain(value)
          }
        }
      }
    },
  )
})

const APART = new Set(['eventID', 'requestID', 'eventTime', 'userAgent', 'userIdentity'])

function strings(record: JsonObject): string[] {
  const below = (value: unknown): string[] => {
    if (typeof value === 'string') return [value]
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(below) : []
  }
  return Object.entries(record).flatMap(([key, value]) => (APART.has(key) ? [] : below(value)))
}
