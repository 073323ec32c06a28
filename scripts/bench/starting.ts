/** How long the program takes to start, compared with Node alone: wall time of the whole process, runs taken in turn. */
import { coldtrail } from './coldtrail.js'
import { measure, median, type Command } from './measure.js'

const COMMANDS: Readonly<Record<string, Command>> = {
  'node -e 0': { argv: [process.execPath, '-e', '0'] },
  'coldtrail --version': coldtrail(['--version']),
  'coldtrail --help': coldtrail(['--help']),
}

export interface Start {
  readonly name: string
  /** Median, in ms. */
  readonly wallMs: number
  /** To Node alone. */
  readonly ratio: number
}

export async function measureStarts(runs: number): Promise<Start[]> {
  const walls = new Map(Object.keys(COMMANDS).map((name) => [name, [] as number[]]))
  for (let run = 0; run < runs; run++) {
    for (const [name, command] of Object.entries(COMMANDS)) {
      walls.get(name)!.push((await measure(command)).wallS * 1000)
    }
  }
  const medians = [...walls].map(([name, all]) => [name, median(all)] as const)
  const [, node] = medians[0]!
  return medians.map(([name, wallMs]) => ({ name, wallMs, ratio: wallMs / node }))
}

export function startTable(starts: readonly Start[]): string {
  const lines = starts.map(
    ({ name, wallMs, ratio }) =>
      `| ${name.padEnd(20)} | ${wallMs.toFixed(0).padStart(4)} | ${ratio.toFixed(2)} |`,
  )
  return [
    '| start                |   ms | ÷ node |',
    '| -------------------- | ---- | ------ |',
    ...lines,
  ].join('\n')
}
