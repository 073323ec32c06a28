/**
 * Runs the same command line in a child that can be killed. SQLite cannot be interrupted from its own
 * process: terminating a worker thread waits for the query to end.
 */
import { spawn } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import { CaseError } from '../model/case-error.js'

/** Holds the parent's process ID. */
const MARK = 'COLDTRAIL_TIMED_CHILD'

/**
 * The parent keeps the time limit and the log. The variable alone is not enough, a child also has an IPC
 * channel: anyone can set a variable.
 */
export function isTimedChild(): boolean {
  return process.channel !== undefined && process.env[MARK] === String(process.ppid)
}

/** Sends the number of rows shown, for the parent's log. */
export async function reportToParent(rows: number): Promise<void> {
  await new Promise((resolve) => process.send?.(rows, resolve))
}

/**
 * Passes on the child's exit code. @returns rows shown; null if the child did not report. @throws CaseError
 * exit 2 on timeout.
 */
export async function inTimedChild(seconds: number): Promise<number | null> {
  const child = spawn(process.execPath, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [MARK]: String(process.pid) },
  })
  let reported: number | null = null
  child.on('message', (rows) => {
    reported = Number(rows)
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    // Not on exit: its message may still be in transit.
    child.once('close', resolve)
  })
  clearTimeout(timer)
  if (child.signalCode === 'SIGKILL')
    throw new CaseError(`stopped after ${seconds} s`, {
      hint: 'narrow the statement, or allow more time: --timeout 600',
    })
  process.exitCode = code ?? 1
  return reported
}

/** In a thread, since SQLite blocks the main one. */
const WATCHDOG = `
const { parent } = require('node:worker_threads').workerData
const isAlive = () => {
  try {
    return process.ppid === parent && process.kill(parent, 0)
  } catch ({ code }) {
    return code === 'EPERM'
  }
}
setInterval(() => isAlive() || process.kill(process.pid, 'SIGKILL'), 250)`

/** In the child: a killed parent can no longer stop it. */
export function dieWithParent(): void {
  new Worker(WATCHDOG, { eval: true, workerData: { parent: Number(process.env[MARK]) } }).unref()
}
