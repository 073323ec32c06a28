/** A lineage for Mermaid, which Markdown viewers draw. */
import { LINK_RULES, type LineageEdge, type LineageGraph, type LineageNode } from '../model/lineage.js'
import { callLabel, nodeLabel } from './lineage-label.js'
import { printable } from './printable.js'

export function renderLineageMermaid(graph: LineageGraph): string {
  const numbers = new Map(graph.nodes.map(({ id }, index) => [id, `n${index}`]))
  const asked = graph.start.flatMap((id) => numbers.get(id) ?? [])
  const lines = [
    'flowchart LR',
    ...graph.nodes.map((node) => `  ${numbers.get(node.id) ?? ''}${shaped(node)}`),
    ...graph.edges.map((edge) => {
      const arrow = edge.failure === null ? '-->' : '-.->'
      return `  ${numbers.get(edge.from) ?? ''} ${arrow}|"${edgeText(edge)}"| ${numbers.get(edge.to) ?? ''}`
    }),
    ...(asked.length === 0 ? [] : ['  classDef asked stroke-width:4px', `  class ${asked.join(',')} asked`]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function shaped(node: LineageNode): string {
  const text = safe([nodeLabel(node), ...(node.end === null ? [] : [node.end])])
  return node.kind === 'principal' ? `(["${text}"])` : `["${text}"]`
}

function edgeText(edge: LineageEdge): string {
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
  return safe(lines.filter((line) => line !== ''))
}

/** Letters, digits and harmless signs as they are; the rest as entity codes, so that no text is markup or HTML. */
function safe(lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    printable(line).replace(/[^\p{L}\p{M}\p{N} .,:/@+=_-]/gu, (sign) => `#${sign.codePointAt(0) ?? 0};`),
  )
  return escaped.join('<br/>')
}
