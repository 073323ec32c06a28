import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { selftest, type CheckResult } from '../../src/selftest/selftest.js'
import type { SelftestResult } from '../../src/commands/selftest.js'
import { run, tempFolder } from '../helpers/cli.js'

it(
  'holds every promise here, says what was seen, and leaves nothing behind',
  { timeout: 900_000 },
  async () => {
    const folder = tempFolder('selftest')
    const { code, stdout, stderr } = await run(['selftest', '--json'], { env: { TMPDIR: folder } })
    const { passed, checks } = JSON.parse(stdout) as SelftestResult
    expect(checks.filter((check) => !check.passed)).toEqual([])
    expect({ code, passed, stderr }).toEqual({ code: 0, passed: true, stderr: '' })
    expect(checks.map(({ id }) => id)).toEqual([
      'P2',
      'P3',
      'P14',
      'P4',
      'P5',
      'P7',
      'P9a',
      'P9b',
      'P17',
      'P1',
      'P10',
    ])
    expect(readdirSync(folder)).toEqual([])
  },
)

it('says which promise does not hold', { timeout: 900_000 }, async () => {
  const reported: CheckResult[] = []
  // A program that does nothing is not stopped by another one's lock, and fills no case.
  const program = [process.execPath, '-e', '0']
  const results = await selftest({ toolVersion: '0.0.0-test', program }, (result) => reported.push(result))
  expect(reported).toEqual(results)
  const failed = results.filter(({ passed }) => !passed)
  expect(failed.map(({ id, seen }) => `${id} ${seen}`)).toEqual([
    'P7 exit code of a second run: 0, expected 11',
  ])
})
