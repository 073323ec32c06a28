/** A lineage for Graphviz: `coldtrail lineage … --format dot | dot -Tsvg`. */
import { LINK_RULES, type LineageEdge, type LineageGraph, type LineageNode } from '../model/lineage.js'
import { callLabel, nodeLabel } from './lineage-label.js'
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
  const label = quoted([nodeLabel(node), ...(node.end === null ? [] : [node.end])])
  const shape =
    node.kind === 'principal' ? ', style=rounded' : node.kind === 'attempt' ? ', style=dashed' : ''
  return `label=${label}${shape}${isAsked ? ', penwidth=3' : ''}`
}

function edgeAttributes(edge: LineageEdge): string {
  const { event, joined, rule } = edge
  const rules = [rule, ...(joined === null ? [] : [joined.rule])]
    .map((each) => LINK_RULES[each].label)
    .join('; ')
  const lines = [
    callLabel(edge),
    event?.event_time ?? '',
    event?.source_ip_address ?? '',
    rules,
    event?.event_id ?? '',
  ]
  const label = quoted(lines.filter((line) => line !== ''))
  return `label=${label}${edge.failure === null ? '' : ', style=dashed'}`
}

/** A quoted string of DOT: a backslash begins an escape, as the \\l that ends a line. */
function quoted(lines: readonly string[]): string {
  const text = lines.map((line) => `${printable(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}\\l`)
  return `"${text.join('')}"`
}
