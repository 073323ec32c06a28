import type { LineageGraph } from '../model/lineage.js'
import { escapeUnsafe } from './json-text.js'

/** Nodes and edges by ID, with unsafe characters escaped. */
export function renderLineageJson(graph: LineageGraph): string {
  return `${escapeUnsafe(JSON.stringify(graph, null, 2))}\n`
}
