import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { COMMAND_SNAPSHOT, commandSnapshot } from '../../scripts/make-docs.js'

const WHAT_TO_DO = `commands, flags, arguments and their defaults are an API: scripts depend on them.
If the change is meant, run npm run docs, read the diff of test/contracts/command-snapshot.json line by line, and announce it to users
in CHANGELOG.md. A name that goes away needs an alias first.`

it('commands, flags and arguments are those of the checked-in snapshot', async () => {
  expect(await commandSnapshot(), WHAT_TO_DO).toBe(readFileSync(COMMAND_SNAPSHOT, 'utf8'))
})
