/**
 * The row of an event that several reduced forms make: the union of what they say. It depends on what the forms say alone, not on
 * their order: so `verify` can make it again.
 */
import { FLAG, type SqlValue } from '../model/dictionary.js'
import { MAX_USES } from '../model/event-id.js'
import { DICTIONARIES, usesIn, type Columns, type Form } from './reduced-forms.js'

/** A row of a dictionary that no single record has. */
export interface MadeValue {
  /** Its table. */
  readonly dictionary: string
  readonly id: number
  readonly values: readonly SqlValue[]
  /** Its searchable text. */
  readonly text: string
  readonly names?: readonly { readonly name: string; readonly kind: string }[]
}

/** Makes the rows for an event with these columns, by the name of each dictionary: its own and then those it points to. */
export type MakeValues = (columns: Columns) => Readonly<Record<string, readonly MadeValue[]>>

export interface UnitedEvent extends Omit<Form, 'id'> {
  /** Rows that the dictionaries may not have. */
  readonly made: readonly MadeValue[]
}

/** @param forms that do not disagree in any column. */
export function unite(forms: readonly Form[], makeValues: MakeValues): UnitedEvent {
  const columns = unionOf(forms)
  const { eventTimeMs, flags } = timeOf(forms)
  const otherFlags = forms.reduce((all, form) => all | form.flags, 0) & ~TIME_FLAGS
  const uses = usesOf(forms)
  const values = new Map<string, number>()
  const made: MadeValue[] = []
  let all: ReturnType<MakeValues> | undefined
  for (const dictionary of DICTIONARIES) {
    const { name } = dictionary
    const known = sayingAll(dictionary.columns, forms, name, columns)
    const rows = known === undefined ? ((all ??= makeValues(columns))[name] ?? []) : []
    made.push(...rows)
    values.set(name, known ?? rows[0]?.id ?? 0)
  }
  return {
    eventTimeMs,
    flags: otherFlags | flags,
    columns,
    values,
    uses,
    target: targetOf(forms, uses),
    made,
  }
}

function unionOf(forms: readonly Pick<Form, 'columns'>[]): Columns {
  return new Map(forms.flatMap(({ columns }) => [...columns]))
}

const TIME_FLAGS = FLAG.timestampTime | FLAG.envelopeTime

/** The event's own time before that of a shipper, and that before an envelope's; of equal ones the more precise. */
function timeOf(forms: readonly Form[]): Pick<Form, 'eventTimeMs' | 'flags'> {
  const times = forms
    .filter(({ eventTimeMs }) => eventTimeMs !== null)
    .map(({ eventTimeMs, flags }) => ({ eventTimeMs, flags: flags & TIME_FLAGS }))
  const [best] = times.sort((a, b) => a.flags - b.flags || Number(b.eventTimeMs) - Number(a.eventTimeMs))
  return best ?? { eventTimeMs: null, flags: 0 }
}

/** The row of this dictionary, of those that the forms have, that says all of the union; of several always the same. */
function sayingAll(
  names: readonly string[],
  forms: readonly Form[],
  dictionary: string,
  union: Columns,
): number | undefined {
  const wanted = names.filter((name) => union.has(name))
  const saying = forms.filter(({ columns }) => wanted.every((name) => columns.has(name)))
  const ids = saying.map(({ values }) => values.get(dictionary) ?? 0)
  return ids.length === 0 ? undefined : Math.min(...new Set(ids))
}

/** That of the form that says most; null where it is beyond the most uses of an event. */
function targetOf(forms: readonly Form[], uses: string): string | null {
  const acting = forms.filter(({ target }) => target !== null)
  const [best] = acting.sort(
    (a, b) => b.columns.size - a.columns.size || ((a.target ?? '') < (b.target ?? '') ? -1 : 1),
  )
  const target = best?.target ?? null
  return target !== null && usesIn(uses).includes(target) ? target : null
}

function usesOf(forms: readonly Form[]): string {
  const uses = new Set(forms.flatMap((form) => usesIn(form.uses)))
  const keyed = Array.from(uses, (use) => {
    const [resource = '0', role = '0'] = use.split('.')
    return { use, resource: BigInt(resource), role: Number(role) }
  })
  keyed.sort((a, b) => (a.resource < b.resource ? -1 : a.resource > b.resource ? 1 : a.role - b.role))
  return keyed
    .slice(0, MAX_USES)
    .map(({ use }) => ` ${use}`)
    .join('')
}
