/**
 * Resolves a command line from oclif's manifest alone, only where oclif would certainly choose the same
 * command.
 */

/** The parts of oclif.manifest.json that are read. */
export interface Manifest {
  readonly commands: Readonly<Record<string, ManifestEntry>>
}

interface ManifestEntry {
  readonly args?: Readonly<Record<string, unknown>>
  /** Path of the command's module from the package root. */
  readonly relativePath?: readonly string[]
}

export interface DirectCommand {
  /** Words joined with `:`. */
  readonly id: string
  /** Path of the command's module from the package root. */
  readonly file: string
  /** Arguments after the words of the command. */
  readonly args: string[]
}

/** @returns undefined if oclif must decide: help, topics, plug-ins, unknown words. */
export function readDirect(argv: readonly string[], { commands }: Manifest): DirectCommand | undefined {
  if (asksForHelp(argv)) return undefined
  const end = argv.findIndex((word) => word.startsWith('-') || word.includes('='))
  const words = end < 0 ? argv : argv.slice(0, end)
  for (let length = words.length; length > 0; length -= 1) {
    const id = words.slice(0, length).join(':')
    const command = Object.hasOwn(commands, id) ? commands[id] : undefined
    if (command?.relativePath === undefined) continue
    const takesArgs = Object.keys(command.args ?? {}).length > 0
    // `info bucket` could be a command of that name.
    if (length < words.length && !takesArgs) return undefined
    return { id, file: command.relativePath.join('/'), args: argv.slice(length) }
  }
  return undefined
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end < 0 ? argv : argv.slice(0, end)).includes('--help')
}
