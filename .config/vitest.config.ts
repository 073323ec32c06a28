import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// npm run soak runs the tests that are marked with SOAK of test/helpers/counts.ts, and no others.
const isSoak = process.env['COLDTRAIL_SOAK'] === '1'
const root = path.resolve(import.meta.dirname, '..')

function soakFiles(): string[] {
  return readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join('test', name))
    .filter((name) => /\bSOAK\b/.test(readFileSync(path.join(root, name), 'utf8')))
}

/** Begun first, so that none of them is left alone at the end. */
const LONGEST = [
  'e2e/bad-input',
  'e2e/unwritable',
  'e2e/tar-gz',
  'contracts/examples',
  'e2e/crash',
  'e2e/evidence',
  'e2e/selftest',
  'e2e/new-files',
  'cli/launch',
  'e2e/hostile-text',
  'e2e/containers',
  'query/property',
  'e2e/index',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
      return at < 0 ? LONGEST.length : at
    }
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}

export default defineConfig({
  test: {
    root,
    include: isSoak ? soakFiles() : ['test/**/*.test.ts'],
    tags: [{ name: 'soak', description: 'does more in npm run soak' }],
    ...(isSoak ? { reporters: ['verbose'], tagsFilter: ['soak'] } : {}),
    disableConsoleIntercept: true,
    testTimeout: isSoak ? 3_600_000 : 600_000,
    hookTimeout: 600_000,
    globalSetup: 'test/helpers/temporary-folder.ts',
    setupFiles: 'test/helpers/after-file.ts',
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    maxWorkers: Math.min(4, Math.max(2, availableParallelism())),
    // The built program runs as it is, not as a part of the tests.
    server: { deps: { external: [/\/dist\//] } },
  },
})
