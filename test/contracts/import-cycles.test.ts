import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../helpers/cli.js'

const SRC = path.join(ROOT, 'src')

type Imports = ReadonlyMap<string, readonly string[]>

/** File of src → files of src that it imports, for values or for types. */
function readImports(): Imports {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.c?ts$/.test(file))
  return new Map(files.map((file) => [file, importsOf(file, new Set(files))]))
}

function importsOf(file: string, files: ReadonlySet<string>): string[] {
  const text = readFileSync(path.join(SRC, file), 'utf8')
  return Array.from(text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g), ([, name]) =>
    path.join(path.dirname(file), name!).replace(/\.(c?)js$/, '.$1ts'),
  ).filter((name) => files.has(name))
}

/** Files that import each other, directly or through others (Tarjan's strongly connected components). */
function cyclesOf(imports: Imports): string[][] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const cycles: string[][] = []
  const visit = (file: string): number => {
    let low = order.size
    order.set(file, low)
    stack.push(file)
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next))
      else if (stack.includes(next)) low = Math.min(low, lowest.get(next) ?? order.get(next)!)
    }
    lowest.set(file, low)
    if (low === order.get(file)) {
      const members = stack.splice(stack.indexOf(file))
      if (members.length > 1) cycles.push(members.sort())
    }
    return low
  }
  for (const file of imports.keys()) if (!order.has(file)) visit(file)
  return cycles
}

/** Cycles that are there for now, by one of their files, each with its reason. An entry that is no longer needed fails. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'ingest/containers/list.ts': 'containers hold containers: the list and its readers call each other',
}

describe('imports in src', () => {
  const imports = readImports()

  it('are read from every file', () => {
    expect(imports.get('store/open.ts')).toContain('store/case-file.ts')
    expect([...imports.values()].flat().length).toBeGreaterThan(imports.size)
  })

  it('make no cycle, not even of types or inside a folder', () => {
    const found = cyclesOf(imports)
    const isListed = (cycle: string[]): boolean => cycle.some((file) => Object.hasOwn(EXCEPTIONS, file))
    expect(found.filter((cycle) => !isListed(cycle))).toEqual([])
    expect(found.filter(isListed)).toHaveLength(Object.keys(EXCEPTIONS).length)
  })

  it('would be found in a cycle of three, and of two that share a file with others', () => {
    const made = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a', 'd']],
      ['d', ['e']],
      ['e', ['d', 'f']],
      ['f', []],
    ])
    expect(cyclesOf(made)).toEqual([
      ['d', 'e'],
      ['a', 'b', 'c'],
    ])
  })
})
