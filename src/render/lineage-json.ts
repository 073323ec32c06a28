import type { LineageGraph } from '../model/lineage.js'
import { escapeUnsafe } from './json-text.js'

/** The graph as JSON: nodes and edges, by id. What could act on a terminal is escaped, which means the same. */
export function renderLineageJson(graph: LineageGraph): string {
  return `${escapeUnsafe(JSON.stringify(graph, null, 2))}\n`
}
