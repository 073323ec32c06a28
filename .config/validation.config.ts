// The tests behind docs/VALIDATION.md, with the reporter that writes it: npm run validate, npm run soak.
import path from 'node:path'
import { defineConfig, mergeConfig } from 'vitest/config'
import { REQUIREMENTS } from '../scripts/validation/requirements.js'
import shared from './vitest.config.js'

const root = path.resolve(import.meta.dirname, '..')
const files = REQUIREMENTS.flatMap(({ assertions }) => assertions.map(({ file }) => `test/${file}`))
const long = process.env['COLDTRAIL_SOAK'] === '1'

export default mergeConfig(
  shared,
  defineConfig({
    test: {
      include: [...new Set(files)],
      reporters: ['default', path.join(root, 'scripts/validation/reporter.ts')],
      testTimeout: long ? 3_600_000 : 240_000,
      hookTimeout: long ? 600_000 : 240_000,
    },
  }),
)
