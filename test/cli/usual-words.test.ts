/** What people type without having read the help. */
import { beforeAll, describe, expect, it } from 'vitest'
import Summary from '../../src/commands/summary.js'
import { quickstartCase } from '../contracts/quickstart-case.js'
import { run } from '../helpers/cli.js'
import { runCommand } from './in-process.js'

let caseFile: string
beforeAll(async () => {
  caseFile = await quickstartCase()
})

describe('the usual words', () => {
  it.each([
    [['-h'], ['--help']],
    [
      ['find', '-h'],
      ['find', '--help'],
    ],
    [
      ['find', 'request', '-h'],
      ['find', 'request', '--help'],
    ],
    [['version'], ['--version']],
  ])('%j is %j', async (typed, meant) => {
    const { stdout, code } = await run(typed)
    expect([stdout, code]).toEqual([(await run(meant)).stdout, 0])
    expect(stdout).not.toBe('')
  })

  it.each(['-- all\nSELECT 1 AS one', '--all\nSELECT 1 AS one', '-- a = b\nSELECT 1 AS one'])(
    'a statement may begin with a comment: %j',
    async (statement) => {
      const { stdout, code } = await run(['sql', statement, '--format', 'jsonl', '--case', caseFile])
      expect([stdout, code]).toEqual(['{"one":1}\n', 0])
    },
  )

  it.each([
    [['find', 'text', '-foo'], 'coldtrail find text -- -foo'],
    [['find', 'principal', '--limit', '3', '-svc bot'], "coldtrail find principal --limit 3 -- '-svc bot'"],
    [['find', 'resource', '--bucket=x'], 'coldtrail find resource -- --bucket=x'],
    [['lineage', '-AKIA', '--json'], 'coldtrail lineage --json -- -AKIA'],
  ])('%j: a name may begin with a dash, behind --', async (typed, words) => {
    const { stdout, stderr, code } = await run([...typed, `--case=${caseFile}`])
    expect(code).toBe(2)
    const reported = stdout + stderr
    expect(reported).toContain('there is no flag')
    expect(reported).toContain(words.replace(' -- ', ` --case=${caseFile} -- `))
  })

  it('summary --by principal says why it counts otherwise than the report', async () => {
    const { stderr } = await runCommand(Summary, '--by', 'principal', '--case', caseFile)
    expect(stderr).toContain('NAME via SERVICE are counted separately')
    expect((await runCommand(Summary, '--by', 'event_name', '--case', caseFile)).stderr).not.toContain(
      'apart',
    )
  })
})
