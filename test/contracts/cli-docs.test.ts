import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { CLI_DOC, cliDocument, readCommands, typed } from '../../scripts/make-docs.js'
import { ROOT } from '../helpers/cli.js'

/** Commands of oclif's own plug-ins are not in the manifest. */
const COMMANDS = readCommands()

describe('docs/cli.md', () => {
  it('is what the program says of itself (npm run docs makes it anew)', async () => {
    expect(readFileSync(CLI_DOC, 'utf8')).toBe(await cliDocument())
  })
})

describe.each(COMMANDS.map((command) => [typed(command), command] as const))(
  'coldtrail %s',
  (name, command) => {
    it('says in one sentence what it does', () => {
      expect(command.summary).toMatch(/^[A-Z].*\.$/)
    })

    it('describes every flag and argument', () => {
      const parts = [...Object.entries(command.flags), ...Object.entries(command.args)]
      const silent = parts
        .filter(([, { description }]) => (description ?? '').trim() === '')
        .map(([part]) => part)
      expect(silent).toEqual([])
    })

    it('shows at least two examples', () => {
      expect(command.examples?.length ?? 0).toBeGreaterThanOrEqual(2)
    })

    it.each(['docs/recipes.md', 'CHANGELOG.md'])('is named in %s', (file) => {
      const isNamed = readFileSync(path.join(ROOT, file), 'utf8').includes(`coldtrail ${name}`)
      expect(isNamed, `add coldtrail ${name} to ${file}`).toBe(true)
    })
  },
)
