/** A redacted hand-over with S3 server access logs: every original in the forms that keys, URIs and referers give it. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { verifyHandover } from '../../src/handover/verify.js'
import { NO_FILTERS, type Subject } from '../../src/model/question.js'
import { accessLine, makeAccessLines, type MadeLine } from '../helpers/access-lines.js'
import { makeRecord, put } from '../helpers/archive.js'
import { index, scratch } from '../verify/indexed.js'
import { handOver } from './made.js'

const ACCOUNT = '135791357913'
const ZELDA = `arn:aws:iam::${ACCOUNT}:user/team/zelda`
const ZOE = 'Zo\u00eb K\u00fchn'
const SIGNATURE = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0'
const OWNER = 'a'.repeat(64)
const CANONICAL = '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be'
const once = encodeURIComponent
const twice = (text: string): string => once(once(text))

const KEYS = [
  `home/zelda/notes.txt`,
  `home/Ann+Lee/notes.txt`,
  `home/${once('Ann Lee')}/notes.txt`,
  `home/${twice('Ann Lee')}/notes.txt`,
  once(ZELDA),
  twice(ZELDA),
  once(twice(ZELDA)),
  `${once(ZOE)}/nfc`,
  `${twice(ZOE.normalize('NFD'))}/nfd`,
  `${once(ZOE.toUpperCase())}/upper`,
  `logs-${ACCOUNT}-eu/${ACCOUNT}.gz`,
  `%E9t%E9/${once(ZELDA)}`,
  `backupHagakure2024.tgz`,
  `dump_zelda_final`,
  `zelda2/old`,
  `home/frank.castle/x`,
  once(`\u0130rem/x`),
  `from/2001%3Adb9%3Aaa%3A%3A17/ip-91-198-174-192/x`,
]

const [MADE] = makeAccessLines(1)
const LINES: MadeLine[] = [
  ...KEYS.map((key, n): MadeLine => ({
    ...MADE!,
    key,
    uri: key,
    requestId: `KEY${String(n).padStart(13, '0')}`,
    requester: ZELDA,
    address: '91.198.174.192',
  })),
  { ...MADE!, requester: CANONICAL, requestId: 'CANON00000000001', key: `owned/${CANONICAL}` },
  {
    ...MADE!,
    requestId: 'PRESIGNED0000001',
    requester: `arn:aws:sts::${ACCOUNT}:assumed-role/Hagakure/frank.castle@corp.example`,
    referer: `https://x.example/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAQQQQ1111SECRETKY%2F20240304%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Security-Token=FwoGZXIvYXdz%2Fsecret%2Btoken%3D%3D&X-Amz-Signature=${SIGNATURE}`,
    agent: `agent of zelda`,
  },
]
const EVENTS = [
  makeRecord(1, {
    userIdentity: {
      type: 'IAMUser',
      arn: ZELDA,
      accountId: ACCOUNT,
      userName: 'zelda',
      principalId: 'AIDAQQQQ1111SECRETID',
    },
    requestParameters: {
      userName: 'Ann Lee',
      AccessControlPolicy: { Owner: { ID: CANONICAL } },
    },
  }),
  makeRecord(2, { requestParameters: { userName: ZOE, note: `id="${CANONICAL}"` }, responseElements: null }),
  makeRecord(3, {
    requestParameters: { userName: '\u0130rem', roleName: 'Hagakure' },
    responseElements: null,
  }),
  // The writer of a record chooses the ID.
  makeRecord(4, { requestID: 'by zelda for Ann Lee' }),
]

const ORIGINALS = [
  ACCOUNT,
  'zelda',
  'Ann Lee',
  'Ann+Lee',
  'Ann%20Lee',
  'Ann%2520Lee',
  ZOE,
  once(ZOE),
  twice(ZOE.normalize('NFD')),
  once(ZOE.toUpperCase()),
  'Hagakure',
  'frank.castle',
  once('\u0130rem'),
  '91.198.174.192',
  '91-198-174-192',
  '2001%3Adb9%3Aaa%3A%3A17',
  'AKIAQQQQ1111SECRETKY',
  'FwoGZXIvYXdz',
  SIGNATURE,
  OWNER,
  CANONICAL,
  'AIDAQQQQ1111SECRETID',
]

const CASE = path.join(scratch(), 'case.sqlite')
let plain = ''
let out = ''
let mapping: Record<string, string> = {}
beforeAll(async () => {
  const folder = scratch()
  put(folder, 'access.log', LINES.map((line) => `${accessLine(line)}\n`).join(''))
  put(folder, 'log.json', JSON.stringify({ Records: EVENTS }))
  await index(CASE, [folder])
  plain = handOver(CASE).out
  out = handOver(CASE, { redact: true }).out
  mapping = JSON.parse(readFileSync(`${out}.pseudonyms.json`, 'utf8')) as Record<string, string>
})

function rows(file: string): Record<string, string>[] {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare<[], Record<string, string>>('SELECT * FROM access_logs ORDER BY id').all()
  } finally {
    db.close()
  }
}

describe('a redacted hand-over of access logs', () => {
  it('has every line in the plain one', () => {
    expect(rows(plain)).toHaveLength(LINES.length)
  })

  it.each(ORIGINALS)('does not hold %s in its bytes, nor in its manifest', (original) => {
    const text = (file: string): string => readFileSync(file).toString('utf8').toLowerCase()
    expect(text(plain).includes(original.toLowerCase())).toBe(true)
    expect(text(out).includes(original.toLowerCase())).toBe(false)
    expect(text(`${out}.manifest.json`).includes(original.toLowerCase())).toBe(false)
  })

  it('holds no original in what its texts are when percent-encoding is undone', () => {
    const found: string[] = []
    for (const row of rows(out)) {
      for (const value of Object.values(row)) {
        if (typeof value !== 'string') continue
        let text = value
        for (let round = 0; round < 4; round++) {
          text = text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) =>
            Buffer.from(codes.replaceAll('%', ''), 'hex').toString('utf8'),
          )
        }
        const plainText = text.normalize('NFC').toLowerCase()
        for (const name of [
          'zelda',
          'ann lee',
          'ann+lee',
          ZOE.toLowerCase(),
          'hagakure',
          ACCOUNT,
          '91.198.174.192',
          'frank.castle',
        ])
          if (plainText.includes(name)) found.push(`${name}: ${value}`)
      }
    }
    expect(found).toEqual([])
  })

  it('says the same pseudonym in columns, lines and however it is percent-encoded', () => {
    const arn = `arn:aws:iam::${mapping[ACCOUNT]!}:user/team/${mapping['zelda']!}`
    const made = rows(out).filter(({ request_id: id }) => id!.startsWith('KEY'))
    expect(new Set(made.map(({ requester }) => requester))).toEqual(new Set([arn]))
    for (const { record, requester, object_key, remote_ip } of made) {
      expect(record).toContain(` ${requester!} `)
      expect(record).toContain(` ${object_key!} `)
      expect(record).toContain(` ${remote_ip!} `)
    }
    const keys = made.map(({ object_key: key }) => key!)
    expect(keys[4]).toBe(once(arn))
    expect(keys[5]).toBe(twice(arn))
    expect(keys[11]).toBe(`%E9t%E9/${once(arn)}`)
    const ann = mapping['Ann Lee']!
    expect(keys.slice(1, 4)).toEqual([1, 2, 3].map(() => `home/${ann}/notes.txt`))
    const zoe = new Set([7, 8, 9].map((at) => keys[at]!.split('/')[0]))
    expect(zoe).toEqual(new Set([mapping[ZOE]]))
    expect(keys[12]).toMatch(/^backupname-\w{10}2024\.tgz$/)
  })

  it('keeps what names nobody: times, request ids, operations, hashes of the original line', () => {
    const kept = [
      'time',
      'request_id',
      'operation',
      'http_status',
      'record_sha256',
      'source_sha256',
      'bucket',
    ]
    const read = (file: string) => rows(file).map((row) => kept.map((column) => row[column]))
    expect(read(out)).toEqual(read(plain))
    expect(verifyHandover(out, null).findings).toEqual([])
  })

  it.each<[string, Subject]>([
    ['words', { kind: 'text', value: 'zelda "Hagakure"', syntax: 'words' }],
    ['a name that no record of the case has', { kind: 'principal', value: 'Ganon Dorf', namesakes: true }],
    ['a resource', { kind: 'resource', value: ZELDA }],
  ])('redacts what was asked for: %s', (_what, subject) => {
    const { manifest, out: file } = handOver(CASE, {
      redact: true,
      question: { ...subject, window: {}, filters: { ...NO_FILTERS, sourceIps: ['91.198.174.192'] } },
    })
    expect(JSON.stringify(manifest)).not.toMatch(/zelda|Hagakure|Ganon|91\.198|135791357913/i)
    expect(readFileSync(file).toString('latin1')).not.toMatch(/zelda|Hagakure|Ganon|91\.198|135791357913/i)
    expect(verifyHandover(file, null).findings).toEqual([])
  })
})
