import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { COMMAND_SNAPSHOT, commandSnapshot, readCommands } from '../../scripts/make-docs.js'
import { FLAGS_WITH_VALUE } from '../../src/store/evidence-places.js'

const WHAT_TO_DO = `commands, flags, arguments and their defaults are an API: scripts depend on them.
If the change is meant, run npm run docs, read the diff of test/contracts/command-snapshot.json line by line, and announce it to users
in CHANGELOG.md. A name that goes away needs an alias first.`

it('commands, flags and arguments are those of the checked-in snapshot', async () => {
  expect(await commandSnapshot(), WHAT_TO_DO).toBe(readFileSync(COMMAND_SNAPSHOT, 'utf8'))
})

it('the paths of an earlier run are found among its words by the flags of index that take a value', () => {
  const { flags } = readCommands().find(({ id }) => id === 'index')!
  const options = Object.entries(flags).filter(([, { type }]) => type === 'option')
  const names = options.flatMap(([name, { char }]) => [
    `--${name}`,
    ...(char === undefined ? [] : [`-${char}`]),
  ])
  expect([...FLAGS_WITH_VALUE].sort()).toEqual(names.sort())
})
