// npm run nodes: every tested version of Node, and the portable archive. Not among the tests of npm test: the first run compiles SQLite for each version.
import path from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: path.resolve(import.meta.dirname, '..'),
    include: ['test/**/*.nodes.ts'],
    disableConsoleIntercept: true,
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
    setupFiles: 'test/helpers/after-file.ts',
    pool: 'forks',
    // Both files compile SQLite for the same versions.
    fileParallelism: false,
  },
})
