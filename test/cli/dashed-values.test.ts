import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import FindText from '../../src/commands/find/text.js'
import FindWindow from '../../src/commands/find/window.js'
import { EVENTS, tinyCase } from '../helpers/tiny-case.js'
import { tempFolder } from '../helpers/temp-folder.js'
import { runCommand, type Ran, type RunnableCommand } from './in-process.js'

const folder = tempFolder('dashes')
const tiny = tinyCase(
  EVENTS.map((event, at) => (at === 0 ? { ...event, event: '--case', region: '--json' } : event)),
)
beforeAll(() => {
  FindWindow.id = 'find:window'
})
afterAll(() => {
  Reflect.deleteProperty(FindWindow, 'id')
})

const run = (command: unknown, ...argv: string[]): Promise<Ran> =>
  runCommand(command as RunnableCommand, '--case', tiny.path, ...argv)
const window = (...argv: string[]): Promise<Ran> => run(FindWindow, '--until', '9000-01-01', ...argv)

describe('a value that looks like a flag', () => {
  it.each([['--event=--case'], ['--region=--json'], ['--event=--case', '--region=--json', '--event=x']])(
    'is one: %s',
    async (...argv) => {
      const { exit, stdout } = await window(...argv, '--format', 'jsonl')
      expect({ exit, lines: stdout.trimEnd().split('\n').length }).toEqual({ exit: 0, lines: 1 })
      expect(JSON.parse(stdout)).toMatchObject({ event_name: '--case', aws_region: '--json' })
    },
  )

  it.each([
    [['--event', '--limit'], 'Flag --event expects a value'],
    [['--limit=--case'], '--limit: expected an integer but received: --case'],
    [['--format=--case'], 'Expected --format=--case to be one of'],
    [['--nope=--case'], 'there is no flag --nope=--case'],
    [['--since=--case'], "--since: '--case' is not a time"],
  ])('is refused as any other: %j', async (argv, reason) => {
    const { exit, stderr } = await window(...argv)
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining(reason) as string })
  })

  it('is logged as it was typed, and may be what to look for', async () => {
    const log = path.join(folder, 'log.jsonl')
    await window('--event=--case', '--log', log)
    expect((JSON.parse(readFileSync(log, 'utf8')) as { argv: string[] }).argv).toContain('--event=--case')
    expect(await run(FindText, '--', '--event=--case')).toMatchObject({ exit: 0, stdout: '' })
  })
})
