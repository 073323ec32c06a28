/** The program under each version of Node that the README names. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
// @ts-expect-error: a plain JavaScript module
import { stage } from '../../scripts/portable/stage.js'
// @ts-expect-error: a plain JavaScript module
import { TESTED } from '../../scripts/portable/versions.js'
import { ROOT, tempFolder } from '../helpers/cli.js'
import { makeLogs, round, type Outcome } from './round.js'

const lay = stage as (version: string, folder: string) => void
const logs = makeLogs()
const outcomes: Outcome[] = []

describe.each(TESTED as string[])('Node %s', (version) => {
  const folder = path.join(tempFolder('node'), 'coldtrail')

  it('runs the quick start', () => {
    lay(version, folder)
    const { status, stderr, stdout } = spawnSync(
      path.join(folder, 'node/bin/node'),
      [path.join(ROOT, 'scripts/quickstart.js')],
      { encoding: 'utf8', env: { ...process.env, COLDTRAIL_BIN: path.join(folder, 'app/dist/bin.js') } },
    )
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('CreateAccessKey')
    expect(stderr).not.toMatch(/Warning/)
  })

  it('indexes, is killed, goes on, answers and verifies', async () => {
    const outcome = await round(path.join(folder, 'bin/coldtrail'), logs)
    expect(outcome.found).toBeGreaterThan(0)
    outcomes.push(outcome)
  })
})

it('gives the same case under every version', () => {
  expect(outcomes).toHaveLength((TESTED as string[]).length)
  expect(new Set(outcomes.map(({ digest, found }) => `${digest} ${found}`)).size).toBe(1)
  expect(outcomes.filter(({ killed }) => killed)).not.toEqual([])
})
