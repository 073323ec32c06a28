/**
 * Runs a command to its end and says what it cost.
 *
 * How: wall time by this process's clock. CPU seconds (user + system, waited-for children included) and peak RSS by
 * GNU time (`/usr/bin/time`, as Debian's package `time` installs it), which asks the kernel (wait4). Its peak RSS is that of
 * the largest single process, so for `xargs gzip` it is one gzip; coldtrail and DuckDB are one process each, threads included.
 * Without GNU time (macOS, BusyBox) Linux's /proc is polled every 20 ms, for the command's own process only; without
 * /proc too, CPU and RSS are NaN. `Cost.by` says which it was.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface Command {
  readonly argv: readonly [string, ...string[]]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** What it prints is for nobody: it may be more than a string can hold. */
  readonly discard?: boolean
  /** Exit codes that are as expected; default only 0. */
  readonly accept?: readonly number[]
}

export interface Cost {
  readonly wallS: number
  readonly cpuS: number
  readonly peakRssBytes: number
  readonly by: 'gnu-time' | '/proc' | 'wall-only'
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const GNU_TIME = '/usr/bin/time'
const POLL_MS = 20
/** Linux counts in jiffies of 1/100 s towards user space. */
const TICKS_PER_S = 100

const hasGnuTime = (): boolean =>
  existsSync(GNU_TIME) && /GNU/.test(String(spawnSync(GNU_TIME, ['--version'], { encoding: 'utf8' }).output))

const by: Cost['by'] = hasGnuTime() ? 'gnu-time' : existsSync('/proc/self/stat') ? '/proc' : 'wall-only'

export async function measure(command: Command): Promise<Cost> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'coldtrail-measure-'))
  const report = path.join(scratch, 'time')
  try {
    const [file, ...args] =
      by === 'gnu-time' ? [GNU_TIME, '-q', '-o', report, '-f', '%U %S %M', ...command.argv] : command.argv
    const run = await runToEnd(file, args, command)
    const accepted = command.accept ?? [0]
    if (!accepted.includes(run.exitCode)) {
      throw new Error(`${command.argv.join(' ')} exited ${run.exitCode}: ${run.stderr.trim().slice(-2000)}`)
    }
    if (by !== 'gnu-time') return { ...run, by }
    const [user, system, kilobytes] = readFileSync(report, 'utf8').trim().split(' ').map(Number)
    return { ...run, cpuS: user! + system!, peakRssBytes: kilobytes! * 1024, by }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function runToEnd(file: string, args: readonly string[], command: Command): Promise<Omit<Cost, 'by'>> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(file, args, {
      cwd: command.cwd,
      env: { ...process.env, ...command.env },
      stdio: ['ignore', command.discard === true ? 'ignore' : 'pipe', 'pipe'],
    })
    const polled = { cpuS: Number.NaN, peakRssBytes: Number.NaN }
    const poll =
      by === '/proc'
        ? setInterval(() => {
            Object.assign(polled, readProc(child.pid!))
          }, POLL_MS)
        : undefined
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(poll)
      resolve({
        wallS: (performance.now() - started) / 1000,
        ...polled,
        exitCode: code ?? -1,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      })
    })
  })
}

function readProc(pid: number): Partial<Cost> {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field may hold spaces and brackets; after it come state, ppid, …, utime (14), stime, cutime, cstime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0)
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return {
      cpuS: ticks / TICKS_PER_S,
      ...(peak === undefined ? {} : { peakRssBytes: Number(peak) * 1024 }),
    }
  } catch {
    return {}
  }
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** The value below which the share lies, between neighbours by straight line. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)]
  const high = sorted[Math.ceil(at)]
  if (low === undefined || high === undefined) return Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}
