// npm run nodes: every tested version of Node, and the portable archive. Not among the tests of npm test: the first run compiles SQLite for each version.
import path from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: path.resolve(import.meta.dirname, '..'),
    include: ['test/**/*.nodes.ts'],
    disableConsoleIntercept: true,
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
