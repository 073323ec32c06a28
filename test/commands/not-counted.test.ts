/** The commands that count events note how many access-log lines match as well, and how to show them. */
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import FindResource from '../../src/commands/find/resource.js'
import FindWindow from '../../src/commands/find/window.js'
import Principals from '../../src/commands/principals.js'
import Resources from '../../src/commands/resources.js'
import Summary from '../../src/commands/summary.js'
import { makeRecord, put } from '../helpers/archive.js'
import { LINES, putBothKinds } from '../helpers/both-kinds.js'
import { index, runCommand, scratch } from '../verify/indexed.js'

const CASE = path.join(scratch(), 'case.sqlite')
const EVENTS_ONLY = path.join(scratch(), 'case.sqlite')

beforeAll(async () => {
  const folder = scratch()
  putBothKinds(folder)
  await index(CASE, [folder])
  const other = scratch()
  put(other, 'log.json', JSON.stringify({ Records: [makeRecord(0)] }))
  await index(EVENTS_ONLY, [other])
})

const NOTE = /^(.*) (?:is|are) not among these counts: coldtrail (.*)$/m

async function reported(
  command: unknown,
  ...argv: string[]
): Promise<readonly [number: string, ask: string]> {
  const { stderr, exit } = await runCommand(command, ...argv, '--case', CASE)
  expect(exit).toBe(0)
  const [, number, ask] = NOTE.exec(stderr) ?? []
  return [number ?? stderr, ask ?? '']
}

describe.each<[string, unknown, readonly string[]]>([
  ['summary', Summary, []],
  ['summary --by', Summary, ['--by', 'event_name']],
  ['principals', Principals, []],
  ['resources', Resources, []],
])('%s', (_name, command, argv) => {
  it('counts rows of other kinds, and the command that it names shows as many', async () => {
    const [number, ask] = await reported(command, ...argv)
    expect(number).toBe(`${LINES.length} lines of access logs, 1 count of aggregated events`)
    expect(ask).toBe(
      `find window --case ${CASE} --since 2024-03-04T00:00:00Z --kind access-log --kind aggregate`,
    )
    const found = await runCommand(FindWindow, ...ask.split(' ').slice(2))
    expect(found.stderr).toContain(number)
  })

  it('says nothing of a case that holds events only', async () => {
    const { stderr } = await runCommand(command, ...argv, '--case', EVENTS_ONLY)
    expect(stderr).not.toContain('access logs')
  })

  it('keeps the window and the filters', async () => {
    const scope = ['--since', '2024-03-04T00:02:00Z', '--until', '2024-03-04T00:03:00Z']
    const within = LINES.filter(
      ({ timeMs }) => timeMs >= Date.UTC(2024, 2, 4, 0, 2) && timeMs < Date.UTC(2024, 2, 4, 0, 3),
    )
    expect(await reported(command, ...argv, ...scope)).toEqual([
      `${within.length} lines of access logs`,
      `find window --case ${CASE} ${scope.join(' ')} --kind access-log`,
    ])
    const failed = within.filter(({ status, error }) => status >= 400 || error !== null)
    expect((await reported(command, ...argv, ...scope, '--error'))[0]).toBe(
      `${failed.length} lines of access logs`,
    )
  })

  it('does not let a filter that no line can answer pass for none', async () => {
    const { stderr } = await runCommand(command, ...argv, '--region', 'us-east-1', '--case', CASE)
    expect(stderr).toContain('access-log lines have no field for --region')
  })

  it('has the numbers in --json', async () => {
    const { stdout, stderr } = await runCommand(command, ...argv, '--json', '--case', CASE)
    expect(stderr).toBe('')
    const { not_counted: others } = JSON.parse(stdout) as { not_counted: unknown }
    expect(others).toEqual({ access_log_lines: LINES.length, aggregates: 1 })
  })
})

const OF_BUCKET = LINES.filter(({ bucket }) => bucket === 'logs-0').length

it('resources BUCKET counts the lines of that bucket', async () => {
  expect(await reported(Resources, 'logs-0')).toEqual([
    `${OF_BUCKET} lines of access logs`,
    `find resource --case ${CASE} logs-0 --kind access-log`,
  ])
})

it.each<[string, unknown]>([
  ['resources', Resources],
  ['find resource', FindResource],
])(
  '%s --history includes the lines of that bucket, without the request that is an event',
  async (_name, command) => {
    const { stderr } = await runCommand(command, 'logs-0', '--history', '--case', CASE)
    expect(stderr).toContain(`, 1 event, ${OF_BUCKET - 1} lines of access logs; `)
    expect(stderr).not.toContain('not among these counts')
  },
)
