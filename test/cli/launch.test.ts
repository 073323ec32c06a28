/** What starts a command at once has to end as oclif's own way does: same output, same exit code. */
import { pathToFileURL } from 'node:url'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { nearestWord } from '../../src/model/nearest-word.js'
import { readDirect } from '../../src/cli/start/direct-command.js'
import { QUICKSTART, quickstartCase } from '../contracts/quickstart-case.js'
import { BIN, ROOT, run, start, startCommand, type Run } from '../helpers/cli.js'

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
    ['info', '--json'],
    ['info', '--case', 'not-there.sqlite', '--json'],
    ['digest', 'verify', '--nonsense'],
    ['handoff', 'verify', 'not-there.sqlite'],
    ['--json'],
    ['no-such-command', '--help'],
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

it('is reported in JSON like any error', async () => {
  const { code, stdout, stderr } = await start(['info', '--nonsense', '--json']).done
  const error = { message: 'there is no flag --nonsense', hint: 'see coldtrail info --help', exit: 2 }
  expect({ code, stderr, result: JSON.parse(stdout) as unknown }).toEqual({
    code: 2,
    stderr: '',
    result: { error },
  })
})

describe('a mistyped command line gives two lines with what to type', () => {
  it.each([
    ['find nothing', 'there is no command find nothing', 'see coldtrail find --help'],
    [
      'find windw',
      'there is no command find windw',
      'did you mean coldtrail find window? see coldtrail find --help',
    ],
    ['sumary --by day', 'there is no command sumary', 'did you mean coldtrail summary? see coldtrail --help'],
    ['constructor', 'there is no command constructor', 'see coldtrail --help'],
    ['info bucket', 'coldtrail info takes no argument: bucket', 'see coldtrail info --help'],
    [
      'principals alice',
      'coldtrail principals takes no argument: alice',
      'of one: coldtrail find principal alice',
    ],
    [
      'find text a b',
      'unexpected argument for coldtrail find text: b',
      "words that belong together need quotes: coldtrail find text 'a b'",
    ],
    [
      'find window --since 1h b',
      'unexpected argument for coldtrail find window: b',
      'see coldtrail find window --help',
    ],
    [
      'find text a --sicne 1h',
      'there is no flag --sicne',
      'did you mean --since? see coldtrail find text --help',
    ],
    [
      'find text a --limit 0',
      '--limit: expected an integer greater than or equal to 1 but received: 0',
      'see coldtrail find text --help',
    ],
    [
      'show',
      'EVENT_ID is missing: eventID of the event or its first 8 characters, or request ID of a line.',
      'type it after coldtrail show, before any flags; see coldtrail show --help',
    ],
    [
      'lineage a --up --down',
      '--down cannot also be provided when using --up',
      'see coldtrail lineage --help',
    ],
    ['find window --since', 'Flag --since expects a value', 'see coldtrail find window --help'],
  ])('%s', async (typed, message, hint) => {
    const options = { cwd: QUICKSTART }
    const reported = await run(typed.split(' '), options)
    expect(reported).toMatchObject({ code: 2, stdout: '', stderr: `Error: ${message}\n  ${hint}\n` })
    const json = await run([...typed.split(' '), '--json'], options)
    if (!typed.endsWith('--since'))
      expect(JSON.parse(json.stdout)).toEqual({ error: { message, hint, exit: 2 } })
  })

  it('and their control characters do not act', async () => {
    const { stderr } = await start(['\u001b[31m'], {}).done
    expect(stderr).toBe('Error: there is no command ␛[31m\n  see coldtrail --help\n')
  })
})

it.each([
  ['sicne', 'since'],
  ['evnt', 'event'],
  ['verifi', 'verify'],
  ['x', undefined],
  ['nothing', undefined],
])('the word near %s is %s', (typed, meant) => {
  expect(nearestWord(typed, ['since', 'event', 'verify', 'window'])).toBe(meant)
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

describe('on native Windows', () => {
  it('says what to do, instead of failing inside', async () => {
    const asWindows = "data:text/javascript,Object.defineProperty(process,'platform',{value:'win32'})"
    const { code, stderr } = await startCommand(process.execPath, ['--import', asWindows, BIN, 'info']).done
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'Error: coldtrail does not run on native Windows paths\nhint: run it in WSL2, where it works as on Linux\n',
    })
  })
})
