import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../helpers/cli.js'

it('every file with a test that does more in a soak has one marked for npm run soak', () => {
  const folder = path.join(ROOT, 'test')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => ({ name, text: readFileSync(path.join(folder, name), 'utf8') }))
    .filter(({ text }) => /^import .*\btimes\b.*\/counts\.js'$/m.test(text))
  expect(files.length).toBeGreaterThan(8)
  expect(files.filter(({ text }) => !/\btags: SOAK\b/.test(text)).map(({ name }) => name)).toEqual([])
})
