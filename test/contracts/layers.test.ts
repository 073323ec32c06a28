import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
// @ts-expect-error: a plain JavaScript module
import config, { LONG_FILES, MAX_LINES } from '../../.config/eslint.config.js'
import { ROOT } from '../helpers/cli.js'

/** A folder of the machine where something was written says nothing to anybody else. */
const FOREIGN_PATH = ['', 'work', ''].join('/')

function filesUnder(folder: string, ends: RegExp): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((name) => ends.test(name) && !name.includes('node_modules'))
    .sort()
}

const text = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')

/** Comments may name what code may not use. */
const code = (file: string): string => text(file).replaceAll(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*/g, '')

const SOURCES = filesUnder('src', /\.ts$/)

interface Layer {
  readonly files?: readonly string[]
  readonly rules?: Readonly<Record<string, unknown>>
}

/** Folder of src → folders that it may import, as ESLint enforces it. */
function enforced(): Map<string, string> {
  const layers = new Map<string, string>()
  for (const { files, rules } of config as readonly Layer[]) {
    const rule = rules?.['no-restricted-imports'] as [string, { patterns: { message: string }[] }] | undefined
    const folder = /^src\/(\w+)\//.exec(files?.[0] ?? '')?.[1]
    const message = rule?.[1].patterns[0]?.message
    if (folder !== undefined && message !== undefined)
      layers.set(folder, message.replace(/^.*may import: /, ''))
  }
  return layers
}

describe('src', () => {
  it('prints and ends through the command line only: no console, no process.exit', () => {
    const found = SOURCES.filter((file) =>
      /\bconsole\s*\.\s*\w+\s*\(|\bprocess\s*\.\s*exit\s*\(/.test(code(file)),
    )
    expect(found).toEqual([])
  })

  it(`has few files over ${String(MAX_LINES)} lines, as ESLint enforces it`, () => {
    const long = SOURCES.filter((file) => text(file).split('\n').length - 1 > MAX_LINES)
    const listed = new Set(Object.keys(LONG_FILES as object))
    expect(long.filter((file) => !listed.has(file))).toEqual([])
    expect(listed.size).toBeLessThanOrEqual(5)
  })

  it('has a layer for every folder, and no barrel', () => {
    const folders = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    expect(folders.map(({ name }) => name).filter((name) => !enforced().has(name))).toEqual([])
    expect(SOURCES.filter((file) => file.endsWith('/index.ts') && !file.startsWith('src/commands/'))).toEqual(
      [],
    )
  })
})

describe('ARCHITECTURE.md', () => {
  it('has the layer table that ESLint enforces', () => {
    const rows = Array.from(
      text('ARCHITECTURE.md').matchAll(/^\| `(\w+)` +\| ([^|]*?) +\|/gm),
      ([, folder, may]) => [folder!, may!.replaceAll('`', '')],
    )
    expect(new Map(rows as [string, string][])).toEqual(enforced())
  })

  it('names only files that exist', () => {
    const named = Array.from(
      text('ARCHITECTURE.md').matchAll(/`((?:src|test|scripts|docs|\.config)\/[\w./-]+\w)`/g),
      ([, file]) => file!,
    )
    const all = new Set(
      ['src', 'test', 'scripts', 'docs', '.config'].flatMap((folder) => filesUnder(folder, /./)),
    )
    expect([...new Set(named)].filter((file) => !all.has(file))).toEqual([])
  })
})

it('nothing names a folder of one machine', () => {
  const files = [
    ...['src', 'test', 'scripts', 'docs', '.config', '.ci'].flatMap((folder) =>
      filesUnder(folder, /\.(?:ts|js|md|json|txt)$|run$/),
    ),
    ...readdirSync(ROOT).filter((name) => /\.(?:md|json)$/.test(name)),
  ]
  expect(files.filter((file) => text(file).includes(FOREIGN_PATH))).toEqual([])
})
