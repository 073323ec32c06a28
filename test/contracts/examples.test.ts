/** Every example of --help and every recipe of the README and docs/recipes.md, run unchanged in a folder with the files they name: by a shell, or in this process with the words that a shell makes of it. */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { exampleText, readCommands, typed } from '../../scripts/make-docs.js'
import { BIN, DISK, ROOT, run, startCommand, tempFolder, type Run } from '../helpers/cli.js'
import { QUICKSTART, quickstartCase } from './quickstart-case.js'

/** oclif says one of these when it does not understand a command line. */
const NOT_UNDERSTOOD =
  /See more help with --help|is not a coldtrail command|command .* not found|there is no (?:command|flag)|unexpected argument|takes no argument|is missing:/
/** These only read the case that is there: their examples have to succeed. */
const READS = /^(?:find .*|sql|info|problems|principals|summary)$/
/** test/e2e/selftest.test.ts runs it. */
const SELFTEST = 'coldtrail selftest --json'
/** Done; done, but problems were recorded. */
const DONE = [0, 3]

/** Longest first: `digest verify` before a `digest`. */
const NAMES = readCommands()
  .map(typed)
  .sort((a, b) => b.length - a.length)

const EXAMPLES = readCommands().flatMap((command) =>
  (command.examples ?? []).map((example) => [exampleText(command, example), typed(command)] as const),
)

/** Lines of the shell blocks that call coldtrail, with the command; the two pages share some. */
const RECIPES = ['README.md', 'docs/recipes.md']
  .map((page) => readFileSync(path.join(ROOT, page), 'utf8'))
  .flatMap((text) => Array.from(text.matchAll(/^```sh\n([^]*?)^```/gm), ([, block]) => block!))
  .flatMap((block) => block.split('\n'))
  .filter((line, at, lines) => /(?:^|\| *)coldtrail /.test(line) && lines.indexOf(line) === at)
  .map((line) => {
    const words = /(?:^|\| *)coldtrail (.*)/.exec(line)?.[1] ?? ''
    return [line, NAMES.find((name) => `${words} `.startsWith(`${name} `))] as const
  })

let folder: string
let caseFile: string

beforeAll(async () => {
  folder = tempFolder('examples', DISK)
  caseFile = await quickstartCase()
  const shim = path.join(folder, 'bin/coldtrail')
  mkdirSync(path.dirname(shim))
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`)
  chmodSync(shim, 0o755)
  // What others do with the output is not the point here.
  for (const other of ['jq', 'dot']) {
    const stub = path.join(folder, 'bin', other)
    writeFileSync(stub, '#!/bin/sh\nexec cat\n')
    chmodSync(stub, 0o755)
  }
})

/** A place of its own: examples write. */
function sandbox(): string {
  const place = tempFolder('place')
  copyFileSync(caseFile, path.join(place, 'case.sqlite'))
  cpSync(QUICKSTART, path.join(place, 'AWSLogs'), { recursive: true })
  mkdirSync(path.join(place, 'more'))
  return place
}

describe('examples', () => {
  it('name the program', () => {
    expect(EXAMPLES.filter(([example]) => !/(?:^|[|;&] *)coldtrail /.test(example))).toEqual([])
  })

  it.each(EXAMPLES.filter(([example]) => example !== SELFTEST))('%s', understood)
})

describe('README.md', () => {
  it('begins with the two commands', () => {
    const [first, second] = readFileSync(path.join(ROOT, 'README.md'), 'utf8').match(/^```[^]*?^```/gm) ?? []
    expect([first, second]).toEqual(['```sh\nnpm run quickstart\n```', '```sh\nnpm cit\n```'])
  })

  it('has recipes', () => {
    expect(RECIPES.length).toBeGreaterThan(15)
    expect(RECIPES.filter(([, command]) => command === undefined)).toEqual([])
  })

  const examples = new Set(EXAMPLES.map(([example]) => example))
  it.each(RECIPES.filter(([line]) => !examples.has(line)))('%s', understood)
})

/** A line that calls the program once and uses no more of the shell than its quotes and patterns: the program can run here. */
const PLAIN = /^coldtrail [^|;&<>$`()]*$/

function runLine(line: string): Promise<Run> {
  const cwd = sandbox()
  if (PLAIN.test(line)) return run(wordsOf(line, cwd), { cwd })
  return startCommand('bash', ['-c', `set -o pipefail; ${line}`], {
    cwd,
    env: { PATH: `${path.join(folder, 'bin')}:${process.env['PATH'] ?? ''}` },
  }).done
}

/** As a shell gives them to the program. */
function wordsOf(line: string, cwd: string): string[] {
  const script = `coldtrail() { [ $# -eq 0 ] || printf '%s\\0' "$@"; }; ${line}`
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd, encoding: 'utf8' })
  expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' })
  return stdout.split('\0').slice(0, -1)
}

async function understood(line: string, command: string | undefined): Promise<void> {
  const { code, stderr } = await runLine(line)
  expect(stderr).not.toMatch(NOT_UNDERSTOOD)
  expect({ line, bug: code === 1, stderr: code === 1 ? stderr : '' }).toEqual({
    line,
    bug: false,
    stderr: '',
  })
  if (command === undefined) return
  if (READS.test(command)) expect({ code, stderr }).toEqual({ code: 0, stderr })
  if (command === 'index') expect(DONE, stderr).toContain(code)
}
