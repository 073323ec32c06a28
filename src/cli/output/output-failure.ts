/** Handles failing output of any command: one line on stderr and an exit code. */
import { writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { EXIT } from '../../model/case-error.js'
import { isNoSpace } from '../../model/no-space.js'

let failure: NodeJS.ErrnoException | undefined

/**
 * Remembers the first failure, except a closed pipe. Call it before oclif is loaded, which throws on stream
 * errors.
 */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (failure !== undefined || error.code === 'EPIPE') return
    failure = error
    process.on('uncaughtException', (thrown) => {
      if (thrown !== failure) throw thrown
    })
    process.on('exit', () => {
      process.exitCode = exitOf(error)
      writeLast(
        process.exitCode === EXIT.diskFull
          ? 'Error: no space left for the output: the answer is incomplete'
          : `Error: cannot write the output (${error.code ?? error.message}): the answer is incomplete`,
      )
    })
  })
  // stderr is closed too: nowhere left to report.
  process.stderr.on('error', () => undefined)
}

/** Whether failedOutput() reports it. */
export function isOutputFailure(error: unknown): boolean {
  return failure !== undefined && (error === failure || (error as { cause?: unknown }).cause === failure)
}

/** Exit code if output failed, after all writes were attempted; else undefined. */
export async function failedOutput(): Promise<number | undefined> {
  if (process.stdout.writableLength > 0) await new Promise((resolve) => process.stdout.write('', resolve))
  // The stream emits the error in a later turn.
  await setImmediate()
  return failure === undefined ? undefined : exitOf(failure)
}

function exitOf(error: NodeJS.ErrnoException): number {
  return isNoSpace(error) ? EXIT.diskFull : EXIT.usage
}

function writeLast(line: string): void {
  try {
    writeSync(2, `${line}\n`)
  } catch {
    // stderr is closed too: nowhere left to report.
  }
}
