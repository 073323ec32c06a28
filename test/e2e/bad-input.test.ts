import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  createWriteStream,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { logText, makeRecord, put, putLog, uuid, type CloudTrailRecord } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import {
  find,
  findIds,
  index,
  indexProcess,
  inParallel,
  listProblems,
  run,
  tempFolder,
  type Indexed,
  type ProblemRow,
  type ProcessRun,
} from '../helpers/cli.js'
import { SOAK, times } from '../helpers/counts.js'

const MB = 1024 * 1024
/** Peak memory of the whole process. */
const MEMORY_MB = 700

/** The healthy files next to every bad one: before and after it, in the order of names. */
const GOOD = { 'a-good.json': [1, 2, 3], 'z-good.json.gz': [4, 5, 6] } as const
const GOOD_IDS = [1, 2, 3, 4, 5, 6].map((n) => idOf(n))
const BAD = 'm-bad.json.gz'
/** For what could kill a thread: its stack and heap are smaller. Elsewhere one worker does, which starts sooner. */
const THREADS = ['--workers', '2'] as const
const REFERENCE = ['--workers', '0', '--reference'] as const
/** Text that compresses about as well as real records. */
const PAD = Array.from({ length: 600 }, (_, at) => uuid(`pad ${at % 150}`)).join(' ')
/** The same as one word, where full text is not the point. */
const LONG_WORD = PAD.replaceAll(/[- ]/g, 'x')

const PROBLEM_COLUMNS = 'kind, path, member, record_index, byte_offset, byte_length, event_id, detail'

interface SourceFacts {
  readonly path: string
  readonly status: string
  readonly kind: string | null
  readonly records: number
  readonly events: number
  readonly rejected: number
  readonly sha256: string | null
}

interface Bad {
  readonly root: string
  readonly file: string
  readonly caseFile: string
  /** Of the bad file alone. */
  readonly problems: readonly ProblemRow[]
  readonly kinds: readonly string[]
  readonly source: SourceFacts | undefined
  /** eventIDs that came from the bad file. */
  readonly events: readonly string[]
}

function idOf(n: number): string {
  return uuid(`event ${n}`)
}

function record(n: number, over: CloudTrailRecord = {}): string {
  return JSON.stringify(makeRecord(n, over))
}

/** Indexes one bad file among healthy ones, and checks what must hold for any bad file. */
async function indexBad(...args: Parameters<typeof putBad>): Promise<Bad & Indexed> {
  const { root, file, flags } = await putBad(...args)
  return indexAround(root, file, flags, index)
}

/** The same in a process of its own, whose memory can be seen. */
async function watchBad(...args: Parameters<typeof putBad>): Promise<Bad & Indexed & ProcessRun> {
  const { root, file, flags } = await putBad(...args)
  return indexAround(root, file, flags, indexProcess)
}

async function putBad(
  bytes: string | Buffer | ((file: string) => void | Promise<void>),
  name = BAD,
  flags: readonly string[] = ['--workers', '0'],
): Promise<{ root: string; file: string; flags: readonly string[] }> {
  const root = tempFolder('bad')
  for (const [good, numbers] of Object.entries(GOOD))
    putLog(
      root,
      good,
      numbers.map((n) => makeRecord(n)),
    )
  const file = path.join(root, name)
  if (typeof bytes === 'function') await bytes(file)
  else put(root, name, bytes)
  return { root, file, flags }
}

async function indexAround<Result extends Indexed>(
  root: string,
  file: string,
  flags: readonly string[],
  indexer: (paths: readonly string[], caseFile: string, flags: readonly string[]) => Promise<Result>,
): Promise<Bad & Result> {
  const caseFile = path.join(tempFolder('case'), 'case.sqlite')
  const indexed = await indexer([root], caseFile, flags)
  const all = query<ProblemRow>(
    caseFile,
    `SELECT ${PROBLEM_COLUMNS} FROM problems ORDER BY path, byte_offset, kind`,
  )
  const events = query<{ event_id: string; source_path: string }>(
    caseFile,
    'SELECT event_id, source_path FROM appearances ORDER BY source_path, record_offset',
  )
  // Nothing that is wrong with one file touches another.
  const good = events.filter(({ source_path }) => source_path !== file).map(({ event_id }) => event_id)
  expect(good.sort()).toEqual([...GOOD_IDS].sort())
  expect(all.filter((problem) => problem.path !== file)).toEqual([])
  const sources = query<SourceFacts & { path: string }>(
    caseFile,
    'SELECT path, status, kind, records, events, rejected, sha256 FROM sources',
  )
  expect(sources.filter(({ path }) => path !== file).map(({ status }) => status)).toEqual([
    'indexed',
    'indexed',
  ])
  // The problems that are counted are those that are listed.
  const counts: Record<string, number> = {}
  for (const { kind } of all) counts[kind] = (counts[kind] ?? 0) + 1
  expect(indexed.totals.problems).toEqual(counts)
  for (const problem of all) expect(problem.detail).not.toBe('')
  return {
    ...indexed,
    root,
    file,
    caseFile,
    problems: all,
    kinds: all.map(({ kind }) => kind).sort(),
    source: sources.find((source) => source.path === file),
    events: events.filter(({ source_path }) => source_path === file).map(({ event_id }) => event_id),
  }
}

async function shown(caseFile: string, eventId: string): Promise<Buffer> {
  const { code, out, stderr } = await run(['show', eventId, '--case', caseFile])
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return out
}

function manyRecords(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, at) => record(from + at))
}

/** Complete records in the beginning of a log text. */
function completeIn(content: Buffer, records: readonly string[]): number {
  let end = '{"Records":['.length
  let count = 0
  for (const text of records) {
    end += Buffer.byteLength(text)
    if (end > content.length) break
    count++
    end++
  }
  return count
}

function chmodded(file: string, mode: number): () => void {
  const before = statSync(file).mode
  chmodSync(file, mode)
  return () => {
    chmodSync(file, before)
  }
}

/** root may read anything: such tests run without that right. */
const UNPRIVILEGED = process.getuid?.() === 0 ? ['setpriv', '--inh-caps=-all', '--bounding-set=-all'] : []
const canDropRights = UNPRIVILEGED.length === 0 || spawnSync('setpriv', ['--version']).status === 0

describe('damaged gzip', () => {
  const records = manyRecords(100, 200)
  const text = logText(records)
  const whole = gzipSync(text)

  it('keeps the records before the cut of a truncated file, and says where it ends', async () => {
    const cut = whole.subarray(0, Math.floor(whole.length * 0.6))
    const content = gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH })
    const count = completeIn(content, records)
    expect(count).toBeGreaterThan(20)
    const { code, events, problems, source } = await indexBad(cut)
    expect(code).toBe(3)
    expect(events).toEqual(records.slice(0, count).map((_, at) => idOf(100 + at)))
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'truncated-gzip', byte_offset: content.length }),
    )
    const begins =
      '{"Records":['.length +
      records.slice(0, count).reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0)
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'truncated-json', byte_offset: begins, record_index: count }),
    )
    expect(source).toMatchObject({ status: 'indexed', events: count, rejected: 1, records: count + 1 })
  })

  it.each([1, 2, 9, 10, 17])('reports a file of which only %i bytes are left', async (length) => {
    const { code, events, kinds, source } = await indexBad(whole.subarray(0, length))
    expect({ code, events, status: source?.status, count: kinds.length }).toEqual({
      code: 3,
      events: [],
      status: 'rejected',
      count: 1,
    })
  })

  it('keeps everything of a file of which only the trailer is cut', async () => {
    const { code, events, kinds } = await indexBad(whole.subarray(0, whole.length - 5))
    expect({ code, count: events.length, kinds }).toEqual({ code: 3, count: 200, kinds: ['truncated-gzip'] })
  })

  it('keeps the records before the damage in a corrupt file, and says where it begins', async () => {
    const corrupt = Buffer.from(whole)
    corrupt.fill(0xff, Math.floor(whole.length / 2), Math.floor(whole.length / 2) + 64)
    const { code, events, problems, source } = await indexBad(corrupt)
    expect(code).toBe(3)
    const damage = problems.find(({ kind }) => kind === 'corrupt-gzip')
    expect(damage?.byte_offset).toBeGreaterThan(0)
    const kept = records.slice(0, events.length).map((_, at) => idOf(100 + at))
    expect(events.length).toBeGreaterThan(20)
    expect(events).toEqual(kept)
    const keptBytes =
      '{"Records":['.length +
      records.slice(0, events.length).reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0)
    expect(damage?.byte_offset).toBeGreaterThanOrEqual(keptBytes - 1)
    expect(source?.status).toBe('indexed')
  })

  it('never takes a file with a wrong checksum for a sound one', async () => {
    const wrong = Buffer.from(whole)
    wrong[wrong.length - 8]! ^= 1
    const { code, events, problems } = await indexBad(wrong)
    expect({ code, count: events.length }).toEqual({ code: 3, count: 200 })
    expect(problems).toEqual([
      expect.objectContaining({ kind: 'corrupt-gzip', byte_offset: Buffer.byteLength(text) }),
    ])
  })

  it('never takes a file with one flipped bit for a sound one, wherever it is', async () => {
    // The file's own name and time stamp (bytes 4 to 9) are no content.
    const spots = [
      2,
      3,
      12,
      40,
      ...Array.from({ length: 10 }, (_, at) => Math.floor((whole.length * (at + 1)) / 12)),
      whole.length - 2,
    ]
    const root = tempFolder('bits')
    const names = spots.map((spot) => {
      const flipped = Buffer.from(whole)
      flipped[spot]! ^= 1 << (spot % 8)
      return put(root, `bit-${String(spot).padStart(6, '0')}.json.gz`, flipped)
    })
    const caseFile = path.join(tempFolder('case'), 'case.sqlite')
    const { code } = await index([root], caseFile)
    expect(code).toBe(3)
    const reported = new Set((await listProblems(caseFile)).map((problem) => problem.path))
    expect(names.filter((name) => !reported.has(name))).toEqual([])
  })

  it('reports an empty file', async () => {
    const { code, problems, source } = await indexBad(Buffer.alloc(0))
    expect(code).toBe(3)
    expect(problems).toEqual([expect.objectContaining({ kind: 'empty' })])
    expect(source).toMatchObject({ status: 'rejected', records: 0 })
  })

  it('reports a gzip file with nothing in it', async () => {
    const { code, kinds, source } = await indexBad(gzipSync(''))
    expect({ code, count: kinds.length, status: source?.status }).toEqual({
      code: 3,
      count: 1,
      status: 'rejected',
    })
  })

  it('reads every member of a concatenated file, and notes it', async () => {
    const parts = [records.slice(0, 50), records.slice(50, 120), records.slice(120)]
    const { code, events, kinds, source, caseFile } = await indexBad(
      Buffer.concat(parts.map((part) => gzipSync(logText(part)))),
    )
    expect(kinds).toEqual(['multi-member-gzip'])
    // A note: nothing is lost.
    expect(code).toBe(0)
    expect(events).toHaveLength(200)
    expect(source).toMatchObject({ status: 'indexed', events: 200, rejected: 0 })
    const last = await shown(caseFile, idOf(299))
    expect(last.toString()).toBe(records[199])
  })

  it.each([
    ['text', Buffer.from('THE END, says the attacker')],
    ['zeros', Buffer.alloc(512)],
    ['half a gzip header', Buffer.from([0x1f, 0x8b, 0x08])],
    ['half a gzip file', gzipSync(logText(manyRecords(700, 50))).subarray(0, 600)],
  ])('keeps everything of a file with %s behind its end, and says so', async (_, garbage) => {
    const { code, events, problems } = await indexBad(Buffer.concat([whole, garbage]))
    expect(code).toBe(3)
    expect(events.slice(0, 200)).toEqual(records.map((_, at) => idOf(100 + at)))
    const offsets = problems.filter(({ kind }) => kind === 'trailing-garbage' || kind === 'truncated-gzip')
    expect(offsets.map(({ byte_offset }) => (byte_offset ?? 0) >= Buffer.byteLength(text))).toEqual([true])
  })
})

describe('damaged gzip that is too large to be read in one piece', () => {
  // Over the 64 MB that are read whole.
  const LARGE = 3400
  const records = Array.from({ length: LARGE }, (_, at) =>
    record(20_000 + at, { additionalEventData: { pad: PAD } }),
  )
  const text = logText(records)
  const whole = gzipSync(text, { level: 1 })
  const size = Buffer.byteLength(text)

  it('has a sound file to begin with', async () => {
    expect(size).toBeGreaterThan(70 * MB)
    const { code, events, problems } = await indexBad(whole)
    expect({ code, count: events.length, problems }).toEqual({ code: 0, count: LARGE, problems: [] })
  })

  it('keeps every record before the cut of a truncated file', async () => {
    const cut = whole.subarray(0, Math.floor(whole.length * 0.6))
    const content = gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH })
    const count = completeIn(content, records)
    const { code, events, problems } = await indexBad(cut)
    expect({ code, count: events.length }).toEqual({ code: 3, count })
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'truncated-gzip', byte_offset: content.length }),
    )
  })

  it('keeps every record before the damage of a corrupt file', async () => {
    const corrupt = Buffer.from(whole)
    corrupt.fill(0xff, Math.floor(whole.length / 2), Math.floor(whole.length / 2) + 64)
    const sound = gunzipSync(corrupt.subarray(0, Math.floor(whole.length / 2)), {
      finishFlush: constants.Z_SYNC_FLUSH,
    })
    const { code, events, problems } = await indexBad(corrupt)
    expect(code).toBe(3)
    const before = completeIn(sound, records)
    const ids = records.map((_, at) => idOf(20_000 + at))
    expect(events.slice(0, before)).toEqual(ids.slice(0, before))
    // zlib notices the damage later: what can be read until then, and nothing else, in its order.
    const later = new Set(events.slice(before))
    expect(events.slice(before)).toEqual(ids.slice(before).filter((id) => later.has(id)))
    const damage = problems.find(({ kind }) => kind === 'corrupt-gzip')
    expect(damage?.byte_offset).toBeGreaterThanOrEqual(sound.length)
  })

  const TAILS: readonly (readonly [string, Buffer])[] = [
    ['half a gzip header', Buffer.from([0x1f, 0x8b, 0x08])],
    ['what only begins like gzip', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(40, 0xff)])],
    ['text', Buffer.from('THE END')],
    ['zeros', Buffer.alloc(512)],
  ]
  const tails = TAILS.slice(0, times(2, 4))
  it.for(tails)(
    'keeps everything of a file with %s after its end, and says so',
    { tags: SOAK },
    async ([, garbage]) => {
      const { code, events, problems } = await indexBad(Buffer.concat([whole, garbage]))
      expect({ code, count: events.length }).toEqual({ code: 3, count: LARGE })
      expect(problems).toEqual([
        expect.objectContaining({
          kind: 'trailing-garbage',
          byte_offset: size,
          detail: `${garbage.length} bytes after the end of the gzip stream`,
        }),
      ])
    },
  )

  it('reads every member of a concatenated file, and notes it', async () => {
    const more = gzipSync(logText([record(60)]))
    const { code, source, problems } = await indexBad(Buffer.concat([whole, more, more]))
    expect({ code, records: source?.records }).toEqual({ code: 0, records: LARGE + 2 })
    expect(problems).toEqual([
      expect.objectContaining({ kind: 'multi-member-gzip', detail: '3 gzip members' }),
    ])
  })

  it('never takes a file with a wrong checksum for a sound one', async () => {
    const wrong = Buffer.from(whole)
    wrong[wrong.length - 8]! ^= 1
    const { code, events, problems } = await indexBad(wrong)
    expect({ code, count: events.length }).toEqual({ code: 3, count: LARGE })
    expect(problems).toEqual([expect.objectContaining({ kind: 'corrupt-gzip', byte_offset: size })])
  })
})

describe('damaged gzip of a --reference case', () => {
  const small = gzipSync(logText(manyRecords(100, 65)))
  // Over the 64 MB that are read whole.
  const large = gzipSync(
    logText(
      Array.from({ length: 3400 }, (_, at) =>
        record(30_000 + at, { additionalEventData: { pad: LONG_WORD } }),
      ),
    ),
    { level: 1 },
  )
  const changed = (whole: Buffer, part: number): Buffer => {
    const at = Math.floor(whole.length * part)
    return Buffer.from(whole).fill(0xff, at, at + 64)
  }
  const wrong = Buffer.from(small)
  wrong[wrong.length - 8]! ^= 1

  it.each([
    ['cut', small.subarray(0, Math.floor(small.length * 0.6))],
    ['with text behind its end', Buffer.concat([small, Buffer.from('THE END')])],
    ['with a wrong checksum', wrong],
    ['with damage inside', changed(small, 0.7)],
    ['large, cut', large.subarray(0, Math.floor(large.length * 0.95))],
    ['large, with damage inside', changed(large, 0.97)],
  ])('gives every record that was indexed: %s', async (_, bytes) => {
    const [referred, kept] = [await indexBad(bytes, BAD, REFERENCE), await indexBad(bytes)]
    expect(referred).toMatchObject({ code: 3, events: kept.events })
    const ask = ['window', '--until', '9000-01-01', '--records'] as const
    const texts = (await find(referred.caseFile, ...ask)).map((row) => row['record'])
    expect(texts.length).toBeGreaterThan(20)
    expect(texts).toEqual((await find(kept.caseFile, ...ask)).map((row) => row['record']))
    expect((await shown(referred.caseFile, referred.events.at(-1)!)).length).toBeGreaterThan(0)
    const { code, stdout } = await run(['verify', '--case', referred.caseFile])
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' })
  })
})

describe('gzip bombs', () => {
  it('gives up on zeros that inflate a thousandfold, soon and in bounded memory', async () => {
    const { code, problems, source, peakMb } = await watchBad((file) => gzipStream(file, zeros(400 * MB)))
    expect(code).toBe(3)
    expect(problems).toEqual([expect.objectContaining({ kind: 'too-large' })])
    expect(problems[0]?.byte_offset).toBeGreaterThan(0)
    expect(source?.status).toBe('rejected')
    expect(peakMb).toBeLessThan(MEMORY_MB)
  })

  it('keeps the records before a bomb of spaces, inside one log file', async () => {
    const spaces = Buffer.alloc(MB, 0x20)
    const { code, events, problems, peakMb } = await watchBad((file) =>
      gzipStream(file, [
        Buffer.from(`{"Records":[${record(50)},`),
        ...Array.from({ length: 300 }, () => spaces),
        Buffer.from(`${record(51)}]}`),
      ]),
    )
    expect(code).toBe(3)
    expect(events).toContain(idOf(50))
    expect(problems.map(({ kind }) => kind)).toContain('too-large')
    expect(peakMb).toBeLessThan(MEMORY_MB)
  })

  it('keeps the records before a bomb of one endless string', async () => {
    const filler = Buffer.alloc(MB, 0x78)
    const { code, events, problems, peakMb } = await watchBad((file) =>
      gzipStream(file, [
        Buffer.from(`{"Records":[${record(50)},{"eventVersion":"1.08","pad":"`),
        ...Array.from({ length: 300 }, () => filler),
      ]),
    )
    expect(code).toBe(3)
    expect(events).toEqual([idOf(50)])
    expect(problems.map(({ kind }) => kind)).toContain('too-large')
    expect(peakMb).toBeLessThan(MEMORY_MB)
  })
})

describe('content that is not a log file', () => {
  it.each([
    ['text', 'just some notes, "Records" and all', 'unknown-shape'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'unknown-shape'],
    ['an empty object', '{}', 'unknown-shape'],
    ['null', 'null', 'unknown-shape'],
    ['a number', '42', 'unknown-shape'],
    ['other JSON', '{"name":"coldtrail","version":"1"}', 'unknown-shape'],
    ['white space', ' \n\t ', 'unknown-shape'],
    ['zero bytes', Buffer.alloc(4096), 'unknown-shape'],
    ['zstandard', Buffer.from('28b52ffd2400010000', 'hex'), 'unsupported'],
    ['Parquet', 'PAR1\u0015\u0004\u0015', 'unsupported'],
  ])('reports %s with a reason', async (_, bytes, kind) => {
    const { code, problems, source, events } = await indexBad(bytes, 'm-bad.json')
    expect(code).toBe(3)
    expect(problems).toEqual([expect.objectContaining({ kind })])
    expect(source).toMatchObject({ status: 'rejected', events: 0 })
    expect(events).toEqual([])
  })

  it.each(['{"Records":[]}', '[]', ' {"Records" : [ ] }\n'])(
    'takes %s for a log file without records',
    async (bytes) => {
      const { code, problems, source } = await indexBad(bytes, 'm-bad.json')
      expect({ code, problems }).toEqual({ code: 0, problems: [] })
      expect(source).toMatchObject({ status: 'indexed', records: 0, events: 0 })
    },
  )

  it('knows notices of S3 from records, though they look alike', async () => {
    const notification = {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-west-2',
      eventTime: '2024-03-04T00:00:00.000Z',
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: 'EXAMPLE' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      s3: {
        s3SchemaVersion: '1.0',
        bucket: { name: 'b', arn: 'arn:aws:s3:::b' },
        object: { key: 'k', size: 1 },
      },
    }
    const alone = await indexBad(logText([notification, notification]), 'm-bad.json')
    expect({ code: alone.code, kinds: alone.kinds, status: alone.source?.status }).toEqual({
      code: 0,
      kinds: ['neighbour'],
      status: 'neighbour',
    })
    expect(alone.problems[0]?.detail).toBe('notice of S3')
    const mixed = await indexBad(logText([record(60), notification, record(61)]), 'm-bad.json')
    expect(mixed.events).toEqual([idOf(60), idOf(61)])
    expect(mixed.problems).toEqual([
      expect.objectContaining({ kind: 'neighbour', detail: 'notice of S3: 1 values next to the records' }),
    ])
  })

  it('keeps the good elements next to values that are not records, each with its location', async () => {
    const wrong = ['null', '17', '"text"', '[]', '{}', '{"a":1}', 'true']
    const { code, events, problems, source } = await indexBad(
      logText([record(60), ...wrong, record(61)]),
      'm-bad.json',
    )
    expect(code).toBe(3)
    expect(events).toEqual([idOf(60), idOf(61)])
    let offset = 12 + Buffer.byteLength(record(60)) + 1
    const places = wrong.map((value, at) => {
      const place = {
        kind: 'bad-record',
        record_index: at + 1,
        byte_offset: offset,
        byte_length: value.length,
      }
      offset += value.length + 1
      return expect.objectContaining(place) as ProblemRow
    })
    expect(problems).toEqual(places)
    expect(source).toMatchObject({ records: 9, events: 2, rejected: 7 })
  })

  it('keeps digest files as sources without records', async () => {
    const digest = {
      awsAccountId: '111122223333',
      digestStartTime: '2024-03-04T00:00:00Z',
      digestEndTime: '2024-03-04T01:00:00Z',
      digestS3Bucket: 'trail',
      digestS3Object: 'AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2024/03/04/x.json.gz',
      digestPublicKeyFingerprint: '31e8b5433410dfb61a9dc45cc65b22ff',
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: null,
      oldestEventTime: null,
      previousDigestS3Bucket: null,
      previousDigestS3Object: null,
      previousDigestHashValue: null,
      previousDigestHashAlgorithm: null,
      previousDigestSignature: null,
      logFiles: [],
    }
    const { code, problems, source } = await indexBad(gzipSync(JSON.stringify(digest)))
    expect({ code, problems }).toEqual({ code: 0, problems: [] })
    expect(source).toMatchObject({ status: 'indexed', kind: 'digest', records: 0, events: 0 })
  })

  it('reads Insight files as events of category Insight, with the call they are about', async () => {
    const insight = {
      eventVersion: '1.08',
      eventTime: '2024-03-04T01:00:00Z',
      awsRegion: 'us-east-1',
      eventID: 'insight-1',
      eventType: 'AwsCloudTrailInsight',
      recipientAccountId: '111122223333',
      sharedEventID: 'shared-1',
      eventCategory: 'Insight',
      insightDetails: {
        state: 'Start',
        eventSource: 'ssm.amazonaws.com',
        eventName: 'UpdateInstanceInformation',
        insightType: 'ApiCallRateInsight',
        insightContext: { statistics: { baseline: { average: 0.0017 }, insight: { average: 1.2 } } },
      },
    }
    const { code, problems, source, caseFile } = await indexBad(logText([insight]), 'm-bad.json')
    expect({ code, problems }).toEqual({ code: 0, problems: [] })
    expect(source).toMatchObject({ kind: 'insight', events: 1 })
    const [row] = await find(caseFile, 'text', 'UpdateInstanceInformation')
    expect(row).toMatchObject({
      event_id: 'insight-1',
      event_category: 'Insight',
      event_source: 'ssm.amazonaws.com',
      event_name: 'UpdateInstanceInformation',
    })
  })
})

describe('odd text', () => {
  it('skips a byte order mark, and still gives exact records', async () => {
    const { code, kinds, events, caseFile } = await indexBad(
      `\ufeff${logText([record(60), record(61)])}`,
      'm-bad.json',
    )
    expect({ code, kinds, events }).toEqual({
      code: 0,
      kinds: ['byte-order-mark'],
      events: [idOf(60), idOf(61)],
    })
    expect((await shown(caseFile, idOf(61))).toString()).toBe(record(61))
  })

  it('reads up to zero bytes behind the text, and says where they begin', async () => {
    const text = logText([record(60)])
    const { code, events, problems } = await indexBad(
      Buffer.concat([Buffer.from(text), Buffer.alloc(4096)]),
      'm-bad.json',
    )
    expect({ code, events }).toEqual({ code: 3, events: [idOf(60)] })
    expect(problems).toEqual([
      expect.objectContaining({ kind: 'nul-bytes', byte_offset: Buffer.byteLength(text) }),
    ])
  })

  it('costs only the one record that has a raw zero byte in it', async () => {
    const broken = record(61, { userAgent: 'a\u0001b' }).replace('\\u0001', '\0')
    const { code, events, problems } = await indexBad(logText([record(60), broken, record(62)]), 'm-bad.json')
    expect({ code, events }).toEqual({ code: 3, events: [idOf(60), idOf(62)] })
    expect(problems).toEqual([
      expect.objectContaining({ kind: 'bad-json', record_index: 1, byte_offset: 12 + record(60).length + 1 }),
    ])
  })

  it('keeps a zero byte that is escaped, in the record as it is and in columns as a sign', async () => {
    const odd = record(60, { userAgent: 'left\u0000right', errorCode: 'Odd\u0000Code' })
    const { code, caseFile } = await indexBad(logText([odd]), 'm-bad.json')
    expect(code).toBe(0)
    expect((await shown(caseFile, idOf(60))).toString()).toBe(odd)
    expect(await findIds(caseFile, 'text', 'right')).toEqual([idOf(60)])
    const [row] = await find(caseFile, 'request', makeRecord(60)['requestID'] as string)
    expect(row?.['user_agent']).not.toContain('\u0000')
  })

  it('keeps a record with bytes that are not UTF-8, exactly, and says where it is', async () => {
    const [before, odd, after] = [record(60), record(61, { userAgent: 'caf# latin' }), record(62)]
    const text = Buffer.from(logText([before, odd, after]))
    text[text.indexOf('caf#') + 3] = 0xe9
    const { code, events, problems, caseFile } = await indexBad(text, 'm-bad.json')
    expect({ code, events }).toEqual({ code: 3, events: [idOf(60), idOf(61), idOf(62)] })
    const offset = 12 + before.length + 1
    expect(problems).toEqual([
      expect.objectContaining({
        kind: 'invalid-utf8',
        record_index: 1,
        byte_offset: offset,
        byte_length: odd.length,
      }),
    ])
    expect((await shown(caseFile, idOf(61))).equals(text.subarray(offset, offset + odd.length))).toBe(true)
    expect((await shown(caseFile, idOf(62))).toString()).toBe(after)
    expect(await findIds(caseFile, 'text', 'latin')).toEqual([idOf(61)])
  })

  it('keeps lone surrogates in the record, and none in the columns', async () => {
    const odd = record(60, {
      userAgent: 'up \ud83d half',
      requestParameters: { key: '\udc00 tail', '\ud800': 'as a key' },
    })
    expect(odd).toContain('\\ud83d')
    const { code, caseFile } = await indexBad(logText([odd, record(61)]), 'm-bad.json')
    expect(code).toBe(0)
    expect((await shown(caseFile, idOf(60))).toString()).toBe(odd)
    expect(await findIds(caseFile, 'text', 'up half')).toEqual([idOf(60)])
    expect(invalidTextCells(caseFile)).toEqual([])
  })

  it('keeps a record that names a key twice, takes the last, and says so', async () => {
    const odd = record(61)
      .replace('"eventName":', '"eventName":"Innocent","eventName":')
      .replace('{', '{"eventName":"First",')
    const { code, events, problems, caseFile } = await indexBad(logText([record(60), odd]), 'm-bad.json')
    expect(events).toEqual([idOf(60), idOf(61)])
    expect((await shown(caseFile, idOf(61))).toString()).toBe(odd)
    const [row] = await find(
      caseFile,
      'request',
      makeRecord(61)['requestID'] as string,
      '--event',
      makeRecord(61)['eventName'] as string,
    )
    expect(row?.event_id).toBe(idOf(61))
    expect({ code, problems }).toEqual({ code: 0, problems: [] })
  })

  it('never changes a digit of a number', async () => {
    const numbers =
      '{"a":12345678901234567890,"b":1.10,"c":1e400,"d":-0.0,"e":0.1000000000000000055511151231257827,"f":9007199254740993}'
    const odd = record(60, { requestParameters: '#' }).replace('"#"', numbers)
    const { code, problems, caseFile } = await indexBad(logText([odd]), 'm-bad.json')
    expect({ code, problems }).toEqual({ code: 0, problems: [] })
    expect((await shown(caseFile, idOf(60))).toString()).toBe(odd)
    for (const format of ['jsonl', 'json']) {
      const { stdout } = await run([
        'find',
        'request',
        makeRecord(60)['requestID'] as string,
        '--records',
        '--format',
        format,
        '--case',
        caseFile,
      ])
      expect(stdout).toContain(numbers)
    }
    const { stdout } = await run([
      'sql',
      `SELECT record(event_id) AS r FROM events WHERE event_id = '${idOf(60)}'`,
      '--format',
      'jsonl',
      '--case',
      caseFile,
    ])
    expect((JSON.parse(stdout) as { r: string }).r).toBe(odd)
  })

  it('keeps records that differ only in the digits of a long number apart', async () => {
    const [left, right] = ['9007199254740992', '9007199254740993'].map((digits) =>
      record(60, { requestParameters: '#' }).replace('"#"', `{"size":${digits}}`),
    )
    const { totals } = await indexBad(logText([left!, right!]), 'm-bad.json')
    expect(totals).toMatchObject({ conflicts: 1, records: { found: 8, events: 8, duplicates: 0 } })
  })

  it('survives nesting 100,000 deep, keeps the record and says so', async () => {
    const depth = 100_000
    const odd = record(61, { requestParameters: '#' }).replace(
      '"#"',
      `${'{"a":['.repeat(depth / 2)}"needle"${']}'.repeat(depth / 2)}`,
    )
    const { code, events, problems, caseFile } = await indexBad(
      logText([record(60), odd, record(62)]),
      'm-bad.json',
      THREADS,
    )
    expect({ code, events }).toEqual({ code: 3, events: [idOf(60), idOf(61), idOf(62)] })
    expect(problems).toEqual([
      expect.objectContaining({
        kind: 'too-deep',
        record_index: 1,
        byte_offset: 12 + record(60).length + 1,
        byte_length: odd.length,
      }),
    ])
    expect((await shown(caseFile, idOf(61))).toString()).toBe(odd)
    expect(await findIds(caseFile, 'principal', 'alice')).toEqual(expect.any(Array))
    for (const format of ['json', 'jsonl', 'table', 'csv']) {
      const { code: answered } = await run([
        'find',
        'request',
        makeRecord(61)['requestID'] as string,
        '--format',
        format,
        '--case',
        caseFile,
      ])
      expect({ format, answered }).toEqual({ format, answered: 0 })
    }
  })

  it('survives nesting 100,000 deep in the identity, and delivered twice', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const odd = record(61, { userIdentity: '#' }).replace(
      '"#"',
      `{"type":"IAMUser","userName":"deep","sessionContext":${deep}}`,
    )
    const { code, events, totals } = await indexBad(
      `${logText([odd])}\n${logText([odd])}\n${logText([odd.replace('"deep"', ' "deep"')])}`,
      'm-bad.json',
      THREADS,
    )
    expect({ code, ids: [...new Set(events)] }).toEqual({ code: 3, ids: [idOf(61)] })
    expect(totals.records).toMatchObject({ found: 9, rejected: 0 })
  })

  it.each([
    ['a missing quote', '"eventID":"', '"eventID":'],
    ['a missing comma', ',"eventTime"', ' "eventTime"'],
    ['a missing colon', '"eventName":', '"eventName"'],
    ['a missing closing brace', /\}$/, ''],
    ['a missing bracket', '"eventVersion":"1.08"', '"eventVersion":["1.08"'],
    ['a curly quote', '"eventName":"', '"eventName":“'],
    ['a control character in a string', '"eventID":"', '"eventID":"\n'],
    ['a comment', '"eventID"', '/* why */ "eventID"'],
    ['an unquoted key', '"eventID"', 'eventID'],
  ])('costs one record that has %s, and names its place', async (_, from, to) => {
    const broken = record(61).replace(from, to)
    expect(broken).not.toBe(record(61))
    const { code, events, problems, source } = await indexBad(
      logText([record(60), broken, record(62), record(63)]),
      'm-bad.json',
    )
    expect({ code, events }).toEqual({ code: 3, events: [idOf(60), idOf(62), idOf(63)] })
    expect(problems).toEqual([expect.objectContaining({ kind: 'bad-json', record_index: 1 })])
    expect(problems[0]?.byte_offset).toBe(12 + Buffer.byteLength(record(60)) + 1)
    expect(source).toMatchObject({ records: 4, events: 3, rejected: 1 })
  })

  it('keeps every record around a closing brace too many, and names its place', async () => {
    const texts = [record(60), `${record(61)}}`, record(62), record(63)]
    const { code, events, problems, source } = await indexBad(logText(texts), 'm-bad.json')
    expect({ code, events }).toEqual({ code: 3, events: [60, 61, 62, 63].map(idOf) })
    const offset = 12 + Buffer.byteLength(record(60)) + 1 + Buffer.byteLength(record(61))
    expect(problems).toEqual([expect.objectContaining({ kind: 'bad-json', byte_offset: offset })])
    expect(source).toMatchObject({ events: 4 })
  })

  it('keeps the records of a text that breaks off, and says where the broken record begins', async () => {
    const text = logText([record(60), record(61), record(62)])
    const begins = text.indexOf(record(62))
    const { code, events, problems } = await indexBad(text.slice(0, begins + 40), 'm-bad.json')
    expect({ code, events }).toEqual({ code: 3, events: [idOf(60), idOf(61)] })
    expect(problems).toEqual([
      expect.objectContaining({
        kind: 'truncated-json',
        byte_offset: begins,
        byte_length: 40,
        record_index: 2,
      }),
    ])
  })
})

describe('odd records', () => {
  const bare: readonly (readonly [string, CloudTrailRecord])[] = [
    ['eventID', { eventID: undefined }],
    ['requestID', { requestID: undefined }],
    ['eventTime', { eventTime: undefined }],
    ['userIdentity', { userIdentity: undefined }],
    ['requestParameters and responseElements', { requestParameters: undefined, responseElements: undefined }],
    ['eventSource and eventName', { eventSource: undefined, eventName: undefined }],
    [
      'awsRegion, recipientAccountId, userAgent and sourceIPAddress',
      {
        awsRegion: undefined,
        recipientAccountId: undefined,
        userAgent: undefined,
        sourceIPAddress: undefined,
      },
    ],
  ]

  it.each(bare)('keeps a record without %s, findable by what it has', async (_, over) => {
    const odd = record(61, { requestParameters: { needle: 'haystack61' }, userAgent: 'needle61', ...over })
    const { code, events, caseFile, source, problems } = await indexBad(
      logText([record(60), odd, record(62)]),
      'm-bad.json',
    )
    expect(source).toMatchObject({ records: 3, events: 3, rejected: 0 })
    const word = odd.includes('haystack61') ? 'haystack61' : 'needle61'
    const searchable = odd.includes(word)
    const rows = searchable
      ? await find(caseFile, 'text', word)
      : await find(caseFile, 'request', makeRecord(61)['requestID'] as string)
    expect(rows).toHaveLength(1)
    expect(events).toContain(rows[0]!.event_id)
    expect((await shown(caseFile, rows[0]!.event_id)).toString()).toBe(odd)
    const isReported = 'eventID' in over || 'eventTime' in over || 'eventName' in over
    expect({ code, kinds: problems.map(({ kind }) => kind) }).toEqual({
      code: isReported ? 3 : 0,
      kinds: isReported ? ['missing-field'] : [],
    })
    for (const problem of problems)
      expect(problem).toMatchObject({
        record_index: 1,
        byte_offset: 12 + record(60).length + 1,
        byte_length: odd.length,
      })
  })

  it('counts the same record without eventID once, and two different ones twice', async () => {
    const bareRecord = (n: number): string => record(n, { eventID: undefined })
    const { totals } = await indexBad(logText([bareRecord(61), bareRecord(62), bareRecord(61)]), 'm-bad.json')
    expect(totals.records).toEqual({ found: 9, events: 8, duplicates: 1, replaced: 0, rejected: 0 })
  })

  it('keeps fields of a wrong type in the record, reports them, and goes on', async () => {
    const wrong: CloudTrailRecord[] = [
      { eventTime: 1709510400 },
      { eventTime: 'yesterday' },
      { eventTime: '2024-02-31T00:00:00Z' },
      { eventTime: null },
      { eventName: { a: 1 } },
      { eventSource: ['s3'] },
      { eventID: 17 },
      { eventID: { nested: true } },
      { requestID: [1, 2] },
      { awsRegion: {} },
      { sourceIPAddress: ['203.0.113.7'] },
      { userAgent: { a: 'b' } },
      { recipientAccountId: 111122223333 },
      { userIdentity: 'alice' },
      { userIdentity: [] },
      { resources: 'arn:aws:s3:::b' },
      { resources: [null, 1, 'x', { ARN: 5 }, { arn: {} }] },
      { requestParameters: 'text', responseElements: 42 },
      { requestParameters: [[[]]], additionalEventData: false },
      { errorCode: 500, errorMessage: { a: 1 } },
      { readOnly: 'maybe', eventVersion: 1.08 },
    ]
    const records = wrong.map((over, at) => record(500 + at, over))
    const { code, source, problems, caseFile } = await indexBad(logText(records), 'm-bad.json')
    expect(code).toBe(3)
    expect(source).toMatchObject({ records: wrong.length, events: wrong.length, rejected: 0 })
    const reported = new Set(problems.map(({ record_index }) => record_index))
    const silent = wrong.filter(
      (over, at) => !reported.has(at) && Object.keys(over).some((name) => REPORTED_FIELDS.has(name)),
    )
    expect(silent).toEqual([])
    expect(new Set(problems.map(({ kind }) => kind))).toEqual(
      new Set(['bad-field', 'bad-time', 'missing-field']),
    )
    // Every record is exactly there.
    const rows = query<{ event_id: string }>(
      caseFile,
      "SELECT event_id FROM events WHERE source_path LIKE '%m-bad.json' ORDER BY record_offset",
    )
    const texts = await inParallel(rows, async ({ event_id }) => (await shown(caseFile, event_id)).toString())
    expect(texts).toEqual(records)
    for (const format of ['table', 'csv', 'json']) {
      const { code: answered } = await run([
        'find',
        'text',
        'AwsApiCall',
        '--format',
        format,
        '--case',
        caseFile,
      ])
      expect({ format, answered }).toEqual({ format, answered: 0 })
    }
  })

  it('reports fields of a wrong type inside userIdentity too', async () => {
    const identity = {
      type: 7,
      arn: {},
      accountId: 12,
      accessKeyId: [],
      userName: { a: 1 },
      sessionContext: 'x',
    }
    const odd = record(61, { userIdentity: identity })
    const { code, events, kinds, caseFile } = await indexBad(logText([odd, record(62)]), 'm-bad.json')
    expect(events).toEqual([idOf(61), idOf(62)])
    expect((await shown(caseFile, idOf(61))).toString()).toBe(odd)
    expect({ code, kinds: [...new Set(kinds)] }).toEqual({ code: 3, kinds: ['bad-field'] })
  })

  it('is not led astray by keys with a meaning in JavaScript', async () => {
    const evil =
      '{"__proto__":{"polluted":"proto-needle","eventName":"Evil"},"constructor":{"prototype":{"polluted":"ctor-needle"}},"toString":"tostring-needle","hasOwnProperty":1,"valueOf":null}'
    const odd = record(60, { requestParameters: '#', userIdentity: '##' })
      .replace(
        '"##"',
        `{"type":"IAMUser","userName":"eve","__proto__":{"arn":"arn:aws:iam::1:user/not-me","accessKeyId":"AKIAPOLLUTEDPOLLUTED"}}`,
      )
      .replace('"#"', evil)
      .replace(
        '{',
        '{"__proto__":{"eventName":"Polluted","eventSource":"polluted.amazonaws.com","Records":[1]},',
      )
    const { code, events, caseFile } = await indexBad(logText([odd, record(61)]), 'm-bad.json')
    expect({ code, events }).toEqual({ code: 0, events: [idOf(60), idOf(61)] })
    expect((await shown(caseFile, idOf(60))).toString()).toBe(odd)
    const [row] = await find(caseFile, 'principal', 'eve')
    expect(row).toMatchObject({
      event_name: makeRecord(60)['eventName'],
      event_source: makeRecord(60)['eventSource'],
      principal_arn: null,
      access_key_id: null,
    })
    for (const word of ['proto-needle', 'ctor-needle', 'tostring-needle']) {
      expect({ word, ids: await findIds(caseFile, 'text', word) }).toEqual({ word, ids: [idOf(60)] })
    }
    expect(await findIds(caseFile, 'principal', 'AKIAPOLLUTEDPOLLUTED')).toEqual([])
  })

  it('reads an envelope whose own keys have a meaning in JavaScript', async () => {
    const { code, events } = await indexBad(
      `{"__proto__":{"Records":[]},"constructor":1,"Records":[${record(60)}]}`,
      'm-bad.json',
    )
    expect({ code, events }).toEqual({ code: 0, events: [idOf(60)] })
  })
})

const REPORTED_FIELDS = new Set([
  'eventTime',
  'eventName',
  'eventSource',
  'eventID',
  'requestID',
  'awsRegion',
  'sourceIPAddress',
  'userAgent',
  'recipientAccountId',
  'userIdentity',
])

describe('size', () => {
  it('skips one record of 300 MB, keeps its neighbours, and stays in bounded memory', async () => {
    const big = 300 * MB
    const head = '{"eventVersion":"1.08","eventID":"big","pad":"'
    const before = record(60)
    const { code, events, problems, peakMb, source, caseFile } = await watchBad(
      (file) => {
        const out = openSync(file, 'w')
        writeSync(out, `{"Records":[${before},${head}`)
        for (let at = 0; at < big; at += MB) writeSync(out, Buffer.alloc(MB, 0x78))
        writeSync(out, `"},${record(61)},${record(62)}]}`)
        closeSync(out)
      },
      'm-bad.json',
      THREADS,
    )
    expect({ code, events }).toEqual({ code: 3, events: [idOf(60), idOf(61), idOf(62)] })
    expect(problems).toEqual([
      expect.objectContaining({
        kind: 'record-too-large',
        record_index: 1,
        byte_offset: 12 + before.length + 1,
        byte_length: head.length + big + 2,
      }),
    ])
    expect(source).toMatchObject({ records: 4, events: 3, rejected: 1 })
    expect((await shown(caseFile, idOf(62))).toString()).toBe(record(62))
    console.log(`one record of 300 MB: peak ${Math.round(peakMb)} MB`)
    expect(peakMb).toBeLessThan(MEMORY_MB)
  })

  let log: ReturnType<typeof largeLog> | undefined
  it.for([2, 1].slice(0, times(1, 2)))(
    'streams a file of 150 MB in bounded memory, with %i workers',
    { tags: SOAK },
    async (workers) => {
      await streams(150, ['--workers', String(workers)], (log ??= largeLog(150)))
    },
  )

  it.skipIf(times(1, 0) === 1)(
    'streams a file of 1 GB in bounded memory (npm run soak)',
    { timeout: 600_000, tags: SOAK },
    async () => {
      await streams(1024, ['--workers', '2'])
    },
  )

  it('reads a record from the middle of a large plain file exactly', async () => {
    const texts = manyRecords(10_000, 60)
    const pad = 'y'.repeat(2 * MB)
    const padded = texts.map((text, at) => (at % 1 === 0 ? text.replace('{', `{"pad":"${pad}${at}",`) : text))
    const { code, events, caseFile } = await indexBad(
      (file) => {
        const out = openSync(file, 'w')
        writeSync(out, '{"Records":[')
        padded.forEach((text, at) => writeSync(out, `${at === 0 ? '' : ','}${text}`))
        writeSync(out, ']}')
        closeSync(out)
      },
      'm-bad.json',
      THREADS,
    )
    expect({ code, count: events.length }).toEqual({ code: 0, count: 60 })
    for (const at of [0, 31, 59])
      expect((await shown(caseFile, idOf(10_000 + at))).toString() === padded[at]).toBe(true)
  })
})

/** A .json.gz of so many MB of JSON, made of distinct records. */
async function largeLog(megabytes: number): Promise<{ file: string; records: number }> {
  const file = path.join(tempFolder('large'), 'large.json.gz')
  const bytes = megabytes * MB
  let count = 0
  function* content(): Generator<Buffer> {
    yield Buffer.from('{"Records":[')
    const templates = Array.from({ length: 500 }, (_, at) => record(1_000_000 + at))
    for (let size = 0; size < bytes;) {
      const piece = templates.map((text) =>
        text.replaceAll(
          /"(eventID|requestID)":"[^"]{8}/g,
          (_, name: string) => `"${name}":"${String(count++ >> 1).padStart(8, '0')}`,
        ),
      )
      const text = `${size === 0 ? '' : ','}${piece.join(',')}`
      size += Buffer.byteLength(text)
      yield Buffer.from(text)
    }
    yield Buffer.from(']}')
  }
  await gzipStream(file, content())
  return { file, records: count / 2 }
}

async function streams(
  megabytes: number,
  flags: readonly string[],
  log = largeLog(megabytes),
): Promise<void> {
  const { file: large, records } = await log
  const { code, events, source, problems, peakMb, ms, caseFile } = await watchBad(
    (file) => {
      linkSync(large, file)
    },
    BAD,
    flags,
  )
  expect({ code, problems: problems.slice(0, 3) }).toEqual({ code: 0, problems: [] })
  expect(source).toMatchObject({ records, events: records, rejected: 0 })
  expect(new Set(events).size).toBe(records)
  const last = query<{ event_id: string; record_length: number }>(
    caseFile,
    'SELECT event_id, record_length FROM events ORDER BY record_offset DESC LIMIT 1',
  )[0]!
  const text = await shown(caseFile, last.event_id)
  expect((JSON.parse(text.toString()) as { eventID: string }).eventID).toBe(last.event_id)
  console.log(
    `${megabytes} MB of JSON, ${records} records, ${flags.join(' ')}: ${(ms / 1000).toFixed(1)} s, peak ${Math.round(peakMb)} MB`,
  )
  expect(peakMb).toBeLessThan(MEMORY_MB)
}

describe('files that are in motion', () => {
  it('rejects a file that grows while it is read, and reads it in a later run', async () => {
    const root = tempFolder('growing')
    for (const [good, numbers] of Object.entries(GOOD))
      putLog(
        root,
        good,
        numbers.map((n) => makeRecord(n)),
      )
    const file = putLog(root, 'm-bad.json', manyRecords(2000, 30_000))
    // White space behind the text: the file is a sound log at every moment.
    const grower = spawn(process.execPath, [
      '-e',
      `const fs = require('node:fs'); const fd = fs.openSync(${JSON.stringify(file)}, 'a'); console.log('growing')
       const end = Date.now() + 30000; while (Date.now() < end) fs.writeSync(fd, ' '.repeat(64))`,
    ])
    const gone = once(grower, 'exit')
    await once(grower.stdout, 'data')
    let outcome: Bad & Indexed
    try {
      outcome = await indexAround(root, file, ['--workers', '2'], index)
    } finally {
      grower.kill('SIGKILL')
      await gone
    }
    expect({ code: outcome.code, kinds: outcome.kinds }).toEqual({ code: 3, kinds: ['changed-during-read'] })
    expect(outcome.source).toMatchObject({ status: 'rejected', events: 0 })
    const again = await index([root], outcome.caseFile)
    expect({ code: again.code, files: again.totals.files }).toMatchObject({
      code: 0,
      files: { alreadyIndexed: 2, indexed: 1 },
    })
    expect(again.totals.records.events).toBe(30_000)
    // What was wrong is wrong no more.
    expect(await listProblems(outcome.caseFile)).toEqual([])
  })

  it('rejects a file that shrinks while it is read, or keeps what it read and says so', async () => {
    const root = tempFolder('shrinking')
    for (const [good, numbers] of Object.entries(GOOD))
      putLog(
        root,
        good,
        numbers.map((n) => makeRecord(n)),
      )
    const file = putLog(root, 'm-bad.json', manyRecords(2000, 20_000))
    const size = statSync(file).size
    const shaker = spawn(process.execPath, [
      '-e',
      `const fs = require('node:fs'); console.log('shaking'); const end = Date.now() + 30000
       while (Date.now() < end) { fs.truncateSync(${JSON.stringify(file)}, ${size} - 7); fs.appendFileSync(${JSON.stringify(file)}, ' '.repeat(7)) }`,
    ])
    const gone = once(shaker, 'exit')
    await once(shaker.stdout, 'data')
    let outcome: Bad & Indexed
    try {
      outcome = await indexAround(root, file, ['--workers', '2'], index)
    } finally {
      shaker.kill('SIGKILL')
      await gone
    }
    expect({ code: outcome.code, kinds: outcome.kinds }).toEqual({ code: 3, kinds: ['changed-during-read'] })
  })
})

describe('unreadable places', () => {
  it('passes a named pipe without touching it', async () => {
    const root = tempFolder('pipes')
    for (const [good, numbers] of Object.entries(GOOD))
      putLog(
        root,
        good,
        numbers.map((n) => makeRecord(n)),
      )
    const pipe = path.join(root, BAD)
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
    const { code, problems } = await indexAround(root, pipe, [], index)
    expect(code).toBe(3)
    expect(problems).toEqual([expect.objectContaining({ kind: 'not-regular', path: pipe })])
    const given = await index([pipe, path.join(root, 'a-good.json')], path.join(tempFolder(), 'case.sqlite'))
    expect(given.totals).toMatchObject({
      files: { found: 2, indexed: 1, rejected: 1 },
      problems: { 'not-regular': 1 },
    })
  })

  it.skipIf(!canDropRights)(
    'reports a file and a folder that may not be read, and reads them once they may',
    async () => {
      const root = tempFolder('locked')
      for (const [good, numbers] of Object.entries(GOOD))
        putLog(
          root,
          good,
          numbers.map((n) => makeRecord(n)),
        )
      const file = putLog(root, 'locked.json', [makeRecord(60)])
      putLog(root, 'folder/inside.json', [makeRecord(61)])
      const caseFile = path.join(tempFolder(), 'case.sqlite')
      const unlock = [chmodded(file, 0), chmodded(path.join(root, 'folder'), 0)]
      const first = await index([root], caseFile, [], { prefix: UNPRIVILEGED })
      expect(first.code).toBe(3)
      expect(first.totals).toMatchObject({
        files: { found: 4, indexed: 2, rejected: 2 },
        problems: { unreadable: 2 },
      })
      const problems = await listProblems(caseFile)
      expect(problems.map((problem) => problem.path).sort()).toEqual([path.join(root, 'folder'), file].sort())
      for (const problem of problems) expect(problem.detail).toMatch(/permission denied/i)
      for (const open of unlock) open()
      const second = await index([root], caseFile)
      expect({ code: second.code, files: second.totals.files }).toMatchObject({
        code: 0,
        files: { found: 4, indexed: 2, alreadyIndexed: 2, rejected: 0 },
      })
      expect(await listProblems(caseFile)).toEqual([])
    },
  )

  it('survives loops of symbolic links, and follows none that nobody named', async () => {
    const root = tempFolder('loops')
    for (const [good, numbers] of Object.entries(GOOD))
      putLog(
        root,
        good,
        numbers.map((n) => makeRecord(n)),
      )
    mkdirSync(path.join(root, 'deep/er'), { recursive: true })
    const links = {
      'deep/up': '..',
      'deep/er/top': '../..',
      self: 'self',
      dangling: 'nowhere',
      'to-file': 'a-good.json',
    }
    for (const [name, target] of Object.entries(links)) symlinkSync(target, path.join(root, name))
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const { code, totals } = await index([root], caseFile)
    expect(code).toBe(3)
    expect(totals).toMatchObject({
      files: { found: 7, indexed: 2, rejected: 5 },
      records: { events: 6, duplicates: 0 },
    })
    const problems = await listProblems(caseFile)
    expect(problems.map((problem) => path.relative(root, problem.path)).sort()).toEqual(
      Object.keys(links).sort(),
    )
    // A link that the user names is followed.
    const named = await index([path.join(root, 'to-file')], path.join(tempFolder(), 'case.sqlite'))
    expect(named.totals).toMatchObject({ files: { found: 1, indexed: 1 }, records: { events: 3 } })
  })

  it('indexes a file whose name is not UTF-8, and shows it escaped', async () => {
    const root = tempFolder('names')
    const real = putLog(root, 'x.json', [makeRecord(60)])
    renameSync(real, Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from('.json')]))
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const { code, totals } = await index([root], caseFile)
    expect({ code, indexed: totals.files.indexed, events: totals.records.events }).toEqual({
      code: 0,
      indexed: 1,
      events: 1,
    })
    expect((await shown(caseFile, idOf(60))).toString()).toBe(record(60))
    const again = await index([root], caseFile)
    expect(again.totals.files).toMatchObject({ found: 1, alreadyIndexed: 1 })
    expect(invalidTextCells(caseFile)).toEqual([])
    const referred = path.join(tempFolder(), 'case.sqlite')
    await index([root], referred, ['--reference'])
    expect((await shown(referred, idOf(60))).toString()).toBe(record(60))
  })
})

it('accounts for a folder full of every damage at once, and finds nothing new in it later', async () => {
  const root = tempFolder('all')
  const whole = gzipSync(logText(manyRecords(100, 50)))
  const pieces: Record<string, string | Buffer> = {
    'empty.json.gz': '',
    'cut.json.gz': whole.subarray(0, 900),
    'tail.json.gz': Buffer.concat([whole, Buffer.from('xx')]),
    'two.json.gz': Buffer.concat([gzipSync(logText([record(1)])), gzipSync(logText([record(2)]))]),
    'text.txt': 'hello',
    'object.json': '{}',
    'none.json': '{"Records":[]}',
    'bom.json': `\ufeff${logText([record(3)])}`,
    'nul.json': `${logText([record(4)])}\0\0`,
    'broken.json': logText([record(5), '{"eventVersion":', record(6)]),
    'values.json': logText(['1', record(7), '"x"']),
    'copy-of-cut.json.gz': whole.subarray(0, 900),
    'copy-of-text.txt': 'hello',
  }
  for (const [name, bytes] of Object.entries(pieces)) put(root, name, bytes)
  const caseFile = path.join(tempFolder(), 'case.sqlite')
  const { code, totals } = await index([root], caseFile)
  expect(code).toBe(3)
  expect(totals.files.found).toBe(Object.keys(pieces).length)
  const problems = await listProblems(caseFile)
  const before = {
    problems,
    sources: query(caseFile, 'SELECT path, status, sha256 FROM sources ORDER BY path'),
  }
  const again = await index([root], caseFile)
  expect(again.totals.files).toMatchObject({ indexed: 0, duplicate: 0, alreadyIndexed: totals.files.found })
  expect({
    problems: await listProblems(caseFile),
    sources: query(caseFile, 'SELECT path, status, sha256 FROM sources ORDER BY path'),
  }).toEqual(before)
})

/** Text cells of a case that are not UTF-8, as any other program would read them. */
function invalidTextCells(caseFile: string): unknown[] {
  const bad: unknown[] = []
  for (const table of [
    'event',
    'action',
    'place',
    'caller',
    'name_of_caller',
    'session',
    'name_of_session',
    'address',
    'client',
    'outcome',
    'resource',
    'source',
    'problem',
  ]) {
    const columns = query<{ name: string; type: string }>(
      caseFile,
      `SELECT name, type FROM pragma_table_info('${table}')`,
    ).filter(({ type }) => type === 'TEXT')
    for (const { name } of columns) {
      const cells = query<{ bytes: Buffer }>(
        caseFile,
        `SELECT CAST(${name} AS BLOB) AS bytes FROM ${table} WHERE ${name} IS NOT NULL`,
      )
      for (const { bytes } of cells) {
        const text = bytes.toString('utf8')
        if (!Buffer.from(text, 'utf8').equals(bytes) || text.includes('\0')) bad.push({ table, name, text })
      }
    }
  }
  return bad
}

async function gzipStream(file: string, content: Iterable<Buffer>): Promise<void> {
  await pipeline(content, createGzip({ level: 1 }), createWriteStream(file))
}

function* zeros(bytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes; at += MB) yield Buffer.alloc(MB)
}
