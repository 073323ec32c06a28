/** Events that reduced forms made together: each is made again of the forms' own rows, which are held against the records as all others. */
import { makeValues } from '../../normalise/made-values.js'
import {
  contradictions,
  covers,
  DICTIONARIES,
  FormReader,
  OWN_COLUMNS,
  type Form,
} from '../../store/reduced-forms.js'
import { unite } from '../../store/united-event.js'
import type { Connection } from '../../store/open.js'
import { FindingList, type Finding } from './finding.js'

export function checkForms(db: Connection): Finding[] {
  const findings = new FindingList('reduced_form')
  const events = new FormReader(db, 'event')
  const stored = new FormReader(db, 'reduced_form')
  const targets = db.prepare<[], Folded>(
    `SELECT f.target, min(f.event_id) AS event_id, max(f.id = f.target) AS isUnited,
     json_group_array(json_array(f.id, f.says_more)) AS forms, count(*) FILTER (WHERE f.event_id <> e.event_id) AS others,
     count(*) FILTER (WHERE f.id = f.target AND (f.source_id, f.record_offset, f.record_length, coalesce(f.locator, ''))
       <> (e.source_id, e.record_offset, e.record_length, coalesce(e.locator, ''))) AS moved,
     count(*) FILTER (WHERE f.appearances <> 1) AS repeated
     FROM reduced_form f JOIN event e ON e.id = f.target GROUP BY f.target`,
  )
  for (const folded of targets.iterate()) {
    const event = events.read(folded.target)
    const ids = JSON.parse(folded.forms) as [id: number, saysMore: number][]
    const forms = ids.map(([id]) => stored.read(id))
    const wrong = [
      folded.others > 0 ? 'has reduced forms of another eventID' : null,
      folded.moved > 0 ? 'is at another place than the form that it began with' : null,
      folded.repeated > 0 ? 'has a reduced form with appearances of its own' : null,
      forms.some(({ columns }, at) => Number(!covers(event.columns, columns)) !== ids[at]?.[1])
        ? 'has a reduced form with a wrong says_more'
        : null,
      folded.isUnited === 1 ? ofUnion(event, forms) : ofRecord(event, forms),
    ]
    for (const detail of wrong) if (detail !== null) findings.add('event', `${folded.event_id} ${detail}`)
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
  /** JSON: number and says_more of each. */
  readonly forms: string
  readonly others: number
  readonly moved: number
  readonly repeated: number
}

function ofUnion(event: Form, forms: readonly Form[]): string | null {
  const { eventTimeMs, flags, values, uses, target, columns } = unite(forms, makeValues)
  const differing = [
    ...(eventTimeMs === event.eventTimeMs ? [] : ['event_time_ms']),
    ...(flags === event.flags ? [] : ['flags']),
    ...(target === event.target ? [] : ['target']),
    ...(uses === event.uses ? [] : ['resources']),
    ...DICTIONARIES.map(({ name }) => name).filter((name) => values.get(name) !== event.values.get(name)),
    ...OWN_COLUMNS.filter((name) => columns.get(name) !== event.columns.get(name)),
  ]
  return differing.length === 0
    ? null
    : `is not what its reduced forms say together: another ${differing.join(', ')}`
}

function ofRecord({ columns }: Form, forms: readonly Form[]): string | null {
  const contradicting = forms.some((form) => contradictions(columns, form.columns).length > 0)
  return contradicting ? 'has a reduced form that its record contradicts' : null
}
