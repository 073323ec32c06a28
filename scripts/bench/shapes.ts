/** The same records in the shapes that people are given, and access logs: each is a job whose rate is compared with the tree's. */
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, gunzipSync, gzipSync } from 'node:zlib'
import { makeTarGz, makeZip } from '../../test/helpers/containers.js'
import { ensureAccessLogs, type AccessLogs } from './access-lines.js'
import { coldtrail, indexJob } from './coldtrail.js'
import type { Corpus } from './corpus.js'
import { runJobs, textTable, type Job, type JobResult } from './jobs.js'
import { measure } from './measure.js'

/** Into so many files: enough for the workers to share. */
const FILES = 20
const ACCESS_LINES = 500_000

interface Shape {
  /** Of the events/s of the tree of .json.gz. */
  readonly target: number
  readonly meaning: string
  readonly make: (folder: string, logs: readonly LogFile[]) => Promise<void>
}

interface LogFile {
  readonly name: string
  readonly packed: Buffer
}

const recordsOf = ({ packed }: LogFile): unknown[] =>
  (JSON.parse(gunzipSync(packed).toString()) as { Records: unknown[] }).Records

const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** `count` texts, each of a share of the records. */
async function writeShares(
  folder: string,
  logs: readonly LogFile[],
  name: (share: number) => string,
  text: (records: readonly unknown[]) => string,
): Promise<void> {
  for (let share = 0; share < FILES; share++) {
    const records = logs.filter((_, at) => at % FILES === share).flatMap(recordsOf)
    await writeFile(path.join(folder, name(share)), gzipSync(text(records)))
  }
}

const lines = (records: readonly unknown[]): string => records.map((r) => `${JSON.stringify(r)}\n`).join('')

const SHAPES: Readonly<Record<string, Shape>> = {
  '.json': {
    target: 0.6,
    meaning: 'the same files, inflated',
    make: async (folder, logs) => {
      for (const { name, packed } of logs)
        await writeFile(path.join(folder, name.replace(/\.gz$/, '')), gunzipSync(packed))
    },
  },
  'NDJSON.gz': {
    target: 0.6,
    meaning: `one record a line, ${FILES} files`,
    make: (folder, logs) => writeShares(folder, logs, (n) => `part-${n}.ndjson.gz`, lines),
  },
  zip: {
    target: 0.6,
    meaning: 'one zip of the .json.gz files',
    make: async (folder, logs) => {
      const entries = logs.map(({ name, packed }) => ({ name, bytes: packed, stored: true }))
      await writeFile(path.join(folder, 'logs.zip'), makeZip(entries))
    },
  },
  'tar.gz': {
    target: 0.6,
    meaning: 'one tar.gz of the .json files',
    make: async (folder, logs) => {
      const entries = logs.map(({ name, packed }) => ({ name, bytes: gunzipSync(packed) }))
      await writeFile(path.join(folder, 'logs.tar.gz'), await makeTarGz(entries))
    },
  },
  CSV: {
    target: 0.3,
    meaning: `query results with eventjson, ${FILES} files`,
    make: (folder, logs) =>
      writeShares(
        folder,
        logs,
        (n) => `result_${n}.csv.gz`,
        (records) => `eventname,eventjson\n${records.map((r) => `x,${cell(JSON.stringify(r))}\n`).join('')}`,
      ),
  },
  EventBridge: {
    target: 0.3,
    meaning: `one envelope a line, ${FILES} files`,
    make: (folder, logs) =>
      writeShares(
        folder,
        logs,
        (n) => `events-${n}.json.gz`,
        (records) =>
          lines(records.map((detail) => ({ 'detail-type': 'AWS API Call via CloudTrail', detail }))),
      ),
  },
  'CloudWatch Logs': {
    target: 0.3,
    meaning: `subscription payloads with records as strings, ${FILES} files`,
    make: (folder, logs) =>
      writeShares(
        folder,
        logs,
        (n) => `payload-${n}.gz`,
        (records) =>
          lines(
            inGroups(records, 50).map((group) => ({
              messageType: 'DATA_MESSAGE',
              logEvents: group.map((r, id) => ({ id: String(id), timestamp: 0, message: JSON.stringify(r) })),
            })),
          ),
      ),
  },
}

function inGroups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, at * size + size),
  )
}

async function ensureShape(parent: string, name: string, corpus: Corpus): Promise<string> {
  const folder = path.join(parent, `${corpus.key.name}-${name.replaceAll(/\W/g, '')}`)
  if (existsSync(folder)) return folder
  await rm(`${folder}.partial`, { recursive: true, force: true })
  await mkdir(`${folder}.partial`, { recursive: true })
  await SHAPES[name]!.make(`${folder}.partial`, await readLogs(corpus.folder))
  await rename(`${folder}.partial`, folder)
  return folder
}

async function readLogs(folder: string): Promise<LogFile[]> {
  const names = await readdir(folder, { recursive: true })
  const files = names.filter((name) => name.endsWith('.json.gz')).sort()
  return Promise.all(
    files.map(async (name) => ({
      name: path.basename(name),
      packed: await readFile(path.join(folder, name)),
    })),
  )
}

export async function benchShapes(
  corpus: Corpus,
  data: string,
  work: string,
  how: {
    readonly runs: number
    readonly workers: number
    readonly seed: number
    readonly say: (line: string) => void
  },
): Promise<JobResult[]> {
  const caseFile = path.join(work, 'shape.sqlite')
  const jobs: Job[] = [
    { ...indexJob(corpus, caseFile, how.workers), name: 'tree', meaning: 'the tree of .json.gz' },
  ]
  for (const [name, { meaning }] of Object.entries(SHAPES)) {
    how.say(`making ${name} …`)
    const folder = await ensureShape(data, name, corpus)
    jobs.push({ ...indexJob({ ...corpus, folder }, caseFile, how.workers), name, meaning })
  }
  const logs = await ensureAccessLogs(data, ACCESS_LINES, how.seed)
  jobs.push(catJob(logs), accessJob(logs, caseFile, how.workers))
  const results = await runJobs(jobs, how.runs, how.say)
  console.log(
    `\n${corpus.key.events.toLocaleString('en')} events, ${logs.lines.toLocaleString('en')} lines of access logs`,
  )
  console.log(shapesTable(results, corpus.key.events, logs.lines))
  for (const { name, meaning } of results) console.log(`  ${name}: ${meaning}`)
  return results
}

function catJob({ folder }: AccessLogs): Job {
  return {
    name: 'cat',
    meaning: 'the access logs to /dev/null: the floor',
    command: { argv: ['sh', '-c', 'cat "$1"/* > /dev/null', 'sh', folder] },
  }
}

function accessJob({ folder, lines }: AccessLogs, caseFile: string, workers: number): Job {
  return {
    name: 'access logs',
    meaning: 'S3 server access logs, plain, in files of 10,000 lines',
    command: coldtrail(['index', folder, '--case', caseFile, '--workers', String(workers)]),
    output: caseFile,
    check: async () => {
      const sql = 'SELECT count(*) AS n FROM access_logs'
      const { stdout } = await measure(coldtrail(['sql', sql, '--case', caseFile, '--format', 'csv']))
      if (Number(/^\d+$/m.exec(stdout)?.[0]) !== lines) throw new Error('the case lacks lines')
    },
  }
}

function shapesTable(results: readonly JobResult[], events: number, lineCount: number): string {
  const wallOf = (name: string): number => results.find((r) => r.name === name)?.wallS ?? Number.NaN
  const rows = results.map(({ name, wallS, cpuS, peakRssBytes }) => {
    const isLines = name === 'cat' || name === 'access logs'
    const rate = (isLines ? lineCount : events) / wallS
    return [
      name,
      wallS.toFixed(2),
      Math.round(rate).toLocaleString('en'),
      isLines ? (wallS / wallOf('cat')).toFixed(0) + ' × cat' : (wallOf('tree') / wallS).toFixed(2),
      SHAPES[name]?.target.toFixed(1) ?? '-',
      cpuS.toFixed(2),
      (peakRssBytes / 2 ** 20).toFixed(0),
    ]
  })
  return textTable(['shape', 'wall s', 'rows/s', '÷ tree', 'target', 'CPU s', 'peak MB'], rows)
}

const SHOWN = 20

/** One NDJSON.gz, 5 GB by default: memory while it is indexed, and how soon any record of it is shown. Removed afterwards. */
export async function benchStream(
  corpus: Corpus,
  work: string,
  how: { readonly gigabytes: number; readonly workers: number; readonly say: (line: string) => void },
): Promise<Record<string, number>> {
  const { gigabytes, workers, say } = how
  const file = path.join(work, 'stream.ndjson.gz')
  const caseFile = path.join(work, 'stream.sqlite')
  say(`making one NDJSON.gz of ${gigabytes} GB …`)
  const bytes = await writeStream(file, await readLogs(corpus.folder), gigabytes * 1e9)
  try {
    const indexed = await measure(
      coldtrail(['index', file, '--case', caseFile, '--workers', String(workers)]),
    )
    const sql = `SELECT event_id FROM events WHERE event_rowid % ${String(Math.floor(1 + bytes / 1500 / SHOWN))} = 1 LIMIT ${SHOWN}`
    const { stdout } = await measure(coldtrail(['sql', sql, '--case', caseFile, '--format', 'csv']))
    const times: number[] = []
    for (const id of stdout.trim().split('\n').slice(1))
      times.push((await measure(coldtrail(['show', id, '--case', caseFile]))).wallS * 1000)
    const result = {
      bytes,
      wallS: indexed.wallS,
      peakMb: indexed.peakRssBytes / 2 ** 20,
      shown: times.length,
      slowestShowMs: Math.max(...times),
    }
    console.log(`\none NDJSON.gz of ${(bytes / 1e9).toFixed(2)} GB: ${JSON.stringify(result)}`)
    return result
  } finally {
    for (const left of [file, caseFile]) await rm(left, { force: true })
  }
}

/** The records again and again, each time with other eventIDs, so that none is a copy. */
async function writeStream(file: string, logs: readonly LogFile[], wanted: number): Promise<number> {
  let bytes = 0
  const texts = logs.map((log) => lines(recordsOf(log)))
  function* pieces(): Generator<string> {
    for (let round = 0; bytes < wanted; round++) {
      const mark = round.toString(16).padStart(8, '0')
      for (const text of texts) {
        if (bytes >= wanted) return
        const piece = text.replaceAll(/("eventID":")[0-9a-f]{8}/g, `$1${mark}`)
        bytes += Buffer.byteLength(piece)
        yield piece
      }
    }
  }
  await pipeline(Readable.from(pieces()), createGzip({ level: 1 }), createWriteStream(file))
  return bytes
}
