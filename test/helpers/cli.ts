/** Runs the built program as a user would, in this process or in one of its own, and reads what it left behind. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import type { IngestTotals } from '../../src/ingest/plan.js'
import { times } from './counts.js'
import { environment, runHere } from './run-here.js'

export { DISK, tempFolder } from './temp-folder.js'

export const ROOT = path.resolve(import.meta.dirname, '../..')
export const BIN = path.join(ROOT, 'dist/bin.js')
if (!existsSync(BIN)) throw new Error(`the built program ${BIN} is missing: run npm run build first`)

export interface RunOptions {
  readonly input?: string | Buffer
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Words that go before node: strace, bash -c, … */
  readonly prefix?: readonly string[]
  /** Leader of its own process group, so that the whole group can be killed. */
  readonly detached?: boolean
  /** Milliseconds until the run counts as hung: long, for a busy machine. */
  readonly timeout?: number
}

export interface Run {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: Buffer
  readonly stdout: string
  readonly stderr: string
}

export interface ProcessRun extends Run {
  readonly ms: number
  /** Largest resident memory of the process (threads included), in MB: VmHWM, read every 20 ms. */
  readonly peakMb: number
}

export interface Started {
  readonly child: ChildProcess
  readonly done: Promise<ProcessRun>
}

export function start(args: readonly string[], options: RunOptions = {}): Started {
  const [command = process.execPath, ...rest] = [...(options.prefix ?? []), process.execPath, BIN, ...args]
  return startCommand(command, rest, options)
}

/** Any other program, watched in the same way. */
export function startCommand(command: string, args: readonly string[], options: RunOptions = {}): Started {
  const began = performance.now()
  const child = spawn(command, args, {
    cwd: options.cwd ?? tmpdir(),
    env: environment(options.env),
    detached: options.detached ?? false,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  // A program that reads no input may end before it is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  let peakMb = 0
  const look = setInterval(() => {
    peakMb = Math.max(peakMb, highWaterMb(child.pid))
  }, 20)
  let hung = false
  const limit = setTimeout(
    () => {
      hung = true
      child.kill('SIGKILL')
    },
    options.timeout ?? times(500_000, 3_600_000),
  )
  const done = new Promise<ProcessRun>((resolve, reject) => {
    const stop = (): void => {
      clearInterval(look)
      clearTimeout(limit)
    }
    child.once('error', (error) => {
      stop()
      reject(error)
    })
    child.once('close', (code, signal) => {
      stop()
      const all = Buffer.concat(out)
      const stderr = Buffer.concat(err).toString('utf8')
      if (hung) reject(new Error(`hung: ${[command, ...args].join(' ')}\n${stderr}`))
      resolve({
        code,
        signal,
        out: all,
        stdout: all.toString('utf8'),
        stderr,
        ms: performance.now() - began,
        peakMb,
      })
    })
  })
  return { child, done }
}

/**
 * Runs a command to its end: the built program, in this process, which is twenty times as fast as starting one. In a process of
 * its own where an option asks for that, and where the command starts itself again. `verify` has no threads where no flag asks for
 * them. A bug (exit 1, a stack trace) fails the test
 * wherever it shows.
 */
export async function run(args: readonly string[], { cwd, ...options }: RunOptions = {}): Promise<Run> {
  if (args[0] === 'verify' && !args.includes('--workers')) args = [...args, '--workers', '0']
  const own = Object.keys(options).length > 0 || args.includes('-') || OWN_PROCESS.has(args[0] ?? '')
  return withoutBug(
    args,
    own
      ? await start(args, cwd === undefined ? options : { ...options, cwd }).done
      : await runHere(args, cwd ?? tmpdir()),
  )
}

const OWN_PROCESS = new Set(['sql', 'selftest'])

/** The same in a process of its own, always. */
export async function runProcess(args: readonly string[], options: RunOptions = {}): Promise<ProcessRun> {
  return withoutBug(args, await start(args, options).done)
}

function withoutBug<Result extends Run>(args: readonly string[], result: Result): Result {
  if (result.code === 1 || /^\s+at .+:\d+:\d+\)?$/m.test(result.stderr)) {
    throw new Error(
      `coldtrail ${args.join(' ')} ended with ${result.code}:\n${result.stderr}\n${result.stdout.slice(0, 2000)}`,
    )
  }
  return result
}

export interface Indexed extends Run {
  readonly totals: IngestTotals
}

/** `coldtrail index … --json`, without threads where no flag asks for them; its totals must add up for any input. */
export async function index(
  paths: readonly string[],
  caseFile: string,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<Indexed> {
  const threads = flags.includes('--workers') ? [] : ['--workers', '0']
  return withTotals(await run(indexArgs(paths, caseFile, [...threads, ...flags]), options))
}

/** The same in a process of its own, always, with the threads of the machine. */
export async function indexProcess(
  paths: readonly string[],
  caseFile: string,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<Indexed & ProcessRun> {
  return withTotals(await runProcess(indexArgs(paths, caseFile, flags), options))
}

function indexArgs(paths: readonly string[], caseFile: string, flags: readonly string[]): string[] {
  return ['index', ...paths, '--case', caseFile, '--json', ...flags]
}

function withTotals<Result extends Run>(result: Result): Result & Indexed {
  if (result.stdout === '') {
    throw new Error(
      `index ended with ${result.code ?? result.signal ?? '?'} and no totals:\n${result.stderr}`,
    )
  }
  const totals = JSON.parse(result.stdout) as IngestTotals & { error?: { message: string } }
  if (totals.error !== undefined) throw new Error(`index ended with ${result.code}: ${totals.error.message}`)
  expectReconciled(totals)
  return { ...result, totals }
}

function expectReconciled({ files, members, records }: IngestTotals): void {
  for (const [what, found] of Object.entries({ files, members })) {
    const { indexed, duplicate, alreadyIndexed, neighbours, skipped, rejected } = found
    const sum = indexed + duplicate + alreadyIndexed + neighbours + skipped + rejected
    expect({ what, sum, parts: found }).toEqual({ what, sum: found.found, parts: found })
  }
  const values = records.events + records.duplicates + records.replaced + records.rejected
  expect({ what: 'records', sum: values, parts: records }).toEqual({
    what: 'records',
    sum: records.found,
    parts: records,
  })
}

export interface Info {
  readonly logical_digest: string
  readonly state: string
  readonly events: number
  readonly appearances: number
  readonly sources: Readonly<Record<string, number>>
  readonly kinds: Readonly<Record<string, number>>
  readonly problems: Readonly<Record<string, number>>
  readonly records: IngestTotals['records']
  readonly runs: readonly { readonly status: string }[]
}

export async function info(caseFile: string): Promise<Info> {
  const result = await run(['info', '--case', caseFile, '--json'])
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(result.stdout) as Info
}

export interface Row {
  readonly event_id: string
  readonly event_time: string | null
  readonly event_name: string | null
  readonly event_source: string | null
  readonly request_id: string | null
  readonly principal: string | null
  readonly principal_arn: string | null
  readonly source_ip_address: string | null
  readonly source_path: string
  readonly record_offset: number
  readonly record_length: number
  readonly appearances: number
  readonly resources?: readonly {
    readonly arn: string | null
    readonly type: string | null
    readonly role: string
  }[]
  readonly [column: string]: unknown
}

/** `coldtrail find KIND [VALUE] …` as rows. */
export async function find(caseFile: string, ...args: readonly string[]): Promise<Row[]> {
  const result = await run(['find', args[0] ?? '', '--case', caseFile, '--format', 'jsonl', ...args.slice(1)])
  expect({ args, code: result.code, stderr: result.code === 0 ? '' : result.stderr }).toEqual({
    args,
    code: 0,
    stderr: '',
  })
  return parseLines<Row>(result.stdout)
}

/** eventIDs, sorted. */
export async function findIds(caseFile: string, ...args: readonly string[]): Promise<string[]> {
  return (await find(caseFile, ...args)).map((row) => row.event_id).sort()
}

export interface ProblemRow {
  readonly kind: string
  readonly path: string
  readonly record_index: number | null
  readonly byte_offset: number | null
  readonly byte_length: number | null
  readonly event_id: string | null
  readonly detail: string
}

export async function listProblems(caseFile: string): Promise<ProblemRow[]> {
  const result = await run(['problems', '--list', '--format', 'jsonl', '--case', caseFile])
  expect(result.code).toBe(0)
  return parseLines<ProblemRow>(result.stdout)
}

export function parseLines<Value>(text: string): Value[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Value)
}

/** The record text of a `--records` row, cut out of the line: parsing and printing it again would prove nothing. */
export function recordText(line: string): string {
  const key = ',"record":'
  const at = line.indexOf(key)
  if (at < 0) throw new Error(`no record in ${line.slice(0, 200)}`)
  return line.slice(at + key.length, line.lastIndexOf('}'))
}

/** Runs jobs a few at a time, answers in order: most of a run is waiting for the process to start. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  job: (item: Item) => Promise<Result>,
  width = 3,
): Promise<Result[]> {
  const results = new Array<Result>(items.length)
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await job(items[at]!)
  }
  await Promise.all(Array.from({ length: width }, worker))
  return results
}

function highWaterMb(pid: number | undefined): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'latin1'))
    return match === null ? 0 : Number(match[1]) / 1024
  } catch {
    return 0
  }
}
