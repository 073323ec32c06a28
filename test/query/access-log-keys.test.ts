/** However S3 wrote a key in an access log, the key finds it: as a name, by its beginning and in the history of the object. */
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import FindResource from '../../src/commands/find/resource.js'
import FindRequest from '../../src/commands/find/request.js'
import Resources from '../../src/commands/resources.js'
import Show from '../../src/commands/show.js'
import { NO_FILTERS } from '../../src/model/question.js'
import { plainKey } from '../../src/model/object-key.js'
import { askAccessLog } from '../../src/query/access-log/ask.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { accessLine, makeAccessLines, type MadeLine } from '../helpers/access-lines.js'
import { makeRecord, put } from '../helpers/archive.js'
import { index, runCommand, scratch } from '../verify/indexed.js'

const [MADE] = makeAccessLines(1)
const BASE = { ...MADE!, bucket: 'acme-docs', requester: 'arn:aws:iam::111122223333:user/max' }
const hex = (char: string): string =>
  [...Buffer.from(char)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')

/** Ways to write one character; a writer takes any of them for each. A line has no white space of its own in a key. */
const WAYS: readonly ((char: string) => string)[] = [
  (char) => (/[\s%+]/.test(char) ? hex(char) : char),
  hex,
  (char) => hex(char).toLowerCase(),
  (char) => hex(char).replaceAll('%', '%25'),
  (char) => hex(char).toLowerCase().replaceAll('%', '%25'),
  (char) => (char === ' ' ? '+' : hex(char)),
]
const KEYS = [
  'plain/key.txt',
  'data/2024 Q1/report (final) v2.pdf',
  'Übersicht/größe ½ €.csv',
  'it\'s/a=b&c,d;e:f@g$h!~*#?[]{}|^`"<>\\.log',
  '日本語/ファイル 😀.json',
  '100% sure/50%25.txt',
  'trailing space ',
  '-',
]

function indexed(lines: readonly MadeLine[]): Promise<Connection> {
  const folder = scratch()
  put(folder, 'in/access.log', lines.map((line) => `${accessLine(line)}\n`).join(''))
  const file = path.join(folder, 'case.sqlite')
  return index(file, [path.join(folder, 'in')]).then(() => openReader(file))
}

function requests(db: Connection, value: string): unknown[] {
  const question = { kind: 'resource', value, window: {}, filters: NO_FILTERS } as const
  return [...askAccessLog(db, question, { order: 'asc' }).rows].map((row) => row.request_id)
}

describe('a key is found in each way to write it', () => {
  it('and so is what begins like it', async () => {
    const written = KEYS.filter((key) => key !== '-').flatMap((key) => [
      ...WAYS.map((way) => [key, Array.from(key, way).join('')] as const),
      // A writer that changes its way with each character.
      [key, Array.from(key, (char, at) => WAYS[at % WAYS.length]!(char)).join('')] as const,
    ])
    const lines = written.map(([, key], n) => ({
      ...BASE,
      key,
      requestId: `KEY${String(n).padStart(13, '0')}`,
    }))
    const db = await indexed(lines)
    for (const key of KEYS) {
      const ids = lines.filter((_, n) => written[n]![0] === key).map(({ requestId }) => requestId)
      const typed = key.replaceAll('*', '\\*')
      expect([key, requests(db, `acme-docs/${typed}`)]).toEqual([key, ids])
      expect([key, requests(db, `s3://acme-docs/${typed}`)]).toEqual([key, ids])
      expect([key, requests(db, `other/${typed}`)]).toEqual([key, []])
      if (ids.length === 0) continue
      const start = `acme-docs/${typed.slice(0, -2)}`
      expect([start, requests(db, `${start}*`)]).toEqual([start, ids])
      // As an access log shows it.
      for (const n of ids.keys())
        expect(
          requests(db, `acme-docs/${written.filter(([of]) => of === key)[n]![1].replaceAll('*', '\\*')}`),
        ).toEqual(ids)
    }
    db.close()
  })

  it('any characters', () => {
    const key = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((text) => text.isWellFormed())
    fc.assert(
      fc.property(key, fc.array(fc.nat(WAYS.length - 1), { minLength: 1 }), (text, ways) => {
        const written = Array.from(text, (char, at) => WAYS[ways[at % ways.length]!]!(char)).join('')
        expect(plainKey(written)).toBe(plainKey(text))
      }),
      { numRuns: 1000 },
    )
    expect(plainKey('a%2')).toBe('a%2')
    expect(plainKey('a%FFb%C3%28%ED%A0%80')).toBe('a%FFb%C3(%ED%A0%80')
    const hostile = `%${'25'.repeat(100_000)}`
    expect(plainKey(hostile).length).toBeGreaterThan(0)
  })
})

const DELETED = { ...BASE, requestId: '00RFT4BA5B50KQA8', timeMs: Date.UTC(2024, 2, 4, 8) }
const batch = (key: string | null, n = 0): MadeLine => ({
  ...DELETED,
  key,
  operation: key === null ? 'REST.POST.MULTI_OBJECT_DELETE' : 'BATCH.DELETE.OBJECT',
  status: key === null ? 200 : 204,
  timeMs: DELETED.timeMs + n * 1000,
})
const s3Event = (n: number, eventName: string, requestID: string, requestParameters: object) =>
  makeRecord(n, {
    eventID: `event-${n}`,
    eventTime: `2024-03-04T0${7 + n}:00:00Z`,
    eventSource: 's3.amazonaws.com',
    eventName,
    requestID,
    readOnly: eventName.startsWith('Get'),
    eventCategory: 'Data',
    userIdentity: {
      type: 'IAMUser',
      arn: BASE.requester,
      accountId: '111122223333',
      userName: 'max',
      principalId: 'AIDAMAX',
    },
    requestParameters,
    resources: [{ type: 'AWS::S3::Object', ARNPrefix: 'arn:aws:s3:::acme-docs/' }],
  })
const EVENTS = [
  s3Event(1, 'DeleteObjects', DELETED.requestId, { bucketName: 'acme-docs', delete: '' }),
  s3Event(2, 'DeleteObjects', 'WITHOUTLINES0000', { bucketName: 'acme-docs', delete: '' }),
  s3Event(0, 'PutObject', 'PUT0000000000000', { bucketName: 'acme-docs', key: 'contracts/a b.pdf' }),
]
const LINES = [
  batch(null),
  batch('contracts/a%2520b.pdf'),
  batch('contracts/c.pdf'),
  // The same request as the event PutObject, and a later read of an object that no event names.
  {
    ...DELETED,
    requestId: 'PUT0000000000000',
    key: 'contracts/a%2520b.pdf',
    operation: 'REST.PUT.OBJECT',
    timeMs: Date.UTC(2024, 2, 4, 7),
  },
  ...[1, 2].map((n) => ({
    ...batch('contracts/c.pdf', -n * 60),
    requestId: `READ${String(n)}`,
    operation: 'REST.GET.OBJECT',
    requester: 'arn:aws:sts::111122223333:assumed-role/Deploy/run-1',
    status: 200,
  })),
]

async function caseOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = scratch()
  for (const [name, text] of Object.entries(files)) put(folder, `in/${name}`, text)
  const file = path.join(folder, 'case.sqlite')
  await index(file, [path.join(folder, 'in')])
  return file
}

const LOG = JSON.stringify({ Records: EVENTS })
const ACCESS = LINES.map((line) => `${accessLine(line)}\n`).join('')
const without = (count: string) => `DeleteObjects names no keys, and no line of an access log has ${count}`

describe('DeleteObjects, whose event names no keys', () => {
  it('is joined to the lines of its keys, and they to it', async () => {
    const file = await caseOf({ 'log.json': LOG, 'access.log': ACCESS })
    const rows = async (command: unknown, ...argv: string[]) =>
      (await runCommand(command, ...argv, '--case', file, '--format', 'jsonl')).stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    const found = await rows(FindRequest, DELETED.requestId)
    expect(found.map((row) => row['event_name'])).toEqual([
      'DeleteObjects',
      'REST.POST.MULTI_OBJECT_DELETE',
      'BATCH.DELETE.OBJECT',
      'BATCH.DELETE.OBJECT',
    ])
    const object = await runCommand(FindResource, 'acme-docs/contracts/c.pdf', '--case', file)
    expect(object.stderr).toContain(
      `these lines are of DeleteObjects, whose event names no keys: coldtrail find request --case ${file} ${DELETED.requestId}`,
    )
    const events = await runCommand(FindResource, 'acme-docs', '--case', file, '--kind', 'event')
    expect(events.stderr).toContain(
      `DeleteObjects names no keys; lines of access logs do: coldtrail find request --case ${file} ${DELETED.requestId}`,
    )
    expect(events.stderr).toContain(without('its request ID'))
    const line = await runCommand(Show, DELETED.requestId, '--case', file)
    expect(line.stderr).toContain(`the event of the same request: coldtrail show --case ${file} event-1`)
    const event = await runCommand(Show, 'event-1', '--case', file)
    expect(event.stderr).toContain('3 lines of access logs are of the same request: coldtrail find request')
    expect(event.stderr).not.toContain('names no keys')
  })

  it.each([
    ['resources', Resources],
    ['find resource', FindResource],
  ])('%s --history has the lines: each request once, folded with its like', async (_name, command) => {
    const file = await caseOf({ 'log.json': LOG, 'access.log': ACCESS })
    const history = async (value: string) => {
      const { stdout, stderr } = await runCommand(
        command,
        value,
        '--history',
        '--case',
        file,
        '--format',
        'jsonl',
      )
      const rows = stdout
        .split('\n')
        .filter((row) => row !== '')
        .map((row) => JSON.parse(row) as Record<string, unknown>)
      return {
        stderr,
        rows: rows.map((row) => [
          row['touch'],
          row['times'],
          row['principals'],
          row['event_id'],
          row['request_id'],
        ]),
      }
    }
    const max = ['max (111122223333)']
    const both = await history('acme-docs/contracts/a b.pdf')
    expect(both.rows).toEqual([
      ['changed', 1, max, 'event-0', 'PUT0000000000000'],
      ['deleted', 1, max, 'event-1', DELETED.requestId],
    ])
    expect(both.stderr).toContain('1 event, 1 line of access logs; ')
    // An event that no line belongs to may have deleted it as well.
    expect(both.stderr).toContain('DeleteObjects on acme-docs names no keys, and no line')
    for (const value of [
      'acme-docs/contracts/c.pdf',
      's3://acme-docs/contracts/c.pdf',
      'arn:aws:s3:::acme-docs/contracts/c.pdf',
    ]) {
      const lines = await history(value)
      expect(lines.rows).toEqual([
        ['read', 2, ['Deploy (111122223333)'], null, 'READ2'],
        ['deleted', 1, max, 'event-1', DELETED.requestId],
      ])
      expect(lines.stderr).toContain(
        'arn:aws:s3:::acme-docs/contracts/c.pdf (AWS::S3::Object, ARN derived), 3 lines of access logs; ',
      )
    }
  })

  it('says so where there are no lines, of the bucket and of a key that nothing names', async () => {
    const file = await caseOf({ 'log.json': LOG })
    const bucket = await runCommand(FindResource, 'acme-docs', '--case', file)
    expect(bucket.stderr).toContain(without('the request ID of 2 of them'))
    const object = await runCommand(FindResource, 'acme-docs/contracts/c.pdf', '--case', file)
    expect(object.stderr).toContain(
      `is not recorded in this case; see coldtrail find resource --case ${file} acme-docs --event DeleteObjects`,
    )
    const history = await runCommand(Resources, 'acme-docs/contracts/c.pdf', '--history', '--case', file)
    expect(history.stderr).toContain('DeleteObjects on acme-docs names no keys')
    const show = await runCommand(Show, 'event-2', '--case', file)
    expect(show.stderr).toContain(without('its request ID'))
    const other = await runCommand(FindResource, 'acme-other/contracts/c.pdf', '--case', file)
    expect(other.stderr).not.toContain('DeleteObjects')
  })
})
