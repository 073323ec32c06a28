/** Counts of rows by kind, in words. */
import { ROW_KINDS, type RowKind } from '../model/event.js'
import { formatCount } from './bytes.js'

export const KIND_NOUNS: Readonly<Record<RowKind, readonly [one: string, several: string]>> = {
  event: ['event', 'events'],
  'access-log': ['line of access logs', 'lines of access logs'],
  aggregate: ['count of aggregated events', 'counts of aggregated events'],
}

/** Kinds without rows are left out; if there are none at all, names the first of `asked`. */
export function rowCounts(
  counts: ReadonlyMap<RowKind, number>,
  asked: readonly RowKind[] = ['event'],
): string {
  const some = ROW_KINDS.filter((kind) => (counts.get(kind) ?? 0) > 0)
  const shown = some.length > 0 ? some : asked.slice(0, 1)
  return shown
    .map((kind) => {
      const count = counts.get(kind) ?? 0
      const [one, several] = KIND_NOUNS[kind]
      return `${formatCount(count)} ${count === 1 ? one : several}`
    })
    .join(', ')
}
