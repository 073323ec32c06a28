import path from 'node:path'
import { ingest } from '../ingest/ingest.js'
import type { IngestTotals } from '../ingest/plan.js'
import { NO_FILTERS, type Subject } from '../model/question.js'
import { logicalDigest } from '../query/case/case-facts.js'
import { readRecords } from '../query/find/appearances.js'
import { askQuestion } from '../query/find/run-question.js'
import { openReader, type Connection } from '../store/open.js'
import type { MadeRecord } from './made-archive.js'
import { expectEqual, SelftestFailure, type Bench, type Check } from './check.js'

export function indexInto(
  casePath: string,
  paths: readonly string[],
  toolVersion: string,
  workers = 0,
): Promise<IngestTotals> {
  const plan = {
    casePath,
    paths,
    exclude: [],
    workers,
    reference: false,
    since: null,
    until: null,
    commandLine: ['selftest', ...paths],
    toolVersion,
  }
  return ingest(plan, { onProgress: () => undefined, signal: new AbortController().signal })
}

export function withCase<Value>(casePath: string, look: (db: Connection) => Value): Value {
  const db = openReader(casePath)
  try {
    return look(db)
  } finally {
    db.close()
  }
}

export const indexChecks: readonly Check[] = [
  {
    id: 'P2',
    promise: 'nothing is lost silently',
    run: async ({ archive, casePath, toolVersion }) => {
      const { files, records } = await indexInto(casePath, [archive.root], toolVersion)
      expectEqual('files', files.found, archive.files)
      expectEqual('files accounted for', files.indexed + files.duplicate + files.rejected, files.found)
      expectEqual(
        'records accounted for',
        records.events + records.duplicates + records.rejected,
        records.found,
      )
      withCase(casePath, (db) => {
        const events = db.prepare('SELECT count(*) FROM event').pluck().get()
        expectEqual('distinct events', events, archive.records.length)
        const reported = new Set(
          (db.prepare('SELECT DISTINCT path FROM problem').pluck().all() as string[]).map((file) =>
            path.relative(archive.root, file),
          ),
        )
        expectEqual(
          'damaged files without a problem',
          archive.damaged.filter((name) => !reported.has(name)),
          [],
        )
      })
      return `${files.found} files, ${records.found} records = ${records.events} events + ${records.duplicates} duplicates + ${records.rejected} rejected; ${archive.damaged.length} of ${archive.damaged.length} damaged files listed`
    },
  },
  {
    id: 'P3',
    promise: 'every event leads back to its exact bytes',
    run: ({ archive, casePath }) =>
      withCase(casePath, (db) => {
        let appearances = 0
        for (const { eventID, text } of archive.records) {
          const [found, ...others] = readRecords(db, eventID)
          expectEqual(`records of event ${eventID}`, others.length, 0)
          if (found?.record.toString('utf8') !== text)
            throw new SelftestFailure(`event ${eventID} has another text`)
          appearances += found.appearances.length
        }
        return `${archive.records.length} of ${archive.records.length} records are byte for byte what was written, in ${appearances} places`
      }),
  },
  {
    id: 'P14',
    promise: 'answers are what a plain scan of the records gives',
    run: ({ archive, casePath }) => withCase(casePath, (db) => compareAnswers(db, archive.records)),
  },
  {
    id: 'P4',
    promise: 'the same evidence gives the same case',
    run: async (bench) => {
      const digests = new Set([withCase(bench.casePath, logicalDigest)])
      const orders = {
        1: ['damaged', 'again', 'AWSLogs'],
        2: ['again', 'AWSLogs', 'damaged'],
        4: ['AWSLogs', 'damaged', 'again'],
      }
      for (const [workers, order] of Object.entries(orders))
        digests.add(await digestOf(bench, Number(workers), order))
      expectEqual('different logical digests', digests.size, 1)
      return `4 runs with 1, 2 and 4 workers and shuffled arguments: logical digest ${[...digests].join()}`
    },
  },
]

async function digestOf(
  { folder, archive, toolVersion }: Bench,
  workers: number,
  order: readonly string[],
): Promise<string> {
  const casePath = path.join(folder, `again-${workers}.sqlite`)
  const paths = order.map((name) => path.join(archive.root, name))
  await indexInto(casePath, paths, toolVersion, workers)
  return withCase(casePath, logicalDigest)
}

function compareAnswers(db: Connection, records: readonly MadeRecord[]): string {
  const asked: (readonly [Subject, (record: MadeRecord) => boolean])[] = []
  for (const { requestID } of records.slice(0, 100))
    asked.push([{ kind: 'request', value: requestID }, (record) => record.requestID === requestID])
  for (const user of new Set(records.map(({ userName }) => userName)))
    asked.push([{ kind: 'principal', value: user }, (record) => record.userName === user])
  for (const bucket of new Set(records.flatMap((record) => record.bucket ?? [])))
    asked.push([{ kind: 'resource', value: bucket }, (record) => record.bucket === bucket])
  for (const note of new Set(records.map((record) => record.note))) {
    const value = note.split(' ')[0] ?? ''
    asked.push([{ kind: 'text', value, syntax: 'words' }, (record) => record.note === note])
  }
  asked.push([{ kind: 'window' }, () => true])
  let rows = 0
  for (const [subject, holds] of asked) {
    const question = { ...subject, window: {}, filters: NO_FILTERS }
    const found = Array.from(askQuestion(db, question, { order: 'asc' }).rows, (row) => row.event_id)
    const expected = records.filter(holds).map(({ eventID }) => eventID)
    expectEqual(`find ${JSON.stringify(subject)}`, found, expected)
    rows += found.length
  }
  return `${asked.length} questions by request, principal, resource, text and window: ${rows} rows, all as expected`
}
