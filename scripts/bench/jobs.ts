/** A job is one thing that is timed over a whole archive; peers and coldtrail are jobs alike. */
import { rmSync, statSync } from 'node:fs'
import type { Corpus } from './corpus.js'
import { measure, median, type Command, type Cost } from './measure.js'

export interface Job {
  readonly name: string
  readonly meaning: string
  readonly command: Command
  /** What the job writes; removed before each run. */
  readonly output?: string
  /** Throws when the run did not do all of the work. */
  readonly check?: (cost: Cost) => Promise<void> | void
}

export interface JobResult {
  readonly name: string
  readonly meaning: string
  readonly argv: readonly string[]
  readonly wallS: number
  readonly cpuS: number
  readonly peakRssBytes: number
  readonly outputBytes: number | null
  readonly exitCodes: readonly number[]
  readonly runs: readonly { wallS: number; cpuS: number; peakRssBytes: number }[]
}

/** Interleaved, so that a slow minute of the machine falls on all jobs; medians of each figure. */
export async function runJobs(
  jobs: readonly Job[],
  runs: number,
  say: (line: string) => void,
): Promise<JobResult[]> {
  const costs = new Map<Job, Cost[]>(jobs.map((job) => [job, []]))
  const sizes = new Map<Job, number>()
  for (let run = 1; run <= runs; run++) {
    for (const job of jobs) {
      removeOutput(job)
      const cost = await measure(job.command)
      await job.check?.(cost)
      costs.get(job)!.push(cost)
      if (job.output !== undefined) sizes.set(job, statSync(job.output).size)
      say(`  ${run}/${runs} ${job.name}: ${cost.wallS.toFixed(2)} s`)
    }
  }
  return jobs.map((job) => {
    const all = costs.get(job)!
    return {
      name: job.name,
      meaning: job.meaning,
      argv: job.command.argv,
      wallS: median(all.map((c) => c.wallS)),
      cpuS: median(all.map((c) => c.cpuS)),
      peakRssBytes: median(all.map((c) => c.peakRssBytes)),
      outputBytes: sizes.get(job) ?? null,
      exitCodes: [...new Set(all.map((c) => c.exitCode))],
      runs: all.map(({ wallS, cpuS, peakRssBytes }) => ({ wallS, cpuS, peakRssBytes })),
    }
  })
}

export function removeOutput(job: Pick<Job, 'output'>): void {
  if (job.output === undefined) return
  for (const suffix of ['', '-journal', '-wal', '.wal', '.work']) {
    rmSync(job.output + suffix, { recursive: true, force: true })
  }
}

export function indexTable(corpus: Corpus, results: readonly JobResult[]): string {
  const wallOf = (name: string): number => results.find((r) => r.name === name)?.wallS ?? Number.NaN
  const cpuOf = (name: string): number => results.find((r) => r.name === name)?.cpuS ?? Number.NaN
  const rows = results.map((r) => [
    r.name,
    r.wallS.toFixed(2),
    ratio(r.wallS / wallOf('duckdb')),
    ratio(r.wallS / wallOf('duckdb-file')),
    ratio(r.wallS / wallOf('gzip')),
    r.cpuS.toFixed(2),
    ratio(r.cpuS / cpuOf('gzip')),
    ratio(r.cpuS / cpuOf('python')),
    Math.round(corpus.key.records / r.wallS).toLocaleString('en'),
    (r.peakRssBytes / 2 ** 20).toFixed(0),
    r.outputBytes === null ? '-' : ratio(r.outputBytes / corpus.key.jsonBytes),
  ])
  const head = [
    'job',
    'wall s',
    '÷ duckdb',
    '÷ duckdb-file',
    '÷ gzip',
    'CPU s',
    'CPU ÷ gzip',
    'CPU ÷ python',
    'records/s',
    'peak MB',
    'written ÷ JSON',
  ]
  return textTable(head, rows)
}

/** What a record costs coldtrail in one archive, against the first of the run. */
export function profileTable(
  done: readonly { readonly corpus: Corpus['key']; readonly jobs: readonly JobResult[] }[],
): string {
  const costs = done.flatMap(({ corpus, jobs }) => {
    const job = jobs.find(({ name }) => name === 'coldtrail')
    return job === undefined ? [] : [{ name: corpus.name, cpuUs: (job.cpuS / corpus.records) * 1e6 }]
  })
  const first = costs[0]?.cpuUs ?? Number.NaN
  const rows = costs.map(({ name, cpuUs }) => [name, cpuUs.toFixed(1), ratio(cpuUs / first)])
  return textTable(['archive', 'coldtrail, CPU µs a record', '÷ the first'], rows)
}

const ratio = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : '-')

export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}
