// What nothing uses: files, exports and dependencies.
export default {
  entry: [
    'src/bin.ts',
    'src/commands/**/*.ts',
    'src/*/thread.cts',
    'scripts/*.{js,ts}',
    'scripts/bench/{main.ts,inside.ts,duckdb-load.js}',
    // Makes an archive of access logs; no bench of npm run bench reads one yet.
    'scripts/bench/access-lines.ts',
    'scripts/portable/main.js',
    // Started as a process of its own.
    'test/helpers/lock-racer.ts',
    'test/**/*.{test,nodes}.ts',
    '.config/*.{js,ts}',
  ],
  project: ['src/**/*.{ts,cts}', 'scripts/**/*.{js,ts}', 'test/**/*.ts'],
  // A type that others meet only in a signature is exported all the same.
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignoreDependencies: [
    // Loaded by oclif, by name.
    '@oclif/plugin-autocomplete',
    '@oclif/plugin-help',
    // Resolved by a test that asks for an old SQLite.
    'sql.js-fts5',
    // Of scripts/bench, which has a package.json of its own.
    '@duckdb/node-api',
  ],
}
