/** Code, comments, messages, tests and pages keep to the words of ARCHITECTURE.md's glossary: its second table lists what is not used. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '../..')
const PAGE = 'ARCHITECTURE.md'

/** `| tell, told | report, print |`: what is not used, and what is used instead. */
const ROWS = Array.from(
  readFileSync(path.join(ROOT, PAGE), 'utf8')
    .split('## Glossary')[1]!
    .split('\n## ')[0]!
    .split('| not used')[1]!
    .matchAll(/^\| ([^|]+?) *\| ([^|]+?) *\|$/gm),
  ([, words, instead]) => ({ words: words!.split(', '), instead: instead! }),
).filter(({ words }) => !words[0]!.startsWith('--'))

const BANNED = ROWS.flatMap(({ words, instead }) =>
  words.map((word) => ({ word, instead, pattern: new RegExp(String.raw`(?<![\w-])${word}(?![\w-])`, 'i') })),
)

/** Quotations, and lines that name the words themselves. */
const ALLOWED: readonly (readonly [file: RegExp, line: RegExp])[] = [
  [/^ARCHITECTURE\.md$/, /^\| [^|]+\| [^|]+\|$/],
  [/^test\/contracts\/glossary\.test\.ts$/, /./],
]

const FILES = execFileSync(
  'git',
  ['ls-files', '-co', '--exclude-standard', 'src', 'scripts', 'test', 'docs', '*.md'],
  {
    cwd: ROOT,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => /\.(?:ts|cts|js|py|md)$/.test(file) && !/^(?:CHANGELOG\.md|fixtures\/)/.test(file))

function findings(file: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, at) =>
      BANNED.flatMap(({ word, instead, pattern }) =>
        pattern.test(line) && !ALLOWED.some(([name, allowed]) => name.test(file) && allowed.test(line))
          ? [`${file}:${at + 1}: "${word}": ${instead}: ${line.trim().slice(0, 120)}`]
          : [],
      ),
    )
}

it('every word of the table is found in a line', () => {
  expect(BANNED.length).toBeGreaterThan(10)
  for (const { word } of BANNED) expect(findings('src/x.ts', `// It ${word}, here.`)).toHaveLength(1)
  expect(findings('src/x.ts', '// It tells.\n// It reports the stand-in.')).toHaveLength(1)
})

it('no file uses a word of the table', () => {
  expect(FILES.length).toBeGreaterThan(300)
  expect(FILES.flatMap((file) => findings(file, readFileSync(path.join(ROOT, file), 'utf8')))).toEqual([])
})
