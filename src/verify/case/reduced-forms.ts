/** Events that reduced forms made together: each is made again of the forms' own rows, which are held against the records as all others. */
import { makeValues } from '../../normalise/made-values.js'
import { contradictions, DICTIONARIES, FormReader, type Form } from '../../store/reduced-forms.js'
import { unite } from '../../store/united-event.js'
import type { Connection } from '../../store/open.js'
import { FindingList, type Finding } from './finding.js'

export function checkForms(db: Connection): Finding[] {
  const findings = new FindingList('reduced_form')
  const events = new FormReader(db, 'event')
  const stored = new FormReader(db, 'reduced_form')
  const targets = db.prepare<[], Folded>(
    `SELECT f.target, min(f.event_id) AS event_id, max(f.id = f.target) AS isUnited, group_concat(f.id) AS ids,
     count(*) FILTER (WHERE f.event_id <> e.event_id) AS others
     FROM reduced_form f JOIN event e ON e.id = f.target GROUP BY f.target`,
  )
  for (const { target, event_id, isUnited, ids, others } of targets.iterate()) {
    const event = events.read(target)
    const forms = ids.split(',').map((id) => stored.read(Number(id)))
    const wrong =
      others > 0
        ? 'has reduced forms of another eventID'
        : isUnited === 1
          ? ofUnion(event, forms)
          : ofRecord(event, forms)
    if (wrong !== null) findings.add('event', `${event_id} ${wrong}`)
  }
  return findings.all
}

/** Callers that no record has, but several reduced forms together. */
export function* unitedCallers(
  db: Connection,
): Generator<{ readonly dictionary: string; readonly id: number; readonly names: Names }> {
  const stored = new FormReader(db, 'reduced_form')
  const unions = db
    .prepare<[], string>('SELECT group_concat(id) FROM reduced_form GROUP BY target HAVING max(id = target)')
    .pluck()
  for (const ids of unions.iterate()) {
    const { made } = unite(
      ids.split(',').map((id) => stored.read(Number(id))),
      makeValues,
    )
    for (const { dictionary, id, names } of made) if (names !== undefined) yield { dictionary, id, names }
  }
}

type Names = readonly { readonly name: string; readonly kind: string }[]

interface Folded {
  readonly target: number
  readonly event_id: string
  readonly isUnited: number
  readonly ids: string
  readonly others: number
}

function ofUnion(event: Form, forms: readonly Form[]): string | null {
  const { eventTimeMs, flags, values, uses, columns } = unite(forms, makeValues)
  const differing = [
    ...(eventTimeMs === event.eventTimeMs ? [] : ['event_time_ms']),
    ...(flags === event.flags ? [] : ['flags']),
    ...(uses === event.uses ? [] : ['resources']),
    ...DICTIONARIES.map(({ name }) => name).filter((name) => values.get(name) !== event.values.get(name)),
    ...['request_id', 'shared_event_id'].filter((name) => columns.get(name) !== event.columns.get(name)),
  ]
  return differing.length === 0
    ? null
    : `is not what its reduced forms say together: another ${differing.join(', ')}`
}

function ofRecord({ columns }: Form, forms: readonly Form[]): string | null {
  const contradicting = forms.some((form) => contradictions(columns, form.columns).length > 0)
  return contradicting ? 'has a reduced form that its record contradicts' : null
}
