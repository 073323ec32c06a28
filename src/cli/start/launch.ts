/**
 * Entry point. A command line that names a command runs it directly from the build's manifest. Help,
 * completion and anything else go to oclif, which first reads package files and plug-ins and takes twice as
 * long.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import PACKAGE from '../../../package.json' with { type: 'json' }
import type { CaseError } from '../../model/case-error.js'
import { escapeUnsafe } from '../../render/json-text.js'
import { printable } from '../../render/printable.js'
import { watchOutput } from '../output/output-failure.js'
import { errorResult, errorText } from '../output/error-output.js'
import { asSystemError } from '../output/system-error.js'
import { unknownCommand } from './unknown-command.js'
import { readDirect, type DirectCommand, type Manifest } from './direct-command.js'

const VERSION = `${PACKAGE.name}/${PACKAGE.version} ${process.platform}-${process.arch} node-${process.version}`

/** @param root package folder, ending in a slash. */
export async function launch(root: URL): Promise<void> {
  watchOutput()
  if (process.platform === 'win32') {
    // Paths are byte strings with '/', file modes and signals are POSIX.
    process.stderr.write(
      'Error: coldtrail does not run on native Windows paths\nhint: run it in WSL2, where it works as on Linux\n',
    )
    process.exitCode = 2
    return
  }
  process.umask(0o077)
  const argv = usualWords(process.argv.slice(2))
  if (argv[0] === '--version') {
    process.stdout.write(`${VERSION}\n`)
    return
  }
  try {
    const manifest = readManifest(root)
    const direct = readDirect(argv, manifest)
    if (direct === undefined) await runOther(root, argv, Object.keys(manifest.commands))
    else await runDirect(root, direct)
  } catch (error) {
    const refused = asSystemError(error)
    if (refused === null) {
      const { handle } = await import('@oclif/core')
      await handle(shown(error as Error))
    } else fail(refused, argv)
  }
}

/** Common words in oclif's spelling: no command has a -h flag or is named version. */
function usualWords(typed: readonly string[]): string[] {
  if (typed.length === 1 && typed[0] === 'version') return ['--version']
  return typed.at(-1) === '-h' && !typed.includes('--') ? [...typed.slice(0, -1), '--help'] : [...typed]
}

function readManifest(root: URL): Manifest {
  return JSON.parse(readFileSync(new URL('oclif.manifest.json', root), 'utf8')) as Manifest
}

async function runDirect(root: URL, { id, file, args }: DirectCommand): Promise<void> {
  const [{ quickConfig }, { default: command }] = await Promise.all([
    import('./quick-config.js'),
    import(new URL(file, root).href) as Promise<{ default: RunnableCommand }>,
  ])
  command.id = id
  await command.run(args, quickConfig(fileURLToPath(root), VERSION))
}

interface RunnableCommand {
  id: string
  run(argv: string[], config: unknown): Promise<unknown>
}

async function runOther(root: URL, argv: string[], ids: readonly string[]): Promise<void> {
  const unknown = argv.includes('--help') ? undefined : unknownCommand(argv, ids)
  if (unknown === undefined) {
    await runOclif(root, argv)
    return
  }
  fail(unknown, argv)
}

function fail(error: CaseError, argv: readonly string[]): void {
  process.exitCode = error.exit
  if (argv.includes('--json'))
    process.stdout.write(`${escapeUnsafe(JSON.stringify(errorResult(error), null, 2))}\n`)
  else process.stderr.write(errorText(error))
}

/** Without user plug-ins: a file in the home folder must not run code in an investigation. */
async function runOclif(root: URL, argv: string[]): Promise<void> {
  const { Config, run } = await import('@oclif/core')
  const config = await Config.load({ root: fileURLToPath(root), userPlugins: false, devPlugins: false })
  await run(argv, config)
}

/** oclif's messages echo the command line, control characters included. */
function shown(error: Error): Error {
  error.message = error.message.replaceAll('\t', '    ').split('\n').map(printable).join('\n')
  return error
}
