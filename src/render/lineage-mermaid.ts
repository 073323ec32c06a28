/** Lineage for Mermaid, which Markdown viewers draw. */
import type { LineageGraph, LineageNode } from '../model/lineage.js'
import { edgeLines, nodeLines } from './lineage-label.js'
import { printable } from './printable.js'

export function renderLineageMermaid(graph: LineageGraph): string {
  const numbers = new Map(graph.nodes.map(({ id }, index) => [id, `n${index}`]))
  const asked = graph.start.flatMap((id) => numbers.get(id) ?? [])
  const lines = [
    'flowchart LR',
    ...graph.nodes.map((node) => `  ${numbers.get(node.id) ?? ''}${shaped(node)}`),
    ...graph.edges.map((edge) => {
      const arrow = edge.failure === null ? '-->' : '-.->'
      return `  ${numbers.get(edge.from) ?? ''} ${arrow}|"${safe(edgeLines(edge))}"| ${numbers.get(edge.to) ?? ''}`
    }),
    ...(asked.length === 0 ? [] : ['  classDef asked stroke-width:4px', `  class ${asked.join(',')} asked`]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function shaped(node: LineageNode): string {
  const text = safe(nodeLines(node))
  return node.kind === 'principal' ? `(["${text}"])` : `["${text}"]`
}

/**
 * Keeps letters, digits and harmless signs; writes the rest as entity codes, so that no text becomes markup or HTML.
 */
function safe(lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    printable(line).replace(/[^\p{L}\p{M}\p{N} .,:/@+=_-]/gu, (sign) => `#${sign.codePointAt(0) ?? 0};`),
  )
  return escaped.join('<br/>')
}
