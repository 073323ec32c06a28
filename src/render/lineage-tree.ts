/** Lineage as a tree, first credential on top: one line per node, plus lines for further details of a step. */
import {
  LINK_RULES,
  type LineageDeed,
  type LineageEdge,
  type LineageEvent,
  type LineageGraph,
  type LineageNode,
} from '../model/lineage.js'
import { formatCount } from './bytes.js'
import { cellWidth, padCell } from './cell-width.js'
import { callLabel, nodeLabel } from './lineage-label.js'
import { printable } from './printable.js'

export interface TreeOptions {
  /** Columns of the terminal; 0 cuts nothing. */
  readonly width: number
}

interface Line {
  readonly lead: string
  readonly what: string
  readonly mark: string
  /** Time, address, call, rule, event; absent or empty for a sentence. */
  readonly cells?: readonly string[]
  /** Prefix of a node's continuation lines. */
  readonly below?: string
}

const HEADER = ['when', 'from', 'how', 'linked by', 'event']
const GAP = '  '
const MOST_DEEDS = 10
const ASKED = '  ◀ asked'

/** In columns; if the terminal is too narrow, each node's event gets a line of its own. Nothing is cut. */
export function renderLineageTree(graph: LineageGraph, { width }: TreeOptions): string {
  const lines = new Drawing(graph).lines()
  const columns = inColumns(lines)
  const isTooWide = width > 0 && columns.some((line) => cellWidth(line) > width)
  const body = isTooWide ? lines.flatMap(stacked) : columns
  return [...body, ...graph.notes.map(printable)].map((line) => `${line.trimEnd()}\n`).join('')
}

function inColumns(lines: readonly Line[]): string[] {
  const widths = HEADER.map((title, column) =>
    Math.max(cellWidth(title), ...lines.map(({ cells }) => cellWidth(cells?.[column] ?? ''))),
  )
  const isSentence = ({ cells }: Line) => cells === undefined || cells.length === 0
  const left = Math.max(4, ...lines.map((line) => (isSentence(line) ? 0 : cellWidth(leftOf(line)))))
  const row = (first: string, cells: readonly string[]) =>
    [padCell(first, left), ...cells.map((cell, column) => padCell(cell, widths[column] ?? 0))].join(GAP)
  return [row('what', HEADER), ...lines.map((line) => row(leftOf(line), line.cells ?? []))]
}

function stacked(line: Line): string[] {
  const cells = (line.cells ?? []).filter((cell) => cell !== '').join(GAP)
  if (cells === '') return [leftOf(line)]
  return line.below === undefined
    ? [`${leftOf(line)}${GAP}${cells}`]
    : [leftOf(line), `${line.below}${cells}`]
}

function leftOf({ lead, what, mark }: Line): string {
  return lead + printable(what) + mark
}

/** All edges from one parent to one child. */
interface Branch {
  readonly node: LineageNode
  readonly edges: readonly LineageEdge[]
}

class Drawing {
  readonly #graph: LineageGraph
  readonly #nodes: ReadonlyMap<string, LineageNode>
  readonly #start: ReadonlySet<string>
  readonly #drawn = new Set<string>()
  readonly #lines: Line[] = []

  constructor(graph: LineageGraph) {
    this.#graph = graph
    this.#nodes = new Map(graph.nodes.map((node) => [node.id, node]))
    this.#start = new Set(graph.start)
  }

  lines(): readonly Line[] {
    const children = new Set(this.#graph.edges.map(({ to }) => to))
    const tops = this.#graph.nodes.filter(({ id }) => !children.has(id))
    // In a cycle nothing is on top, so the starting node is.
    for (const node of [...tops, ...this.#graph.nodes]) {
      if (!this.#drawn.has(node.id)) this.#draw({ node, edges: [] }, '', '')
    }
    return this.#lines
  }

  #draw({ node, edges }: Branch, lead: string, indent: string): void {
    const isAgain = this.#drawn.has(node.id)
    this.#drawn.add(node.id)
    const mark = this.#start.has(node.id) ? ASKED : isAgain ? '  (shown above)' : ''
    const branches = isAgain ? [] : this.#branches(node)
    const more = isAgain ? [] : moreBelow(node)
    const hasBelow = branches.length + more.length > 0
    this.#nodeLines({ node, edges }, lead, indent + (hasBelow ? '│  ' : '   '), mark, isAgain)
    branches.forEach((branch, index) => {
      const isLast = index === branches.length - 1 && more.length === 0
      const isFailed = branch.edges.every(({ failure }) => failure !== null)
      const stroke = isFailed ? '╌╌ ' : '─ '
      this.#draw(branch, `${indent}${isLast ? '└' : '├'}${stroke}`, `${indent}${isLast ? '   ' : '│  '}`)
    })
    for (const what of more) this.#lines.push({ lead: `${indent}└─ `, what, mark: '' })
  }

  #nodeLines({ node, edges }: Branch, lead: string, below: string, mark: string, isAgain: boolean): void {
    const [first, ...others] = edges
    const cells = first?.event == null ? beganCells(node, first) : edgeCells(first)
    this.#lines.push({ lead, what: nodeLabel(node) + usedText(node), mark, cells, below })
    if (first !== undefined) this.#edgeLines(first, below)
    for (const edge of others) {
      this.#lines.push({ lead: below, what: 'also', mark: '', cells: edgeCells(edge) })
      this.#edgeLines(edge, below)
    }
    if (isAgain) return
    if (node.more_above > 0)
      this.#say(below, `and ${formatCount(node.more_above)} more above: raise --depth or --limit`)
    if (node.end !== null) this.#say(below, node.end)
    for (const line of deedLines(node.did)) this.#say(below, line)
  }

  #edgeLines({ event, joined, candidates, by, failure }: LineageEdge, below: string): void {
    if (joined?.event != null) {
      const cells = eventCells(joined.event, joined.event.event_name ?? '', LINK_RULES[joined.rule].label)
      this.#lines.push({ lead: below, what: JOINED[joined.rule] ?? 'with', mark: '', cells })
    }
    // Whoever creates a key has seen its secret, but it belongs to someone else.
    const verb = event?.event_name === 'CreateAccessKey' ? 'made by' : 'issued to'
    if (by !== null) this.#say(below, `${verb} ${by}`)
    if (candidates > 1) this.#say(below, `one of ${candidates} events that match equally`)
    if (failure !== null && failure.count > 1) {
      const cells = eventCells(failure.last, failure.last.event_name ?? '', '')
      this.#lines.push({ lead: below, what: 'last attempt', mark: '', cells })
    }
  }

  #say(lead: string, what: string): void {
    this.#lines.push({ lead, what, mark: '' })
  }

  #branches({ id }: LineageNode): Branch[] {
    const byChild = new Map<string, LineageEdge[]>()
    for (const edge of this.#graph.edges) {
      if (edge.from === id) byChild.set(edge.to, [...(byChild.get(edge.to) ?? []), edge])
    }
    const branches = [...byChild].flatMap(([to, edges]) => {
      const node = this.#nodes.get(to)
      return node === undefined ? [] : [{ node, edges: [...edges].sort(byTime) }]
    })
    return branches.sort((a, b) => byTime(a.edges[0], b.edges[0]))
  }
}

const JOINED: Readonly<Partial<Record<string, string>>> = {
  request: 'asked for by',
  'shared-event': 'copy in the other account',
  'account-role-time': 'asked for by',
  'instance-id': 'launched by',
  'in-scope-of': 'launched by',
}

/** Undated credentials of a principal come after dated ones. */
function byTime(a: LineageEdge | undefined, b: LineageEdge | undefined): number {
  const [left, right] = [a, b].map((edge) => edge?.event?.event_time ?? '￿')
  return (left ?? '') < (right ?? '') ? -1 : left === right ? 0 : 1
}

/** Start of a credential without an issuing event, if recorded. */
function beganCells({ created }: LineageNode, edge: LineageEdge | undefined): string[] {
  const label = edge === undefined ? '' : LINK_RULES[edge.rule].label
  if (created === null && label === '') return []
  return [created ?? '', '', created === null ? '' : 'began', label, '']
}

function edgeCells(edge: LineageEdge): string[] {
  const { label } = LINK_RULES[edge.rule]
  const switched =
    edge.joined !== null && edge.joined.event === null ? `; ${LINK_RULES[edge.joined.rule].label}` : ''
  return eventCells(edge.event, callLabel(edge), label + switched)
}

function eventCells(event: LineageEvent | null, how: string, rule: string): string[] {
  const cells = [event?.event_time ?? '', event?.source_ip_address ?? '', how, rule, event?.event_id ?? '']
  return cells.map(printable)
}

function usedText({ kind, events }: LineageNode): string {
  if (events === null || kind === 'principal') return ''
  if (events === 0) return ', no events'
  return `, ${formatCount(events)} ${events === 1 ? 'event' : 'events'}`
}

function moreBelow({ more, more_because: because, more_calls: calls, kind }: LineageNode): string[] {
  if (more === 0) return []
  const what = kind === 'principal' ? 'credentials or issuing events' : 'issuing events'
  const names = calls.map(({ event_name: name, count }) => `${formatCount(count)} ${name}`)
  const which = names.length === 0 ? '' : ` (${names.join(', ')})`
  return [`and ${formatCount(more)} more ${what}${which}: raise --${because ?? 'limit'}`]
}

function deedLines(did: readonly LineageDeed[] | undefined): string[] {
  if (did === undefined) return []
  const lines = did.slice(0, MOST_DEEDS).map(deedText)
  const rest = did.slice(MOST_DEEDS)
  const events = rest.reduce((sum, { count }) => sum + count, 0)
  return rest.length === 0
    ? lines
    : [...lines, `and ${formatCount(events)} events of ${rest.length} more names`]
}

function deedText({
  event_source: source,
  event_name: name,
  count,
  failed,
  first,
  last,
}: LineageDeed): string {
  const service = source?.replace(/\.amazonaws\.com$/, '') ?? '?'
  const failures = failed === 0 ? '' : `, ${formatCount(failed)} failed`
  const span = first === last ? (first ?? '') : `${first ?? '?'} to ${last ?? '?'}`
  return `${formatCount(count)} × ${service} ${name ?? '?'}${failures}  ${span}`
}
