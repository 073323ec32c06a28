/** Which command a command line names, from oclif's manifest alone; only where oclif would without doubt find the same. */

/** What is read of oclif.manifest.json. */
export interface Manifest {
  readonly commands: Readonly<Record<string, ManifestEntry>>
}

interface ManifestEntry {
  readonly args?: Readonly<Record<string, unknown>>
  /** From the root of the package to the module of the command. */
  readonly relativePath?: readonly string[]
}

export interface DirectCommand {
  /** Words with `:` between them. */
  readonly id: string
  /** Module of the command, from the root of the package. */
  readonly file: string
  /** What was typed after the words of the command. */
  readonly args: string[]
}

/** @returns undefined for oclif to decide: help, topics, plug-ins, words that are no command. */
export function readDirect(argv: readonly string[], { commands }: Manifest): DirectCommand | undefined {
  if (asksForHelp(argv)) return undefined
  const end = argv.findIndex((word) => word.startsWith('-') || word.includes('='))
  const words = end < 0 ? argv : argv.slice(0, end)
  for (let length = words.length; length > 0; length -= 1) {
    const id = words.slice(0, length).join(':')
    const command = Object.hasOwn(commands, id) ? commands[id] : undefined
    if (command?.relativePath === undefined) continue
    const takesArgs = Object.keys(command.args ?? {}).length > 0
    // `info bucket` asks for a command of that name.
    if (length < words.length && !takesArgs) return undefined
    return { id, file: command.relativePath.join('/'), args: argv.slice(length) }
  }
  return undefined
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end < 0 ? argv : argv.slice(0, end)).includes('--help')
}
