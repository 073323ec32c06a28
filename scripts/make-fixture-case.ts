/**
 * Makes the fixture case of the present format, which every later build has to open: npx tsx scripts/make-fixture-case.ts, after
 * npm run build. Of an earlier format it is kept as it is; only until a format is released is its own made anew.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { FORMAT_MAJOR, FORMAT_MINOR } from '../src/store/format.js'

const ROOT = path.resolve(import.meta.dirname, '..')
const FIXTURES = path.join(ROOT, 'fixtures/cases')
/** Relative, as the case keeps their names. */
const EVIDENCE = ['fixtures/identities', 'fixtures/shapes']
/** What the case answers: later builds have to give the same rows. */
const QUESTIONS = [
  ['find', 'window', '--since', '2000-01-01', '--until', '2100-01-01', '--format', 'jsonl'],
  ['principals', '--format', 'jsonl'],
  ['resources', '--format', 'jsonl'],
  ['sql', 'SELECT event_id, event_name, principal FROM events ORDER BY event_id', '--format', 'jsonl'],
  ['sql', 'SELECT kind, count(*) AS n FROM problems GROUP BY kind ORDER BY kind', '--format', 'jsonl'],
] as const

const folder = mkdtempSync(path.join(tmpdir(), 'coldtrail-fixture-'))
try {
  const file = path.join(folder, 'case.sqlite')
  mkdirSync(FIXTURES, { recursive: true })
  ask(['index', ...EVIDENCE, '--workers', '1', '--quiet'], file)
  const answers = QUESTIONS.map((args) => ({ args, stdout: ask(args, file) }))
  const name = path.join(FIXTURES, `${FORMAT_MAJOR}.${FORMAT_MINOR}`)
  writeFileSync(`${name}.sqlite.gz`, gzipSync(readFileSync(file), { level: 9 }))
  writeFileSync(`${name}.json`, `${JSON.stringify(answers, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true })
}

function ask(args: readonly string[], file: string): string {
  const argv = [path.join(ROOT, 'dist/bin.js'), ...args, '--case', file]
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', cwd: ROOT })
  // 3: there were problems, as fixtures have them on purpose.
  if (status !== 0 && status !== 3)
    throw new Error(`coldtrail ${args.join(' ')} ended with ${status}: ${stderr}`)
  return stdout
}
