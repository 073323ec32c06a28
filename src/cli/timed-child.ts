/**
 * Runs this same command line in a child that can be killed. A running SQLite query can not be stopped from its own process:
 * terminating a worker thread waits until the query ends.
 */
import { spawn } from 'node:child_process'
import { CaseError } from '../model/case-error.js'

const MARK = 'COLDTRAIL_TIMED_CHILD'

export function isTimedChild(): boolean {
  return process.env[MARK] === '1'
}

/** Passes the child's exit code on. @throws CaseError exit 2 when the time is up. */
export async function inTimedChild(seconds: number): Promise<void> {
  const child = spawn(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, [MARK]: '1' },
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  clearTimeout(timer)
  if (child.signalCode === 'SIGKILL')
    throw new CaseError(`stopped after ${seconds} s`, {
      hint: 'narrow the statement, or allow more time: --timeout 600',
    })
  process.exitCode = code ?? 1
}
