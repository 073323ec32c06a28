/** What starts a command at once has to end as oclif's own way does: same output, same exit code. */
import { pathToFileURL } from 'node:url'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readDirect } from '../../src/cli/direct-command.js'
import { QUICKSTART, quickstartCase } from '../contracts/quickstart-case.js'
import { ROOT, start, startCommand, type Run } from '../helpers/cli.js'

const OCLIF = pathToFileURL(path.join(ROOT, 'node_modules/@oclif/core/lib/index.js')).href

/** The program as oclif starts it: package files, plug-ins and all. */
const PLAIN = `
import oclif from ${JSON.stringify(OCLIF)}
process.argv.splice(1, 0, 'coldtrail')
const { Config, flush, handle, run } = oclif
try {
  await run(process.argv.slice(2), await Config.load({ root: ${JSON.stringify(ROOT)}, userPlugins: false, devPlugins: false }))
  await flush()
} catch (error) {
  await handle(error)
}`

let caseFile: string

beforeAll(async () => {
  caseFile = await quickstartCase()
})

const startPlain = (args: readonly string[], cwd: string): Promise<Run> =>
  startCommand(process.execPath, ['--input-type=module', '-e', PLAIN, '--', ...args], {
    cwd,
    env: { COLDTRAIL_CASE: caseFile },
  }).done

/** oclif's messages have tabs; ours must not send what was typed to a terminal, and a tab could be of that. */
const shown = (stderr: string): string => stderr.replaceAll('\t', '    ')

describe('a command line', () => {
  it.each([
    ['--version'],
    [],
    ['--help'],
    ['help', 'find'],
    ['find'],
    ['find', '--help'],
    ['find', 'request'],
    ['find', 'request', '--help'],
    ['find', 'request', '--json'],
    ['find', 'text', 'x', '--limit', '0', '--json'],
    ['find', 'request', 'a', 'b'],
    ['find', 'text', 'StopLogging', '--format', 'jsonl'],
    ['find:text', 'StopLogging', '--format', 'csv'],
    ['find', 'text', 'a=b'],
    ['find', 'text', '--limit', 'many', 'StopLogging'],
    ['find', 'text', '--no-such-flag', 'StopLogging'],
    ['find', 'text', '--limit', '1', '--', '--help'],
    ['find', 'nothing'],
    ['info', '--json'],
    ['info', 'bucket'],
    ['info', '--case', 'not-there.sqlite', '--json'],
    ['digest', 'verify', '--nonsense'],
    ['handoff', 'verify', 'not-there.sqlite'],
    ['no-such-command'],
    ['no-such-command', '--json'],
    ['--json'],
    ['constructor'],
  ])('%j %j %j %j ends as with oclif alone', async (...words) => {
    const args = words.filter((word: string | undefined) => word !== undefined)
    const options = { cwd: QUICKSTART, env: { COLDTRAIL_CASE: caseFile } }
    const [ours, plain] = await Promise.all([start(args, options).done, startPlain(args, QUICKSTART)])
    const { code, stdout, stderr } = plain
    expect({ code: ours.code, stdout: ours.stdout, stderr: ours.stderr }).toEqual({
      code,
      stdout,
      stderr: shown(stderr),
    })
  })
})

it('is told to be wrong in JSON as any error is', async () => {
  const { code, stdout, stderr } = await start(['info', '--nonsense', '--json']).done
  const error = { message: 'Nonexistent flag: --nonsense', hint: 'See more help with --help', exit: 2 }
  expect({ code, stderr, result: JSON.parse(stdout) as unknown }).toEqual({
    code: 2,
    stderr: '',
    result: { error },
  })
})

describe('readDirect', () => {
  const manifest = {
    commands: {
      info: { args: {}, relativePath: ['dist', 'info.js'] },
      handoff: { args: { out: {} }, relativePath: ['dist', 'handoff', 'index.js'] },
      'handoff:verify': { args: { file: {} }, relativePath: ['dist', 'handoff', 'verify.js'] },
    },
  }
  const id = (...argv: string[]): string | undefined => readDirect(argv, manifest)?.id

  it('takes the longest name, and leaves the rest to the command', () => {
    expect(readDirect(['handoff', 'verify', 'x', '--json'], manifest)).toEqual({
      id: 'handoff:verify',
      file: 'dist/handoff/verify.js',
      args: ['x', '--json'],
    })
    expect(id('handoff', 'out.sqlite', 'verify')).toBe('handoff')
  })

  it('leaves help, unknown names and words too many to oclif', () => {
    expect([
      id(),
      id('--json'),
      id('info', '--help'),
      id('info', 'x'),
      id('nothing'),
      id('toString'),
    ]).toEqual(new Array(6).fill(undefined))
    expect(id('info', '--', '--help')).toBe('info')
  })
})
