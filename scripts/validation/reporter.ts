/** Writes docs/VALIDATION.md out of a run of the cases: `npm run validate`, or `npm run soak` for the long form. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, platform, release, totalmem } from 'node:os'
import path from 'node:path'
import prettier from 'prettier'
import type { Reporter, TestCase, TestModule, TestRunEndReason } from 'vitest/node'
import { REQUIREMENTS, type Assertion } from './requirements.js'

const root = path.resolve(import.meta.dirname, '../..')
const OUT = path.join(root, 'docs/VALIDATION.md')

interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly figures: readonly string[]
}

export default class ValidationReporter implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], _: unknown, reason: TestRunEndReason): Promise<void> {
    if (reason === 'interrupted') return
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const missing: string[] = []
    const rows = REQUIREMENTS.map(({ id, promise, assertions }) => ({
      id,
      promise,
      lines: assertions.map((assertion) => {
        const outcome = outcomeOf(tests.filter((test) => isCase(test, assertion)))
        if (outcome.passed + outcome.failed + outcome.skipped === 0) missing.push(`${id}: ${assertion.text}`)
        return { assertion, outcome }
      }),
    }))
    const text = [...head(tests), ...rows.flatMap(section)].join('\n')
    const options = await prettier.resolveConfig(OUT)
    writeFileSync(OUT, await prettier.format(text, { ...options, parser: 'markdown' }))
    if (missing.length === 0) return
    console.error(`assertions without a case:\n${missing.join('\n')}`)
    process.exitCode = 1
  }
}

function isCase(test: TestCase, { file, cases }: Assertion): boolean {
  return test.module.moduleId === path.join(root, 'test', file) && (cases?.test(test.fullName) ?? true)
}

function outcomeOf(tests: readonly TestCase[]): Outcome {
  const count = (state: string): number => tests.filter((test) => test.result().state === state).length
  const figures = new Map<string, number>()
  for (const text of tests.flatMap((test) => test.meta().figures ?? []))
    figures.set(text, (figures.get(text) ?? 0) + 1)
  return {
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    figures: [...figures].map(([text, times]) => (times === 1 ? text : `${times} × ${text}`)),
  }
}

function head(tests: readonly TestCase[]): string[] {
  const of = (state: string): number => tests.filter((test) => test.result().state === state).length
  const long = process.env['COLDTRAIL_SOAK'] === '1'
  const [processor] = cpus()
  return [
    '# Validation',
    '',
    `What coldtrail promises, the assertion that each promise comes to, the tests that are its cases, and how they ended. Made by a run of
those tests against the built program (\`npm run ${long ? 'soak' : 'validate'}\`), not by hand; CONTRIBUTING.md says how. \`coldtrail selftest\` does the short form on
any machine. The ids are those of the list of requirements that the project was built from; missing numbers are promises about parts that do not exist.`,
    '',
    `- Run: ${new Date().toISOString().slice(0, 16)}Z, the ${long ? 'long' : 'short'} form, commit ${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', 'src') === '' ? '' : ' with changes'}`,
    `- Machine: ${platform()} ${release()}, ${cpus().length} × ${processor?.model ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.version}`,
    `- Cases: ${of('passed')} passed, ${of('failed')} failed, ${of('skipped')} skipped (not part of this run, or a tool that they need is not on this machine)`,
    '',
  ]
}

function section({
  id,
  promise,
  lines,
}: {
  readonly id: string
  readonly promise: string
  readonly lines: readonly { readonly assertion: Assertion; readonly outcome: Outcome }[]
}): string[] {
  return [
    `## ${id} ${promise}`,
    '',
    '| assertion | cases | result |',
    '| --- | --- | --- |',
    ...lines.map(
      ({ assertion, outcome }) =>
        `| ${[assertion.text, ...outcome.figures].join('<br>')} | \`test/${assertion.file}\`${assertion.cases === undefined ? '' : ', in part'} | ${result(outcome)} |`,
    ),
    '',
  ]
}

function result({ passed, failed, skipped }: Outcome): string {
  if (passed + failed + skipped === 0) return '**not run**'
  const parts = [`${passed} passed`]
  if (failed > 0) parts.unshift(`**${failed} FAILED**`)
  if (skipped > 0) parts.push(`${skipped} skipped`)
  return parts.join(', ')
}

function git(...args: readonly string[]): string {
  return spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout.trim()
}
