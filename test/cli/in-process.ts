/** Runs a command in this process and takes what it writes. */
import { fileURLToPath } from 'node:url'
import Verify from '../../src/commands/verify.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
}

type Thrown = Error & { readonly oclif?: { readonly exit?: number } }

export interface RunnableCommand {
  run(argv: string[], options: { root: string }): Promise<unknown>
}

/**
 * `verify` without threads where no flag asks for them: a small case takes less time than their start.
 * `error`: what the command threw, with which its own caller would have to deal.
 */
export async function tryCommand(
  command: RunnableCommand,
  ...argv: string[]
): Promise<Ran & { readonly error?: Thrown }> {
  const isThreaded = (command as unknown) === Verify && !argv.includes('--workers')
  const streams = [process.stdout, process.stderr] as const
  const texts: [string, string] = ['', '']
  const writes = streams.map((stream) => stream.write.bind(stream))
  streams.forEach((stream, index) => {
    stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
      texts[index as 0 | 1] += String(chunk)
      const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined
      done?.()
      return true
    }
  })
  process.exitCode = 0
  try {
    await command.run(isThreaded ? [...argv, '--workers', '0'] : argv, { root: ROOT })
    return { stdout: texts[0], stderr: texts[1], exit: process.exitCode }
  } catch (error) {
    return { stdout: texts[0], stderr: texts[1], exit: 1, error: error as Thrown }
  } finally {
    process.exitCode = 0
    streams.forEach((stream, index) => {
      stream.write = writes[index] as typeof stream.write
    })
  }
}

/** Reports an error like the program: by its message and exit code. */
export async function runCommand(command: RunnableCommand, ...argv: string[]): Promise<Ran> {
  const { error, ...ran } = await tryCommand(command, ...argv)
  if (error === undefined) return ran
  return { stdout: ran.stdout, stderr: error.message, exit: error.oclif?.exit ?? 1 }
}
