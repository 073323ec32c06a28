// The layer rule of ARCHITECTURE.md as data: who may import whom, and which folder owns which package.
import path from 'node:path'
import prettier from 'eslint-config-prettier'
import tseslint from 'typescript-eslint'

const root = path.resolve(import.meta.dirname, '..')

const MAY_IMPORT = {
  model: [],
  discover: ['model'],
  decode: ['model'],
  normalise: ['model'],
  store: ['model'],
  ingest: ['model', 'discover', 'decode', 'normalise', 'store'],
  query: ['model', 'store', 'decode'],
  render: ['model'],
  cli: ['model', 'discover', 'ingest', 'render', 'store', 'query'],
  verify: ['model', 'store', 'decode', 'normalise'],
  detect: ['model', 'store'],
  handover: ['model', 'store', 'query', 'verify'],
  lake: ['model', 'store', 'decode', 'query', 'handover'],
  selftest: ['model', 'ingest', 'store', 'query', 'verify', 'handover'],
  commands: ['model', 'ingest', 'query', 'verify', 'detect', 'handover', 'lake', 'selftest', 'render', 'cli'],
}

const OWNED = {
  'better-sqlite3': ['store'],
  piscina: ['ingest', 'verify', 'detect'],
  yauzl: ['ingest'],
  yaml: ['detect'],
  re2js: ['detect'],
  'hyparquet-writer': ['lake'],
  zod: ['verify', 'handover', 'lake'],
  'fast-glob': ['discover'],
  '@oclif/core': ['cli', 'commands'],
  'cli-progress': ['cli'],
  'csv-stringify': ['render'],
}

/** Lines of a file, all counted. A longer one is listed with its own limit, which only goes down. */
export const MAX_LINES = 300
export const LONG_FILES = {
  'src/ingest/source-job.ts': 360,
  'src/normalise/normalise.ts': 330,
  // A table.
  'src/store/schema.ts': 410,
  'src/store/row-pages.ts': 340,
}

const layers = Object.entries(MAY_IMPORT).map(([dir, allowed]) => {
  const barred = Object.keys(MAY_IMPORT).filter((other) => other !== dir && !allowed.includes(other))
  const foreign = Object.entries(OWNED)
    .filter(([, dirs]) => !dirs.includes(dir))
    .map(([name, dirs]) => ({
      regex: `^${name}(/|$)`,
      message: `only src/${dirs.join(', src/')} imports ${name}`,
    }))
  return {
    files: [`src/${dir}/**/*.{ts,cts}`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@oclif/core',
              message: 'loads all of oclif at every start: import its part, @oclif/core/flags',
            },
          ],
          patterns: [
            {
              regex: `^(\\.\\./)+(${barred.join('|')})/`,
              message: `src/${dir} may import: ${allowed.join(', ') || 'nothing'}`,
            },
            ...foreign,
          ],
        },
      ],
    },
  }
})

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'scripts/bench/node_modules/**', 'fixtures/**'] },
  {
    files: ['src/**/*.{ts,cts}', 'test/**/*.ts', 'scripts/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: [path.join(root, 'test/tsconfig.json')] } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'error',
      'max-lines': ['error', MAX_LINES],
    },
  },
  {
    files: ['src/**/*.{ts,cts}'],
    rules: { 'no-restricted-properties': ['error', { object: 'process', property: 'exit' }] },
  },
  ...Object.entries(LONG_FILES).map(([file, max]) => ({
    files: [file],
    rules: { 'max-lines': ['error', max] },
  })),
  ...layers,
  {
    files: ['test/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
      'max-lines': 'off',
    },
  },
  { files: ['scripts/**/*.js', '.config/**/*.js'], rules: {} },
  prettier,
)
