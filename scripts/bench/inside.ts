/**
 * What questions take inside the process: no start, no output. One case is opened once, and each question is asked of values of its answer
 * key: npx tsx scripts/bench/inside.ts CASE ANSWERS.json
 */
import { readFileSync } from 'node:fs'
import { NO_FILTERS, type Subject } from '../../src/model/question.js'
import { askQuestion } from '../../src/query/find/run-question.js'
import { matchPrincipals } from '../../src/query/principals/principal-match.js'
import { openReader } from '../../src/store/open.js'
import { RecordReader } from '../../src/store/record-reader.js'
import type { AnswerKey } from './corpus.js'
import { textTable } from './jobs.js'
import { median, percentile } from './measure.js'

const [casePath = '', keyPath = ''] = process.argv.slice(2)
const key = JSON.parse(readFileSync(keyPath, 'utf8')) as AnswerKey
const db = openReader(casePath)
const RUNS = 40
const PAGE = { order: 'asc', limit: 51 } as const

function find(subject: Subject, window: { sinceMs?: number; untilMs?: number } = {}): void {
  const question = { ...subject, filters: NO_FILTERS, window }
  if (question.kind === 'principal') matchPrincipals(db, question)
  const rows = [...askQuestion(db, question, PAGE).rows]
  if (rows.length === 0) throw new Error(`nothing found for ${JSON.stringify(subject)}`)
}

function show(eventId: string): void {
  const place = db
    .prepare('SELECT source_id, record_offset, record_length, locator FROM event WHERE event_id = ?')
    .get(eventId) as Parameters<RecordReader['readAt']>[0]
  new RecordReader(db).readAt(place)
}

const { requests, principals, resources, texts } = key
const hour = (run: number): number => Date.parse(key.first) + run * 7 * 3_600_000
const at = <Value>(list: readonly Value[], run: number): Value => list[run % list.length]!
const QUESTIONS: Readonly<Record<string, (run: number) => void>> = {
  'find request': (run) => {
    find({ kind: 'request', value: at(requests, run).requestId })
  },
  show: (run) => {
    show(at(requests, run).eventId)
  },
  'find principal --limit 50': (run) => {
    find({ kind: 'principal', value: at(principals, run * 13).value })
  },
  'find resource --limit 50': (run) => {
    find({ kind: 'resource', value: at(resources, run * 7).value })
  },
  'find text --limit 50': (run) => {
    find({ kind: 'text', value: at(texts, run).value, syntax: 'words' })
  },
  'find window --limit 50': (run) => {
    find({ kind: 'window' }, { sinceMs: hour(run), untilMs: hour(run) + 24 * 3_600_000 })
  },
}

const rows = Object.entries(QUESTIONS).map(([name, ask]) => {
  const times: number[] = []
  // The first compiles and warms, and is not counted.
  for (let run = 0; run <= RUNS; run += 1) {
    const before = performance.now()
    ask(run)
    if (run > 0) times.push(performance.now() - before)
  }
  return [name, median(times).toFixed(1), percentile(times, 0.95).toFixed(1), Math.max(...times).toFixed(1)]
})
db.close()
process.stdout.write(`${textTable(['question', 'median ms', 'p95 ms', 'slowest ms'], rows)}\n`)
