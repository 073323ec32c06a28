/** Events that were delivered in more than one object: by two trails, or once more by one. */
import type { DeliveredTwice } from '../../model/coverage.js'
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import type { Scope } from '../../model/question.js'
import { inWindow } from '../plan/condition.js'
import { and, sql } from '../plan/statement.js'
import { inPlaces } from './event-places.js'
import { readDelivered, type ArchiveFile } from './delivered-files.js'
import type { Digest } from './digest-files.js'

/** Where a trail delivers to: its prefix, and whether for an organization. */
const ROOT = /^(.*?AWSLogs(?:\/o-[a-z0-9]+)?)\/\d{12}\/CloudTrail\//

interface Delivery {
  readonly object: string
  readonly trail: string
}

/** By pairs of trails: an event of three is in two of them. */
export function deliveredTwice(
  db: Connection,
  scope: Scope,
  files: readonly ArchiveFile[],
  digests: readonly Digest[],
): DeliveredTwice[] {
  const tests = [...inWindow('e.event_time_ms', scope.window), ...inPlaces(scope)]
  const pairs = readTuples(
    db,
    sql`SELECT e.source_id, d.source_id, count(*) FROM redelivery d CROSS JOIN event e ON e.id = d.event_rowid WHERE ${and(tests)} GROUP BY 1, 2`,
  ) as [number, number, number][]
  if (pairs.length === 0) return []
  const deliveries = deliveriesOf(files, digests)
  const counts = new Map<string, DeliveredTwice>()
  for (const [first, second, events] of pairs) {
    const [one, other] = [deliveries.get(first), deliveries.get(second)]
    // Copies of an object, and exports, are no deliveries.
    if (one === undefined || other === undefined || one.object === other.object) continue
    const trails = [...new Set([one.trail, other.trail])].sort()
    const key = trails.join('\n')
    counts.set(key, { trails, events: events + (counts.get(key)?.events ?? 0) })
  }
  return [...counts.values()].sort(
    (one, other) => other.events - one.events || (one.trails.join() < other.trails.join() ? -1 : 1),
  )
}

/** By source. */
function deliveriesOf(files: readonly ArchiveFile[], digests: readonly Digest[]): Map<number, Delivery> {
  const trails = new Map<string, Set<string>>()
  for (const { trail, keys } of digests)
    for (const key of keys) {
      const object = readDelivered(key)?.object
      if (object === undefined) continue
      const known = trails.get(object)
      if (known === undefined) trails.set(object, new Set([trail]))
      else known.add(trail)
    }
  const found = new Map<number, Delivery>()
  for (const { sourceIds, path, name } of files) {
    if (name === null) continue
    const named = trails.get(name.object)
    const trail = named === undefined ? unnamed(path) : [...named].sort().join(' and ')
    for (const id of sourceIds) found.set(id, { object: name.object, trail })
  }
  return found
}

function unnamed(path: string): string {
  const root = ROOT.exec(path.replaceAll('\\', '/'))?.[1]
  return root === undefined ? 'a trail that no digest names' : `the trail of ${root}`
}
