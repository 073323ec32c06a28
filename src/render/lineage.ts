/** All formats of a lineage; also the options of the command's `--format`. */
import type { LineageChoice, LineageGraph } from '../model/lineage.js'
import { formatCount } from './bytes.js'
import { renderLineageDot } from './lineage-dot.js'
import { renderLineageJson } from './lineage-json.js'
import { renderLineageMermaid } from './lineage-mermaid.js'
import { renderLineageTree } from './lineage-tree.js'
import { shellWord } from '../model/shell-word.js'

type Render = (graph: LineageGraph, width: number) => string

const RENDERERS = {
  tree: (graph, width) => renderLineageTree(graph, { width }),
  json: renderLineageJson,
  dot: renderLineageDot,
  mermaid: renderLineageMermaid,
} satisfies Record<string, Render>

export type LineageFormat = keyof typeof RENDERERS

export const LINEAGE_FORMATS = Object.keys(RENDERERS) as readonly LineageFormat[]

/** `width` of the terminal; 0 without one. */
export function renderLineage(format: LineageFormat, graph: LineageGraph, width: number): string {
  const render: Render = RENDERERS[format]
  return render(graph, width)
}

/** Lines for people; not yet printable. */
export function renderLineageChoice({ asked, candidates, more }: LineageChoice): string[] {
  const all = candidates.length + more
  const lines = candidates.map(({ start, what, first_event: first, events }) => {
    const used =
      events === 0
        ? 'no events'
        : `${formatCount(events)} ${events === 1 ? 'event' : 'events'} from ${first ?? 'unknown time'}`
    return `  coldtrail lineage ${shellWord(start)}  (${what}; ${used})`
  })
  const rest = more === 0 ? [] : [`  and ${formatCount(more)} more`]
  return [`'${asked}' is ambiguous (${formatCount(all)} matches); choose one:`, ...lines, ...rest]
}
