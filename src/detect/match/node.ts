/** A condition as a tree of tests. */
import type { Field } from './field.js'

/** One field against the values of a rule. */
export interface Leaf {
  readonly kind: 'leaf'
  /** null: the whole event, for keywords. */
  readonly field: string | null
  /** The field that it is compared with. */
  readonly other: string | null
  /** Equal texts test alike: results are kept by it. */
  readonly key: string
  /** Texts that the field must be equal to, folded; null for any other test. */
  readonly equals: readonly string[] | null
  readonly test: (field: Field, other: Field | null) => boolean
}

export type Node =
  | Leaf
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly Node[] }
  | { readonly kind: 'not'; readonly node: Node }

export type ReadField = (name: string | null) => Field

export function evaluate(node: Node, read: ReadField): boolean {
  switch (node.kind) {
    case 'leaf':
      return node.test(read(node.field), node.other === null ? null : read(node.other))
    case 'and':
      return node.nodes.every((part) => evaluate(part, read))
    case 'or':
      return node.nodes.some((part) => evaluate(part, read))
    case 'not':
      return !evaluate(node.node, read)
  }
}

export const both = (nodes: readonly Node[]): Node =>
  nodes.length === 1 ? (nodes[0] as Node) : { kind: 'and', nodes }
export const either = (nodes: readonly Node[]): Node =>
  nodes.length === 1 ? (nodes[0] as Node) : { kind: 'or', nodes }
export const not = (node: Node): Node => ({ kind: 'not', node })

export function leavesOf(node: Node): Leaf[] {
  if (node.kind === 'leaf') return [node]
  return node.kind === 'not' ? leavesOf(node.node) : node.nodes.flatMap(leavesOf)
}
