import path from 'node:path'
import { defineConfig } from 'vitest/config'

// npm run soak runs the same tests, the costly ones many more times.
const isSoak = process.env['COLDTRAIL_SOAK'] === '1'

export default defineConfig({
  test: {
    root: path.resolve(import.meta.dirname, '..'),
    include: ['test/**/*.test.ts'],
    disableConsoleIntercept: true,
    testTimeout: isSoak ? 3_600_000 : 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
