/**
 * Processor time of every command that reads a case, on a case of few events and one of many: a plan that is right for a small case
 * only shows in the growth. Processor time, so that others on the machine do not matter much.
 */
import { rmSync } from 'node:fs'
import { coldtrail } from './coldtrail.js'
import type { AnswerKey, Counted } from './corpus.js'
import { textTable } from './jobs.js'
import { measure, median } from './measure.js'
import type { Asked } from './queries.js'

export interface CommandResult {
  readonly command: string
  /** What it has to read, by case. */
  readonly read: readonly number[]
  /** Seconds, by case. */
  readonly cpuS: readonly number[]
  /** Growth of the time above that of starting, divided by the growth of what is read: 1 is in proportion, more is not. */
  readonly growth: number
}

/** More than this is a plan that does not fit a large case. */
const MOST_GROWTH = 1.3
/** Below this a difference is noise. */
const LEAST_S = 0.05

interface Measured {
  readonly args: readonly string[]
  /** Events or other rows that the answer is made of. */
  readonly read: number
}

type CommandOf = (key: AnswerKey, handover: string) => Measured

const whole =
  (...args: string[]): CommandOf =>
  ({ events }) => ({ args, read: events })

const none =
  (...args: string[]): CommandOf =>
  () => ({ args, read: 1 })

/** About the value with most events. */
const most =
  (list: 'principals' | 'resources' | 'texts', before: readonly string[], ...after: string[]): CommandOf =>
  (key) => {
    const { value, events } = key[list][0] as Counted
    return { args: [...before, value, ...after], read: events }
  }

const ALL = ['--limit', '10000000', '--format', 'csv'] as const
const EVER = ['--since', '2020-01-01', ...ALL] as const

const COMMANDS: Readonly<Record<string, CommandOf>> = {
  'find request ID': ({ requests }) => ({ args: ['find', 'request', requests[0]!.requestId], read: 1 }),
  'show ID': ({ requests }) => ({ args: ['show', requests[0]!.eventId], read: 1 }),
  'find principal ARN': most('principals', ['find', 'principal'], ...ALL),
  'find principal ARN --limit 50': (key) => ({
    ...most('principals', ['find', 'principal'], '--limit', '50')(key, ''),
    read: 50,
  }),
  'find resource ARN': most('resources', ['find', 'resource'], ...ALL),
  'find resource ARN --history': most('resources', ['find', 'resource'], '--history'),
  'find text WORD': most('texts', ['find', 'text'], ...ALL),
  'find window': whole('find', 'window', ...EVER),
  'find window --error *': whole('find', 'window', '--error=*', ...EVER),
  'find window --limit 50': none('find', 'window', '--since', '2020-01-01', '--limit', '50'),
  info: whole('info'),
  summary: whole('summary'),
  'summary --write-only': whole('summary', '--write-only'),
  coverage: whole('coverage'),
  principals: whole('principals', ...ALL),
  resources: whole('resources', ...ALL),
  'resources NAME': most('resources', ['resources']),
  'resources NAME --history': most('resources', ['resources'], '--history'),
  'lineage ARN': most('principals', ['lineage']),
  problems: none('problems'),
  'sql SELECT count(*)': whole('sql', 'SELECT count(*) FROM events'),
  'digest verify': none('digest', 'verify'),
  'export csv --all': whole('export', 'csv', '--all'),
  'export jsonl --all': whole('export', 'jsonl', '--all'),
  'export timesketch --all': whole('export', 'timesketch', '--all'),
  'handoff --principal ARN': (key, out) => most('principals', ['handoff', out, '--principal'])(key, out),
  'handoff verify': (key, out) => ({ args: ['handoff', 'verify', out], read: key.principals[0]!.events }),
  'handoff --principal ARN --redact': (key, out) =>
    most('principals', ['handoff', `${out}.redacted`, '--principal'], '--redact')(key, out),
  'verify --workers 0': whole('verify', '--workers', '0'),
}

export async function runCommands(
  cases: readonly Asked[],
  runs: number,
  say: (line: string) => void,
): Promise<CommandResult[]> {
  const start = await cpuOf(['--version'], 5)
  const results: CommandResult[] = []
  const handovers = cases.map(({ caseFile }) => `${caseFile}.handover`)
  for (const [command, of] of Object.entries(COMMANDS)) {
    const cpuS: number[] = []
    const read: number[] = []
    for (const [at, { corpus, caseFile }] of cases.entries()) {
      const measured = of(corpus.key, handovers[at]!)
      const isOfCase = command !== 'handoff verify'
      cpuS.push(await cpuOf([...measured.args, ...(isOfCase ? ['--case', caseFile] : [])], runs))
      read.push(measured.read)
    }
    const [small, large] = cpuS.map((seconds) => Math.max(LEAST_S, seconds - start))
    results.push({ command, read, cpuS, growth: large! / small! / (read[1]! / read[0]!) })
    say(`${command}: ${cpuS.map((seconds) => seconds.toFixed(2)).join(' and ')} s`)
  }
  return results
}

async function cpuOf(args: readonly string[], runs: number): Promise<number> {
  const seconds: number[] = []
  for (let run = 0; run < runs; run++) {
    if (args[0] === 'handoff' && args[1] !== 'verify') rmSync(args[1]!, { force: true })
    seconds.push((await measure({ ...coldtrail(args, ACCEPTED), discard: true })).cpuS)
  }
  return median(seconds)
}

/** 3: problems of the evidence were recorded. */
const ACCEPTED = [0, 3]

export function commandTable(cases: readonly Asked[], results: readonly CommandResult[]): string {
  const sizes = cases.map(({ corpus }) => `${corpus.key.events.toLocaleString('en')} events`)
  return textTable(
    ['command', ...sizes, 'reads', 'time ÷ reads', ''],
    results.map(({ command, read, cpuS, growth }) => [
      command,
      ...cpuS.map((seconds) => `${seconds.toFixed(2)} s`),
      `${(read[1]! / read[0]!).toFixed(1)} x`,
      growth.toFixed(2),
      growth > MOST_GROWTH ? `over ${MOST_GROWTH}` : '',
    ]),
  )
}
