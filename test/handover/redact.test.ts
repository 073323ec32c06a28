import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { verifyHandover } from '../../src/handover/verify.js'
import { NO_FILTERS, type Question } from '../../src/model/question.js'
import { makeRecord, type CloudTrailRecord } from '../helpers/archive.js'
import { handOver, indexedCase, numbered, redactorOf } from './made.js'

/** Every original is written where a redactor could miss it. */
const HIDDEN: readonly CloudTrailRecord[] = [
  makeRecord(900, {
    eventTime: '2024-03-04T09:00:00Z',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAQQQQ1111SECRETID',
      arn: 'arn:aws:iam::135791357913:user/team/zelda,o.k@corp',
      accountId: '135791357913',
      accessKeyId: 'AKIAQQQQ1111SECRETKY',
      userName: 'zelda,o.k@corp',
    },
    eventName: 'PutRolePolicy',
    eventSource: 'iam.amazonaws.com',
    sourceIPAddress: '2001:db9:aa::17',
    errorCode: 'AccessDenied',
    errorMessage:
      'User: arn:aws:iam::135791357913:user/team/zelda,o.k@corp is not authorized to assume Hagakure. From 91.198.174.192.',
    requestParameters: {
      roleName: 'Hagakure',
      policyDocument: JSON.stringify({
        Statement: [
          { Principal: { AWS: 'arn:aws:iam::135791357913:role/Hagakure' }, Resource: '*\nHagakure' },
        ],
      }),
      encoded: encodeURIComponent(
        '{"AWS":"arn:aws:iam::135791357913:user/team/zelda,o.k@corp","ip":"2001:db9:aa::17"}',
      ),
      bucketName: 'logs-135791357913-eu',
      host: 'ip-91-198-174-192.eu-west-1.compute.internal',
      cidr: '91.198.174.192/32',
      open: '0.0.0.0/0',
      accountId: 135791357913,
      size: 123456789012,
      'tag/Hagakure': 'x',
      clientToken: '7f3e2b1c-1111-4222-8333-135791357913',
    },
    responseElements: {
      credentials: { sessionToken: 'FwoGZXIvYXdzEBYaDsecret+token/==', accessKeyId: 'ASIAQQQQ1111SECRETKY' },
    },
    recipientAccountId: '135791357913',
  }),
  makeRecord(901, {
    eventTime: '2024-03-04T08:00:00Z',
    eventSource: 'sts.amazonaws.com',
    eventName: 'GetCallerIdentity',
    requestParameters: { note: 'handed to Nightjar-7 yesterday' },
  }),
  makeRecord(902, {
    eventTime: '2024-03-04T10:00:00Z',
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    requestParameters: { roleArn: 'arn:aws:iam::135791357913:role/lambda', roleSessionName: 'Nightjar-7' },
    responseElements: null,
  }),
]
/** As they are: in bytes of the file, in any case. */
const ORIGINALS = [
  '135791357913',
  'AIDAQQQQ1111SECRETID',
  'AKIAQQQQ1111SECRETKY',
  'ASIAQQQQ1111SECRETKY',
  '91.198.174.192',
  '91-198-174-192',
  '2001:db9:aa::17',
  '2001%3Adb9%3Aaa%3A%3A17',
  'zelda',
  'Hagakure',
  'Nightjar-7',
  'Mallory',
  'svc-backup',
  '111122223333',
  '203.0.113.7',
  '198.51.100.23',
  'FwoGZXIvYXdzEBYaDsecret',
]
const made = indexedCase(() => [numbered(0, 60), [...HIDDEN]])

let out = ''
let plain = ''
beforeAll(() => {
  plain = handOver(made.path).out
  out = handOver(made.path, { redact: true }).out
})

function ask<Row = Record<string, string>>(file: string, sql: string, ...values: string[]): Row[] {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare<unknown[], Row>(sql).all(...values)
  } finally {
    db.close()
  }
}

describe('a redacted hand-over', () => {
  it('holds no original anywhere in its bytes, nor in its manifest', () => {
    const whole = readFileSync(plain).toString('latin1').toLowerCase()
    // A UUID stays as it is, also when it ends in the digits of an account.
    const uuid = '7f3e2b1c-1111-4222-8333-135791357913'
    const bytes = readFileSync(out).toString('latin1').toLowerCase()
    expect(bytes).toContain(uuid)
    const manifest = readFileSync(`${out}.manifest.json`, 'utf8').toLowerCase()
    for (const original of ORIGINALS.map((text) => text.toLowerCase())) {
      expect({ original, found: whole.includes(original) }).toEqual({ original, found: true })
      expect({ original, found: bytes.replaceAll(uuid, '').includes(original) }).toEqual({
        original,
        found: false,
      })
      expect({ original, found: manifest.includes(original) }).toEqual({ original, found: false })
    }
  })

  it('holds no original as a word of its full text', () => {
    const db = new Database(out, { readonly: true })
    db.exec("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, 'events_fts', 'row')")
    const words = new Set(db.prepare<[], string>('SELECT term FROM temp.words').pluck().all())
    db.close()
    for (const word of ['aidaqqqq1111secretid', 'zelda', 'hagakure', 'nightjar', 'mallory', '111122223333'])
      expect({ word, found: words.has(word) }).toEqual({ word, found: false })
  })

  it('has records that parse and differ in values only', () => {
    const before = new Map(
      ask(plain, 'SELECT event_id, record FROM events').map((row) => [row['event_id'], row['record']]),
    )
    const rows = ask(out, 'SELECT event_id, record FROM events')
    expect(rows).toHaveLength(before.size)
    for (const { event_id, record } of rows) {
      const now = JSON.parse(record!) as CloudTrailRecord
      const then = JSON.parse(before.get(event_id)!) as CloudTrailRecord
      expect(Object.keys(now)).toEqual(Object.keys(then))
      for (const field of ['eventID', 'requestID', 'eventTime', 'eventName', 'eventSource', 'awsRegion'])
        expect(now[field]).toEqual(then[field])
    }
  })

  it('says the same pseudonym in columns, records and full text', () => {
    const mapping = JSON.parse(readFileSync(`${out}.pseudonyms.json`, 'utf8')) as Record<string, string>
    const account = mapping['135791357913']!
    expect(account).toMatch(/^9\d{11}$/)
    const [row] = ask(
      out,
      'SELECT * FROM events WHERE recipient_account_id = ? AND error_code IS NOT NULL',
      account,
    )
    const record = JSON.parse(row!['record']!) as {
      userIdentity: { arn: string; accessKeyId: string }
      sourceIPAddress: string
      requestParameters: Record<string, string | number>
    }
    expect(row!['principal_arn']).toBe(record.userIdentity.arn)
    expect(row!['access_key_id']).toBe(record.userIdentity.accessKeyId)
    expect(row!['source_ip_address']).toBe(record.sourceIPAddress)
    expect(row!['principal_arn']).toBe(`arn:aws:iam::${account}:user/team/${mapping['zelda,o.k@corp']}`)
    const parameters = record.requestParameters
    const policy = JSON.parse(String(parameters['policyDocument'])) as {
      Statement: { Principal: { AWS: string } }[]
    }
    expect(policy.Statement[0]!.Principal.AWS).toBe(`arn:aws:iam::${account}:role/${mapping['Hagakure']}`)
    expect(parameters).toMatchObject({
      bucketName: `logs-${account}-eu`,
      open: '0.0.0.0/0',
      accountId: Number(account),
      size: 123456789012,
    })
    const hits = `SELECT count(*) AS n FROM events_fts WHERE events_fts MATCH '"${account}"'`
    expect(ask<{ n: number }>(out, hits)[0]!.n).toBeGreaterThan(0)
    expect(ask<{ n: number }>(out, 'SELECT sum(events_here) AS n FROM coverage')[0]!.n).toBe(63)
  })

  it('keeps hashes, and verifies', () => {
    const hashes = 'SELECT event_id, record_sha256, source_sha256 FROM events ORDER BY event_id'
    expect(ask(out, hashes)).toEqual(ask(plain, hashes))
    const [source] = ask(out, 'SELECT sha256 FROM sources ORDER BY sha256')
    expect(source!['sha256']).toMatch(/^[0-9a-f]{64}$/)
    expect(verifyHandover(out, null).findings).toEqual([])
    expect(statSync(`${out}.pseudonyms.json`).mode & 0o777).toBe(0o600)
  })

  it('is another one each time', () => {
    const again = handOver(made.path, { redact: true }).out
    const read = (file: string) =>
      JSON.parse(readFileSync(`${file}.pseudonyms.json`, 'utf8')) as Record<string, string>
    expect(read(again)['135791357913']).not.toBe(read(out)['135791357913'])
  })
})

describe('a redacted hand-over of values in odd places', () => {
  const PASSWORD = 'correct-horse-battery'
  const odd = indexedCase(() => [
    [
      makeRecord(1, {
        userIdentity: {
          type: 'AssumedRole',
          principalId: 'AROAQQQQ1111SECRETID:CloudTrail',
          arn: 'arn:aws:sts::135791357913:assumed-role/Hagakure/CloudTrail',
          accountId: '135791357913',
        },
        recipientAccountId: '135791357913',
        requestParameters: { masterUserPassword: PASSWORD, note: 'x135791357913y zHagakurez 2hagakure2' },
      }),
      makeRecord(2, {
        errorMessage: `bad password ${PASSWORD.toUpperCase()}!`,
        requestParameters: { x: '[2001:DB9::0:17]:443' },
      }),
      makeRecord(3, { sourceIPAddress: '2001:db9:0::17', requestParameters: { name: 'Ganon Dorf' } }),
    ],
  ])
  const question: Question = {
    kind: 'text',
    value: 'Ganon OR "zelda fitz"',
    syntax: 'fts5',
    window: {},
    filters: { ...NO_FILTERS, sourceIps: ['2001:db9::17'] },
  }

  it('holds none, glued to what there is, and its file names are those of AWS', () => {
    const { out: file, manifest } = handOver(odd.path, { redact: true })
    const bytes = readFileSync(file).toString('utf8').toLowerCase()
    for (const original of ['135791357913', 'hagakure', PASSWORD, '2001:db9', 'secretid'])
      expect({ original, found: bytes.includes(original) }).toEqual({ original, found: false })
    expect(ask(file, 'SELECT path FROM sources')[0]!['path']).toMatch(/\/CloudTrail\/.*_CloudTrail_/)
    expect(
      ask(file, 'SELECT principal_arn FROM events WHERE principal_arn IS NOT NULL')[0]!['principal_arn'],
    ).not.toContain('CloudTrail')
    expect(manifest.redaction_limit).toMatch(/base64.* are not searched for/)
    expect(ask(file, "SELECT value FROM meta WHERE key = 'redacted'")[0]!['value']).toContain(
      manifest.redaction_limit,
    )
    expect(verifyHandover(file, null).findings).toEqual([])
  })

  it('does not say what was asked', () => {
    const { out: file, manifest } = handOver(odd.path, { redact: true, question })
    const [meta, notes] = ['question', 'notes'].map(
      (key) => ask(file, `SELECT value FROM meta WHERE key = '${key}'`)[0]!['value'],
    )
    expect(`${meta} ${notes} ${JSON.stringify(manifest)}`).not.toMatch(/Ganon|zelda|fitz|2001:db9/i)
    expect(verifyHandover(file, null).findings).toEqual([])
  })
})

describe('Redactor', () => {
  const redactor = () =>
    redactorOf({
      name: ['bob', 'bob-admin', 'lambda', 'ci', '2024', 'Ann Lee', '日本人'],
      account: ['111122223333'],
    })
  const unchanged = [
    '2024-03-04T10:20:30Z',
    'lambda.amazonaws.com',
    'bobsled CodeDeploy',
    'aws-cli/2.15.30 Python/3.11',
    '6b3c8f2e-1f0a-4d55-9b0e-111122223333',
    createHash('sha256').update('x').digest('hex'),
    '{"port": 2024, "n": 1.10, "big": 123456789012, "a": "\\u00e9"}',
    'https://example.org/a%20b?c=%2F',
    '{not json',
    '100%',
  ]
  it.each(unchanged)('leaves %s', (text) => {
    expect(redactor().text(text)).toBe(text)
  })

  it.each([
    ['bob', /^name-\w{10}$/],
    ['bob-admin.', /^name-\w{10}\.$/],
    ['my-bob-laptop', /^my-name-\w{10}-laptop$/],
    ['from Ann Lee, today', /^from name-\w{10}, today$/],
    ['日本人', /^name-\w{10}$/],
    [
      'arn:aws:sts::111122223333:assumed-role/x1/ci',
      /^arn:aws:sts::9\d{11}:assumed-role\/name-\w{10}\/name-\w{10}$/,
    ],
    ['x111122223333y', /^x9\d{11}y$/],
    ['{"sessionToken":"a\\/b"}', /^\{"sessionToken":"token-\w{16}"\}$/],
    ['[2001:db8::1]:443', /^\[2001:db8:[\da-f:]+\]:443$/],
    ['::ffff:203.0.113.7', /^::ffff:24\d\.[\d.]+$/],
    ['akiaabcdefgh12345678', /^akia[a-z2-7]{16}$/],
  ])('replaces in %s', (text, expected) => {
    expect(redactor().text(text)).toMatch(expected)
  })
})
