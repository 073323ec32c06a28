/**
 * Runs this same command line in a child that can be killed. A running SQLite query can not be stopped from its own process:
 * terminating a worker thread waits until the query ends.
 */
import { spawn } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import { CaseError } from '../model/case-error.js'

/** Holds the number of the parent's process. */
const MARK = 'COLDTRAIL_TIMED_CHILD'

/** Its parent keeps the time and the log, so that a variable of the environment alone makes nobody one: it has a channel to its parent, too. */
export function isTimedChild(): boolean {
  return process.channel !== undefined && process.env[MARK] === String(process.ppid)
}

/** How many rows were shown: for the parent's log. */
export async function tellParent(rows: number): Promise<void> {
  await new Promise((resolve) => process.send?.(rows, resolve))
}

/**
 * Passes the child's exit code on. @returns how many rows it has shown; null when it did not come to tell.
 * @throws CaseError exit 2 when the time is up.
 */
export async function inTimedChild(seconds: number): Promise<number | null> {
  const child = spawn(process.execPath, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [MARK]: String(process.pid) },
  })
  let told: number | null = null
  child.on('message', (rows) => {
    told = Number(rows)
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    // Not at its exit: what it told may still be on the way.
    child.once('close', resolve)
  })
  clearTimeout(timer)
  if (child.signalCode === 'SIGKILL')
    throw new CaseError(`stopped after ${seconds} s`, {
      hint: 'narrow the statement, or allow more time: --timeout 600',
    })
  process.exitCode = code ?? 1
  return told
}

/** In a thread, since the main one is inside SQLite. */
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

/** For the child: a parent that was killed stops nothing any more. */
export function dieWithParent(): void {
  new Worker(WATCHDOG, { eval: true, workerData: { parent: Number(process.env[MARK]) } }).unref()
}
