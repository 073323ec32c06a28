/** Runs a command in this process and takes what it writes. */
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
}

export interface RunnableCommand {
  run(argv: string[], options: { root: string }): Promise<unknown>
}

export async function runCommand(command: RunnableCommand, ...argv: string[]): Promise<Ran> {
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
    await command.run(argv, { root: ROOT })
    return { stdout: texts[0], stderr: texts[1], exit: process.exitCode }
  } catch (error) {
    const { message, oclif } = error as { message: string; oclif?: { exit?: number } }
    return { stdout: texts[0], stderr: message, exit: oclif?.exit ?? 1 }
  } finally {
    process.exitCode = 0
    streams.forEach((stream, index) => {
      stream.write = writes[index] as typeof stream.write
    })
  }
}
