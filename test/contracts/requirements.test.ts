/** scripts/validation/requirements.ts against the tests that there are. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { BESIDE, REQUIREMENTS, WITHOUT_A_PART } from '../../scripts/validation/requirements.js'
import { ROOT } from '../helpers/cli.js'

const END = '.test.ts'
const TESTS = path.join(ROOT, 'test')
const there = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(END))
const assertions = REQUIREMENTS.flatMap((requirement) => requirement.assertions)
const behindPromises = new Set(assertions.map(({ file }) => file))
const beside = BESIDE.flatMap(({ files }) => files.split(/\s+/).map((name) => name + END))

describe('the list of promises', () => {
  it('names every file of tests, once as cases of a promise or beside them (scripts/validation/requirements.ts)', () => {
    const named = [...behindPromises, ...beside]
    const unnamed = there.filter((file) => !named.includes(file))
    const gone = named.filter((file) => !there.includes(file))
    const twice = named.filter((file, at) => named.indexOf(file) !== at)
    expect({ unnamed, gone, twice }).toEqual({ unnamed: [], gone: [], twice: [] })
  })

  it('has P1 to P20, but those of which there is no part', () => {
    const known = [...REQUIREMENTS.map(({ id }) => id), ...Object.keys(WITHOUT_A_PART)]
    expect(known.filter((id) => id.startsWith('P')).sort()).toEqual(
      Array.from({ length: 20 }, (_, at) => `P${at + 1}`).sort(),
    )
  })

  it.each(assertions.flatMap(({ file, cases }) => (cases === undefined ? [] : [[file, cases] as const])))(
    '%s has what %s looks for',
    (file, cases) => {
      const titles = titlesIn(readFileSync(path.join(TESTS, file), 'utf8'))
      expect(titles.filter((title) => cases.test(title))).not.toEqual([])
    },
  )
})

/** As far as they stand in the file: each title alone, and behind each title of a group. */
function titlesIn(text: string): string[] {
  const groups = Array.from(
    text.matchAll(/\bdescribe\b[^'"`]*?\(\s*(['"`])(.+?)\1/g),
    ([, , title]) => title!,
  )
  const own = Array.from(text.matchAll(/\bit\b[^]*?\(\s*(['"`])(.+?)\1,/g), ([, , title]) => title!)
  return [...own, ...groups.flatMap((group) => [`${group} > `, ...own.map((title) => `${group} > ${title}`)])]
}
