/** A case of each format stays under fixtures/cases: every later build opens it and gives the same answers. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { FORMAT_MAJOR, FORMAT_MINOR } from '../../src/store/format.js'
import { ROOT, run, tempFolder } from '../helpers/cli.js'

const FIXTURES = path.join(ROOT, 'fixtures/cases')
const formats = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.json'))
  .map((name) => path.basename(name, '.json'))

interface Answer {
  readonly args: readonly string[]
  readonly stdout: string
}

it('the present format has its case: npx tsx scripts/make-fixture-case.ts', () => {
  expect(formats).toContain(`${FORMAT_MAJOR}.${FORMAT_MINOR}`)
})

describe.each(formats)('a case of format %s', (format) => {
  const file = path.join(tempFolder('fixture'), 'case.sqlite')
  const bytes = gunzipSync(readFileSync(path.join(FIXTURES, `${format}.sqlite.gz`)))
  writeFileSync(file, bytes)
  const answers = JSON.parse(readFileSync(path.join(FIXTURES, `${format}.json`), 'utf8')) as Answer[]

  it.each(answers.map((answer) => [answer.args.join(' '), answer] as const))('%s', async (_args, answer) => {
    const { code, stdout } = await run([...answer.args, '--case', file])
    expect(code).toBe(0)
    const rows = (text: string): unknown[] =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown)
    // A later version may add fields, and may not take any away.
    expect(rows(stdout)).toMatchObject(rows(answer.stdout))
    expect(rows(stdout).length).toBeGreaterThan(0)
    expect(readFileSync(file).equals(bytes)).toBe(true)
  })

  it('verify: no findings', async () => {
    const { code, stdout } = await run(['verify', '--case', file])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  })
})
