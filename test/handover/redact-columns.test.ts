/** Redaction of columns that hold free text though they are named as ids, and of S3's canonical user ids. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { OUT_TABLES } from '../../src/handover/schema.js'
import { accessLine, makeAccessLines } from '../helpers/access-lines.js'
import { makeRecord, put, putLog } from '../helpers/archive.js'
import { index, scratch } from '../verify/indexed.js'
import { handOver } from './made.js'

const ACCOUNT = '135791357913'
const KEY = 'AKIAQQQQ1111SECRETKY'
const GRANTEE = '7'.repeat(64)
const HASH = '8'.repeat(64)
const OWNER = 'a'.repeat(64)
/** As Secrets Manager makes it. */
const REQUEST = `SecretDeleteMessage:arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:prod:Forced`
const RECORD = {
  ...makeRecord(1, {
    eventID: `event:${ACCOUNT}:1`,
    sharedEventID: `shared-by-Hagakure-${KEY}`,
    recipientAccountId: ACCOUNT,
    requestParameters: {
      roleName: 'Hagakure',
      accessControlPolicy: { Owner: { ID: GRANTEE } },
      'x-amz-grant-read': `id="${'6'.repeat(64)}"`,
      checksum: HASH,
    },
  }),
  requestID: REQUEST,
}
const LINE = { ...makeAccessLines(5)[4]!, requestId: `x${ACCOUNT}`, hostId: `h/${KEY}/h=` }
const ORIGINALS = [ACCOUNT, KEY.toLowerCase(), 'hagakure', OWNER, GRANTEE, '6'.repeat(64), 'c'.repeat(64)]

let out = ''
let pseudonyms: Record<string, string> = {}
beforeAll(async () => {
  const root = scratch()
  putLog(root, 'log.json', [RECORD])
  put(root, 'access.log', `${accessLine(LINE)}\n`)
  const file = path.join(scratch(), 'case.sqlite')
  await index(file, [root])
  out = handOver(file, { redact: true }).out
  pseudonyms = JSON.parse(readFileSync(`${out}.pseudonyms.json`, 'utf8')) as Record<string, string>
})

function read(table: string): Record<string, unknown>[] {
  const db = new Database(out, { readonly: true })
  try {
    return db.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).all()
  } finally {
    db.close()
  }
}

describe('a redacted hand-over', () => {
  it('has no original in any text column of any table', () => {
    const found = OUT_TABLES.flatMap(({ name: table }) =>
      read(table).flatMap((row) =>
        Object.entries(row).flatMap(([column, value]) =>
          ORIGINALS.filter((one) => String(value).toLowerCase().includes(one)).map(
            (one) => `${table}.${column}: ${one}`,
          ),
        ),
      ),
    )
    expect(found).toEqual([])
  })

  it('has the same pseudonyms in the columns of IDs as in the record', () => {
    const [event] = read('events')
    expect(event!['request_id']).toBe(REQUEST.replace(ACCOUNT, pseudonyms[ACCOUNT]!))
    expect(JSON.parse(String(event!['record']))).toMatchObject({
      eventID: event!['event_id'],
      requestID: event!['request_id'],
      sharedEventID: event!['shared_event_id'],
      requestParameters: { checksum: HASH },
    })
    expect(read('appearances')[0]!['event_id']).toBe(event!['event_id'])
  })

  it('has a pseudonym of the form of a canonical user id, and says what stays', () => {
    const [line] = read('access_logs')
    expect(line!['bucket_owner']).toMatch(/^[0-9a-f]{64}$/)
    expect(line!['bucket_owner']).toBe(pseudonyms[OWNER])
    expect(String(line!['record'])).toContain(`${pseudonyms[OWNER]!} ${LINE.bucket} `)
    expect(line).toMatchObject({ bucket: LINE.bucket, host_header: `${LINE.bucket}.s3.amazonaws.com` })
  })
})
