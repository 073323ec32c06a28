/** An event and lines of access logs that are of one request: each leads to the other. */
import { shellWord } from '../../model/shell-word.js'
import type { Connection } from '../../store/open.js'
import { readColumn, readNumber, readTuples } from '../../store/reader.js'
import { list, sql } from '../plan/statement.js'
import { idSpellings } from '../find/value.js'
import { DeletionsShown } from './delete-objects.js'

export function linesOfEvent(db: Connection, eventId: string): string[] {
  const deletions = new DeletionsShown()
  const events = readTuples(
    db,
    sql`SELECT DISTINCT e.request_id, a.event_name FROM event e CROSS JOIN action a ON a.id = e.action_id
  WHERE e.event_id IN ${list(idSpellings(eventId))} AND e.request_id IS NOT NULL`,
  )
  const lines = events.flatMap(([request = null, name = null]) => {
    const count = readNumber(db, sql`SELECT count(*) FROM access_log WHERE request_id = ${request}`) ?? 0
    if (count === 0) deletions.add({ kind: 'event', event_name: name, request_id: request })
    const nouns = count === 1 ? 'line of access logs is' : 'lines of access logs are'
    return count === 0
      ? []
      : [`${count} ${nouns} of the same request: coldtrail find request ${shellWord(String(request))}`]
  })
  return [...lines, ...deletions.notes(db)]
}

/** @param id request ID or host ID. */
export function eventsOfLine(db: Connection, id: string): string[] {
  const events = readColumn<string>(
    db,
    sql`SELECT DISTINCT e.event_id FROM access_log l CROSS JOIN event e ON e.request_id = l.request_id
  WHERE l.request_id = ${id} OR (substr(l.host_id, 1, 16) = ${id.slice(0, 16)} AND l.host_id = ${id}) ORDER BY e.id`,
  )
  return events.map((event) => `the event of the same request: coldtrail show ${shellWord(event)}`)
}
