/** Published rules and the examples of the specification, read in place where they are at hand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { evaluate, leavesOf, type Leaf, type Node } from '../../src/detect/match/node.js'
import { recordField, wholeRecord } from '../../src/detect/match/field.js'
import { loadRules } from '../../src/detect/parse/load.js'
import { readDocuments } from '../../src/detect/parse/plain.js'
import { readRule } from '../../src/detect/parse/rule.js'
import { ROOT } from '../helpers/cli.js'

const SPECIFICATION = path.join(ROOT, '../shared/data/sigma-specification')
const PUBLISHED = path.join(ROOT, '../shared/data/sigma-aws')

type Json = Record<string, unknown>

describe.skipIf(!existsSync(SPECIFICATION))('the examples of the specification', () => {
  const folder = path.join(SPECIFICATION, 'tests/schema')
  it.each(
    existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yml'))
      : [],
  )('%s', (name) => {
    const [document] = readDocuments(readFileSync(path.join(folder, name), 'utf8'))
    const rule = readRule(document!, name)
    const reason = rule.kind === 'refused' ? rule.reason : null
    // Of other log sources and taxonomies they are read, and refused for that alone.
    if (name.includes('_ecs')) expect(reason).toBe('its taxonomy is ecs, not sigma')
    else if (name.startsWith('rules'))
      expect(reason).toBe('its log source is windows/application, not aws/cloudtrail')
    else expect(rule.kind).toBe(name.split(/[\\/]/)[0])
  })
})

/** Sets what a leaf asks for. */
function meet(record: Json, leaf: Leaf): void {
  const [key, type, text] = JSON.parse(
    leaf.key.startsWith('["[') ? (JSON.parse(leaf.key) as string[])[0]! : leaf.key,
  ) as string[]
  const [field = '', ...modifiers] = key!.split('|')
  if (type === 'null' || (modifiers.includes('exists') && text === 'false')) return
  const value = modifiers.includes('fieldref')
    ? 'same'
    : (text ?? '').replaceAll('\\', '').replaceAll('*', 'x')
  set(record, field, value)
  if (leaf.other !== null) set(record, leaf.other, 'same')
}

function set(record: Json, field: string, value: string): void {
  const names = field.split('.')
  const last = names.pop()!
  let at = record
  for (const name of names) at = (at[name] ??= {}) as Json
  at[last] = typeof at[last] === 'string' ? `${at[last]} ${value}` : value
}

/** The leaves of one way to meet it; a negated part is met by what is absent. */
function wayTo(node: Node): Leaf[] {
  if (node.kind === 'leaf') return [node]
  if (node.kind === 'not') return []
  return node.kind === 'and' ? node.nodes.flatMap(wayTo) : wayTo(node.nodes[0]!)
}

describe.skipIf(!existsSync(PUBLISHED))('published rules', () => {
  const set = existsSync(PUBLISHED) ? loadRules([path.join(PUBLISHED, 'rules')]) : { rules: [], refused: [] }

  it('are all read', () => {
    expect(set.refused.map(({ title, reason }) => [title, reason])).toEqual([])
    expect(set.rules.length).toBe(57)
  })

  it.each(set.rules.flatMap((rule) => (rule.kind === 'detection' ? [[rule.title, rule] as const] : [])))(
    '%s hits a record made for it',
    (_title, rule) => {
      const record: Json = {}
      for (const leaf of wayTo(rule.node)) meet(record, leaf)
      expect(
        evaluate(rule.node, (name) => (name === null ? wholeRecord(record) : recordField(record, name))),
        JSON.stringify(record),
      ).toBe(true)
      expect(evaluate(rule.node, (name) => (name === null ? wholeRecord({}) : recordField({}, name)))).toBe(
        false,
      )
      expect(leavesOf(rule.node).length).toBeGreaterThan(0)
    },
  )

  it('of the unsupported folder and with placeholders are listed with the reason', () => {
    const { rules, refused } = loadRules([
      path.join(PUBLISHED, 'unsupported'),
      path.join(PUBLISHED, 'rules-placeholder'),
    ])
    expect(rules.length + refused.length).toBe(9)
    for (const { reason } of refused) expect(reason).toMatch(/pipe|placeholder/)
  })
})
