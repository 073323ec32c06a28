/** Output that can not be written: told in one line, with an exit code, whichever command wrote and however. */
import { writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { EXIT } from '../../model/case-error.js'
import { isNoSpace } from '../../model/no-space.js'

let failure: NodeJS.ErrnoException | undefined

/** Of the first failure; a reader that went away is none. Call it before oclif is loaded, which throws what the stream tells. */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (failure !== undefined || error.code === 'EPIPE') return
    failure = error
    process.on('uncaughtException', (thrown) => {
      if (thrown !== failure) throw thrown
    })
    process.on('exit', () => {
      process.exitCode = exitOf(error)
      tellLast(
        process.exitCode === EXIT.diskFull
          ? 'Error: no space left for the output: what was written is not the whole answer'
          : `Error: the output can not be written (${error.code ?? error.message}): it is not the whole answer`,
      )
    })
  })
  // Nowhere is left to say it.
  process.stderr.on('error', () => undefined)
}

/** Whether it is told at the end. */
export function isOutputFailure(error: unknown): boolean {
  return failure !== undefined && (error === failure || (error as { cause?: unknown }).cause === failure)
}

/** The exit code of an output that can not be written, once all was tried; undefined where it came out. */
export async function failedOutput(): Promise<number | undefined> {
  if (process.stdout.writableLength > 0) await new Promise((resolve) => process.stdout.write('', resolve))
  // The stream tells it in a later turn.
  await setImmediate()
  return failure === undefined ? undefined : exitOf(failure)
}

function exitOf(error: NodeJS.ErrnoException): number {
  return isNoSpace(error) ? EXIT.diskFull : EXIT.usage
}

function tellLast(line: string): void {
  try {
    writeSync(2, `${line}\n`)
  } catch {
    // The same.
  }
}
