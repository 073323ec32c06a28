/**
 * Runs this same command line in a child that can be killed. A running SQLite query can not be stopped from its own process:
 * terminating a worker thread waits until the query ends.
 */
import { spawn } from 'node:child_process'
import { writeSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { CaseError } from '../model/case-error.js'

const MARK = 'COLDTRAIL_TIMED_CHILD'
/** Where the child tells its parent how many rows it has shown: for the parent's log. */
const ROWS_FD = 3

export function isTimedChild(): boolean {
  return process.env[MARK] === '1'
}

export function tellParent(rows: number): void {
  writeSync(ROWS_FD, String(rows))
}

/**
 * Passes the child's exit code on. @returns how many rows it has shown; null when it did not come to tell.
 * @throws CaseError exit 2 when the time is up.
 */
export async function inTimedChild(seconds: number): Promise<number | null> {
  const child = spawn(process.execPath, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [MARK]: '1' },
  })
  let told = ''
  const channel = child.stdio[ROWS_FD] as Readable
  channel.on('data', (text: Buffer) => (told += text.toString()))
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
  return told === '' ? null : Number(told)
}
