/** Hand-overs of a case that holds S3 server access logs and aggregated events next to CloudTrail's. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { verifyHandover } from '../../src/handover/verify.js'
import { NO_FILTERS, type Filters, type Question, type Subject } from '../../src/model/question.js'
import { askKinds } from '../../src/query/find/all-kinds.js'
import { openReader } from '../../src/store/open.js'
import { ROW_KINDS, type RowKind } from '../../src/model/event.js'
import { accessLine, makeAccessLines } from '../helpers/access-lines.js'
import { put } from '../helpers/archive.js'
import { LINES, putBothKinds } from '../helpers/both-kinds.js'
import { index, scratch } from '../verify/indexed.js'
import { copyOf, fitManifest, handOver } from './made.js'

const CASE = path.join(scratch(), 'case.sqlite')
const IN = scratch()
/** A user agent in Latin-1, as some clients send it: bytes that are no UTF-8. */
const ODD = Buffer.from(
  accessLine({ ...makeAccessLines(1)[0]!, requestId: 'LATIN', agent: 'caf\u00e9' }),
  'latin1',
)

type Row = Record<string, string | number | null>

function ask<Found = Row>(file: string, sql: string): Found[] {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare<[], Found>(sql).all()
  } finally {
    db.close()
  }
}

const question = (subject: Subject, filters: Partial<Filters> = {}): Question => ({
  ...subject,
  window: {},
  filters: { ...NO_FILTERS, ...filters },
})

let out = ''
beforeAll(async () => {
  putBothKinds(IN)
  put(IN, 'odd.log', Buffer.concat([ODD, Buffer.from('\n')]))
  put(IN, 'more.gz', gzipSync(`${accessLine({ ...makeAccessLines(1)[0]!, requestId: 'ZIPPED' })}\n`))
  await index(CASE, [IN])
  out = handOver(CASE).out
})

describe('everything', () => {
  it('has every line once, exact, with its hash and that of its file', () => {
    const rows = ask(out, 'SELECT * FROM access_logs ORDER BY request_id')
    const expected = LINES.map(accessLine)
    const own = rows.filter(({ source_path: file }) => String(file).endsWith('access.log'))
    expect(own.map(({ record }) => record).toSorted()).toEqual(expected.toSorted())
    for (const { record, record_sha256, source_path, source_sha256, record_offset, record_length } of own) {
      const file = readFileSync(String(source_path))
      const bytes = file.subarray(Number(record_offset), Number(record_offset) + Number(record_length))
      expect(bytes.toString()).toBe(record)
      expect(record_sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
      expect(source_sha256).toBe(createHash('sha256').update(file).digest('hex'))
    }
    expect(rows).toHaveLength(LINES.length + 2)
    const [zipped] = rows.filter(({ request_id: id }) => id === 'ZIPPED')
    expect(zipped!['source_content_sha256']).not.toBe(zipped!['source_sha256'])
  })

  it('has the fields of the line, typed, as the view of the case', () => {
    const columns =
      'time, bucket, remote_ip, requester, operation, object_key, http_status, total_ms, principal, principal_key'
    const view = ask(CASE, `SELECT ${columns} FROM access_logs ORDER BY time_ms, access_log_rowid`)
    expect(ask(out, `SELECT ${columns} FROM access_logs ORDER BY time_ms, id`)).toEqual(view)
  })

  it('keeps the bytes of a line that is not UTF-8 next to its text form', () => {
    const [row] = ask<{ record: string; record_bytes: Buffer }>(
      out,
      "SELECT record, record_bytes FROM access_logs WHERE request_id = 'LATIN'",
    )
    expect(row!.record_bytes.equals(ODD)).toBe(true)
    expect(row!.record).toContain('caf\ufffd')
    expect(ask(out, 'SELECT count(*) AS n FROM access_logs WHERE record_bytes IS NOT NULL')).toEqual([
      { n: 1 },
    ])
  })

  it('has all counts of an aggregated event, with its record', () => {
    const rows = ask(out, 'SELECT * FROM aggregates ORDER BY is_primary DESC')
    expect(rows).toMatchObject([
      {
        event_id: 'counted',
        dimension: 'eventName',
        name: 'GetObject',
        value: 7,
        window_end: '2024-03-04T00:05:00Z',
      },
      { event_id: 'counted', dimension: 'userIdentity', value: 4 },
    ])
    for (const { record, record_sha256 } of rows)
      expect(record_sha256).toBe(createHash('sha256').update(String(record)).digest('hex'))
  })

  it('names the file of each, counts both kinds of each principal, and verifies', () => {
    const { manifest, findings } = verifyHandover(out, null)
    expect(findings).toEqual([])
    expect(manifest.counts).toMatchObject({
      events: 13,
      access_log_lines: LINES.length + 2,
      aggregates: 2,
      sources: 5,
    })
    expect(manifest.kinds).toEqual(ROW_KINDS)
    const sums = 'SELECT sum(events) AS events, sum(access_log_lines) AS lines FROM principals'
    expect(ask(out, sums)).toEqual([{ events: 13, lines: LINES.length + 2 }])
    const strays = `SELECT count(*) AS n FROM (SELECT source_sha256 FROM access_logs UNION ALL SELECT source_sha256 FROM aggregates)
      WHERE source_sha256 NOT IN (SELECT sha256 FROM sources)`
    expect(ask(out, strays)).toEqual([{ n: 0 }])
  })

  it('finds words of lines, and opens where nobody may write', (test) => {
    const found =
      'SELECT count(*) AS n FROM access_logs_fts WHERE access_logs_fts MATCH \'"REST.HEAD.OBJECT"\''
    const expected = LINES.filter(({ operation }) => operation === 'REST.HEAD.OBJECT').length
    expect(ask(out, found)).toEqual([{ n: expected }])
    if (spawnSync('sqlite3', ['--version']).error !== undefined) test.skip('no sqlite3 here')
    const shell = spawnSync('sqlite3', ['-readonly', out, found, 'PRAGMA integrity_check'], {
      encoding: 'utf8',
    })
    expect(shell.stdout.trim().split('\n')).toEqual([String(expected), 'ok'])
  })
})

describe('a selection is what find shows', () => {
  it.each<[string, Question, readonly RowKind[]]>([
    ['a bucket', question({ kind: 'resource', value: 'logs-1' }), ROW_KINDS],
    ['a request', question({ kind: 'request', value: LINES[0]!.requestId }), ROW_KINDS],
    ['a principal', question({ kind: 'principal', value: 'alice', namesakes: true }), ROW_KINDS],
    ['words', question({ kind: 'text', value: 'curl', syntax: 'words' }), ROW_KINDS],
    ['lines', question({ kind: 'window' }), ['access-log']],
    ['events', question({ kind: 'window' }), ['event']],
    ['failures', question({ kind: 'window' }, { errors: ['*'] }), ROW_KINDS],
    ['an address', question({ kind: 'window' }, { sourceIps: ['192.0.2.1'] }), ROW_KINDS],
    ['writes', question({ kind: 'window' }, { writeOnly: true }), ROW_KINDS],
    ['an event name', question({ kind: 'window' }, { events: ['GetObject'] }), ROW_KINDS],
    ['an account', question({ kind: 'window' }, { accounts: ['111122223333'] }), ROW_KINDS],
    ['a service', question({ kind: 'window' }, { services: ['kms'] }), ROW_KINDS],
  ])('%s', (_name, asked, kinds) => {
    const made = handOver(CASE, { question: asked, kinds })
    const db = openReader(CASE)
    const shown = [...askKinds(db, kinds, asked, { order: 'asc' }, {}).rows]
    db.close()
    const of = (kind: RowKind) => shown.filter((row) => row.kind === kind)
    expect(made.manifest.counts).toMatchObject({
      events: of('event').length,
      access_log_lines: of('access-log').length,
    })
    const ids = ask(made.out, 'SELECT request_id FROM access_logs ORDER BY time_ms, id')
    expect(ids.map(({ request_id: id }) => id)).toEqual(of('access-log').map((row) => row.request_id))
    expect(made.manifest.counts['aggregates']! > 0).toBe(of('aggregate').length > 0)
    expect(verifyHandover(made.out, null).findings).toEqual([])
  })

  it('notes which rows a filter does not apply to', () => {
    const {
      notes,
      manifest,
      out: file,
    } = handOver(CASE, {
      question: question({ kind: 'window' }, { accounts: ['111122223333'] }),
    })
    expect(notes).toEqual(['access-log lines have no field for --account: they are left out'])
    expect(manifest.notes).toEqual(notes)
    expect(ask(file, "SELECT value FROM meta WHERE key = 'notes'")).toEqual([
      { value: JSON.stringify(notes) },
    ])
  })
})

describe('verify', () => {
  it.each([
    [
      'a line',
      "UPDATE access_logs SET record = replace(record, 'HTTP/1.1', 'HTTP/1.0') WHERE request_id = 'ZIPPED'",
      'line of request ZIPPED does not match its hash',
    ],
    [
      'bytes',
      "UPDATE access_logs SET record_bytes = record_bytes || x'20' WHERE request_id = 'LATIN'",
      'line of request LATIN does not match its hash',
    ],
    [
      'text next to bytes',
      "UPDATE access_logs SET record = record || ' ' WHERE request_id = 'LATIN'",
      'line of request LATIN does not match its hash',
    ],
    ['a count', 'UPDATE aggregates SET value = 8 WHERE is_primary', 'the rows of aggregates'],
    [
      'an address',
      "UPDATE access_logs SET remote_ip = '192.0.2.99' WHERE request_id = 'ZIPPED'",
      'the rows of access_logs',
    ],
    [
      'a row that is gone',
      "DELETE FROM access_logs WHERE request_id = 'ZIPPED'",
      'access_log_lines, the manifest says',
    ],
  ])('finds %s that was changed, when the manifest was made to fit', (_what, sql, finding) => {
    const copy = copyOf(out)
    const db = new Database(copy)
    expect(db.prepare(sql).run().changes).toBeGreaterThan(0)
    db.close()
    fitManifest(copy)
    expect(verifyHandover(copy, null).findings.join('\n')).toContain(finding)
  })
})
