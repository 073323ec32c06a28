/** Lineage for Graphviz: `coldtrail lineage … --format dot | dot -Tsvg`. */
import type { LineageEdge, LineageGraph, LineageNode } from '../model/lineage.js'
import { edgeLines, nodeLines } from './lineage-label.js'
import { printable } from './printable.js'

export function renderLineageDot(graph: LineageGraph): string {
  const numbers = new Map(graph.nodes.map(({ id }, index) => [id, `n${index}`]))
  const start = new Set(graph.start)
  const lines = [
    'digraph lineage {',
    '  rankdir=LR; node [shape=box, fontname="monospace"]; edge [fontname="monospace"];',
    ...graph.nodes.map(
      (node) => `  ${numbers.get(node.id) ?? ''} [${nodeAttributes(node, start.has(node.id))}];`,
    ),
    ...graph.edges.map((edge) => {
      return `  ${numbers.get(edge.from) ?? ''} -> ${numbers.get(edge.to) ?? ''} [${edgeAttributes(edge)}];`
    }),
    '}',
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function nodeAttributes(node: LineageNode, isAsked: boolean): string {
  const label = quoted(nodeLines(node))
  const shape =
    node.kind === 'principal' ? ', style=rounded' : node.kind === 'attempt' ? ', style=dashed' : ''
  return `label=${label}${shape}${isAsked ? ', penwidth=3' : ''}`
}

function edgeAttributes(edge: LineageEdge): string {
  return `label=${quoted(edgeLines(edge))}${edge.failure === null ? '' : ', style=dashed'}`
}

/** A quoted DOT string, where a backslash starts an escape such as the line end \\l. */
function quoted(lines: readonly string[]): string {
  const text = lines.map((line) => `${printable(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}\\l`)
  return `"${text.join('')}"`
}
