/**
 * How long one question takes, as a user feels it: the whole process, from start to exit, against a case of many events
 * and one of few. Values come from the answer keys; every run asks for another value.
 */
import { coldtrail } from './coldtrail.js'
import type { AnswerKey, Corpus, Counted } from './corpus.js'
import { textTable } from './jobs.js'
import { measure, median, percentile } from './measure.js'

export interface Asked {
  readonly corpus: Corpus
  readonly caseFile: string
}

export interface QueryResult {
  readonly question: string
  readonly corpus: string
  readonly events: number
  readonly medianMs: number
  readonly p95Ms: number
  /** Runs whose answer lacked what the key says it must hold. */
  readonly wrong: number
  readonly ms: readonly number[]
}

interface Question {
  readonly name: string
  readonly ask: (
    key: AnswerKey,
    run: number,
  ) => { readonly args: readonly string[]; readonly expect: string } | undefined
}

/** The values between these shares of the list, common first; none where the key has none (amplified corpora: texts). */
function value(list: readonly Counted[], from: number, to: number, run: number): string | undefined {
  const slice = list.slice(Math.floor(list.length * from), Math.max(1, Math.ceil(list.length * to)))
  return slice[run % slice.length]?.value
}

const counted = (words: readonly string[], asked: string | undefined, rest: readonly string[] = []) =>
  asked === undefined ? undefined : { args: [...words, asked, ...rest], expect: '\n' }

const QUESTIONS: readonly Question[] = [
  {
    name: 'find request',
    ask: ({ requests }, run) => {
      const { requestId, eventId } = requests[run % requests.length]!
      return { args: ['find', 'request', requestId], expect: eventId }
    },
  },
  {
    name: 'show',
    ask: ({ requests }, run) => {
      const { eventId } = requests[run % requests.length]!
      return { args: ['show', eventId], expect: eventId }
    },
  },
  {
    name: 'find principal',
    ask: ({ principals }, run) => counted(['find', 'principal'], value(principals, 0.25, 0.75, run)),
  },
  {
    name: 'find resource --limit 50',
    ask: ({ resources }, run) =>
      counted(['find', 'resource'], value(resources, 0, 0.05, run), ['--limit', '50']),
  },
  {
    name: 'find text --limit 50',
    ask: ({ texts }, run) => counted(['find', 'text'], value(texts, 0, 0.5, run), ['--limit', '50']),
  },
  { name: 'info', ask: () => ({ args: ['info'], expect: '\n' }) },
  { name: 'summary', ask: ({ events }) => ({ args: ['summary'], expect: counting(events) }) },
  { name: 'coverage', ask: () => ({ args: ['coverage'], expect: 'FILES BY DAY' }) },
  { name: 'principals', ask: () => ({ args: ['principals'], expect: 'principal_key' }) },
  { name: 'resources', ask: () => ({ args: ['resources'], expect: 'first_touched' }) },
  {
    // The busiest users: those with the most keys and sessions.
    name: 'lineage --depth 5',
    ask: ({ principals }, run) => {
      const users = principals.filter((each) => each.value.includes(':user/')).slice(0, 5)
      const { value: user } = users[run % users.length]!
      return { args: ['lineage', user, '--depth', '5'], expect: '◀ asked' }
    },
  },
]

function counting(events: number): string {
  return `events      ${events.toLocaleString('en-US')}`
}

export async function runQueries(
  cases: readonly Asked[],
  runs: number,
  say: (line: string) => void,
): Promise<QueryResult[]> {
  const results: QueryResult[] = []
  const floor = await timeNode(runs)
  results.push(summary('(node -e 0)', undefined, floor, 0))
  for (const question of QUESTIONS) {
    const times = new Map(cases.map((asked) => [asked, { ms: [] as number[], wrong: 0 }]))
    // Run -1 warms the page cache and is not counted.
    for (let run = -1; run < runs; run++) {
      for (const asked of cases) {
        const ask = question.ask(asked.corpus.key, Math.max(run, 0))
        if (ask === undefined) continue
        const { wallS, stdout } = await measure(coldtrail([...ask.args, '--case', asked.caseFile]))
        if (run < 0) continue
        const entry = times.get(asked)!
        entry.ms.push(wallS * 1000)
        if (!stdout.includes(ask.expect)) entry.wrong += 1
      }
    }
    for (const [asked, { ms, wrong }] of times) {
      if (ms.length > 0) results.push(summary(question.name, asked.corpus.key, ms, wrong))
    }
    say(`  ${question.name}: done`)
  }
  return results
}

async function timeNode(runs: number): Promise<number[]> {
  const ms: number[] = []
  for (let run = 0; run < runs; run++) {
    ms.push((await measure({ argv: [process.execPath, '-e', '0'] })).wallS * 1000)
  }
  return ms
}

function summary(question: string, key: AnswerKey | undefined, ms: number[], wrong: number): QueryResult {
  return {
    question,
    corpus: key?.name ?? '-',
    events: key?.events ?? 0,
    medianMs: median(ms),
    p95Ms: percentile(ms, 0.95),
    wrong,
    ms,
  }
}

export function queryTable(results: readonly QueryResult[]): string {
  const smallest = new Map<string, number>()
  for (const r of [...results].sort((a, b) => b.events - a.events)) smallest.set(r.question, r.medianMs)
  const rows = results.map((r) => [
    r.question,
    r.corpus,
    r.medianMs.toFixed(0),
    r.p95Ms.toFixed(0),
    (r.medianMs / smallest.get(r.question)!).toFixed(2),
    r.wrong === 0 ? '' : `${r.wrong} of ${r.ms.length}`,
  ])
  return textTable(['question', 'case', 'median ms', 'p95 ms', '÷ smallest case', 'wrong answers'], rows)
}
