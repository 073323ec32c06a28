/**
 * Reduced forms of one eventID: each becomes an appearance of a record that it does not contradict; the others are united with those
 * they agree with, into one event that says what all of them say. Its row is made of the forms' own rows, which reduced_form keeps, each time
 * that another form or record of the eventID comes: so their order does not matter.
 */
import { FLAG } from '../model/dictionary.js'
import { useNumber } from '../model/event-id.js'
import type { Connection } from './connection.js'
import { usesOf } from './event-uses.js'
import { LeftValues, MadeValues } from './made-values.js'
import {
  contentOf,
  contradictions,
  covers,
  DICTIONARIES,
  Differences,
  disagreements,
  FormReader,
  OWN_COLUMNS,
  usesIn,
  type Columns,
  type Form,
} from './reduced-forms.js'
import { EVENT, REDUCED_FORM } from './schema.js'
import type { SourceTally } from './source-tally.js'
import { unite, type MakeValues, type UnitedEvent } from './united-event.js'

export interface FormRow {
  readonly id: number
  readonly source_id: number
}

/** Forms that are one event, in the order of their places. */
interface Group<Row> {
  columns: Columns
  readonly forms: { readonly row: Row; readonly form: Form }[]
}

export interface FoldedForms<Row> {
  /** The first row of each event that is left. */
  readonly kept: readonly Row[]
  /** How many different forms these have. */
  readonly forms: number
  readonly differences: Differences
}

/** Of so many records, or events of forms, of one eventID each form is compared with all: what comes of any evidence, and linear. */
const MOST_COMPARED = 200

const EVENT_COLUMNS = EVENT.columns.map(({ name }) => name).join(', ')

export class FormFold {
  readonly #forms
  readonly #stored
  readonly #tally: SourceTally
  readonly #makeValues: MakeValues
  readonly #made: MadeValues
  readonly #left: LeftValues
  readonly #sql
  readonly #hasForms: boolean

  constructor(db: Connection, tally: SourceTally, makeValues: MakeValues) {
    this.#forms = new FormReader(db, 'event')
    this.#stored = new FormReader(db, 'reduced_form')
    this.#tally = tally
    this.#makeValues = makeValues
    this.#made = new MadeValues(db)
    this.#left = new LeftValues(db)
    const names = REDUCED_FORM.columns.map(({ name }) => name).join(', ')
    const ids = DICTIONARIES.map(({ name }) => `${name}_id = @${name}`).join(', ')
    const own = OWN_COLUMNS.map((name) => `${name} = @${name}`).join(', ')
    this.#sql = {
      targets: db
        .prepare<[string], number>(
          `SELECT e.id FROM event e INDEXED BY event_by_event_id WHERE e.event_id = ? AND EXISTS (SELECT 1 FROM reduced_form f WHERE f.target = e.id)`,
        )
        .pluck(),
      formsOf: db.prepare<[number], FormRow & { readonly flags: number }>(
        'SELECT id, source_id, flags FROM reduced_form WHERE target = ? ORDER BY id',
      ),
      isReduced: db
        .prepare<[number], number>(`SELECT flags & ${FLAG.reduced} FROM event WHERE id = ?`)
        .pluck(),
      restore: db.prepare(`INSERT INTO event SELECT ${EVENT_COLUMNS} FROM reduced_form WHERE target = ?`),
      forget: db.prepare('DELETE FROM reduced_form WHERE target = ?'),
      store: db.prepare(
        `INSERT INTO reduced_form (${names}) SELECT ${EVENT_COLUMNS}, @target, @saysMore, @uses FROM event WHERE id = @id`,
      ),
      uses: db.prepare<[{ id: number }]>(`DELETE FROM event_resource AS x WHERE ${usesOf('x', '@id')}`),
      use: db.prepare(
        'INSERT INTO event_resource (id, resource_id, role_id, event_time_ms) VALUES (?, ?, ?, ?)',
      ),
      event: db.prepare<[number]>('DELETE FROM event WHERE id = ?'),
      add: db.prepare('UPDATE event SET appearances = appearances + ? WHERE id = ?'),
      unite: db.prepare(
        `UPDATE event SET event_time_ms = @time, ${ids}, ${own}, flags = @flags, target_use = @target
         WHERE id = @id`,
      ),
    }
    this.#hasForms = db.prepare('SELECT 1 FROM reduced_form LIMIT 1').get() !== undefined
  }

  /** Makes the forms of an eventID events of their own again, as they were before they were folded. */
  unfold(eventId: string): void {
    if (!this.#hasForms) return
    for (const target of this.#sql.targets.all(eventId)) {
      const isUnited = this.#sql.isReduced.get(target) !== 0
      const rows = this.#sql.formsOf.all(target)
      const forms = rows.map(({ id }) => this.#stored.read(id))
      if (isUnited) this.#left.note(this.#forms.read(target), forms)
      else this.#sql.add.run(-rows.length, target)
      for (const { id, source_id } of rows)
        if (id !== target) this.#tally.add(source_id, isUnited ? 'duplicates' : 'replaced', -1)
      if (isUnited) this.#remove(target)
      this.#sql.restore.run(target)
      for (const form of forms) this.#putUses(form.id, form)
      this.#sql.forget.run(target)
    }
  }

  /** @param forms and `records` in the order of their places. */
  fold<Row extends FormRow>(forms: readonly Row[], records: readonly Row[]): FoldedForms<Row> {
    const differences = new Differences()
    if (forms.length === 0 || forms.length + records.length === 1)
      return { kept: forms, forms: forms.length, differences }
    const full = records.slice(0, MOST_COMPARED).map((row) => this.#groupOf(row))
    const groups: Group<Row>[] = []
    let different = 0
    for (const same of this.#byContent(forms)) {
      const group =
        full.find(({ columns }) => contradictions(columns, same.columns).length === 0) ??
        groups
          .slice(0, MOST_COMPARED)
          .find(({ columns }) => disagreements(columns, same.columns).length === 0)
      if (group === undefined || groups.includes(group)) different++
      if (group === undefined) {
        groups.push(same)
        for (const { columns } of full) differences.add(contradictions(columns, same.columns))
      } else {
        group.forms.push(...same.forms)
        if (groups.includes(group)) group.columns = new Map([...group.columns, ...same.columns])
      }
    }
    for (const {
      columns,
      forms: [record, ...folded],
    } of full)
      for (const { row, form } of folded) this.#store(row, form, record?.row ?? row, columns, 'replaced')
    if (full.length === 0) addAll(differences, groups)
    const order = new Map(forms.map((row, at) => [row, at]))
    return { kept: groups.map((group) => this.#unite(group, order)), forms: different, differences }
  }

  /** At the end: words of new values, and values that no event has any more. */
  end(): void {
    this.#made.end()
    this.#left.end()
  }

  #groupOf<Row extends FormRow>(row: Row): Group<Row> {
    const form = this.#forms.read(row.id)
    return { columns: form.columns, forms: [{ row, form }] }
  }

  /** Those that say most are first, and of them it does not depend on places which. */
  #byContent<Row extends FormRow>(rows: readonly Row[]): Group<Row>[] {
    const groups = rows.map((row) => this.#groupOf(row))
    if (groups.length === 1) return groups
    const byContent = new Map<string, Group<Row>>()
    for (const group of groups) {
      const [first] = group.forms
      if (first === undefined) continue
      const content = contentOf(first.form)
      const same = byContent.get(content)
      if (same === undefined) byContent.set(content, group)
      else same.forms.push(first)
    }
    return [...byContent]
      .sort(([a, x], [b, y]) => y.columns.size - x.columns.size || (a < b ? -1 : 1))
      .map(([, group]) => group)
  }

  /** @returns the row of the event: the first of them in the order of places. */
  #unite<Row extends FormRow>({ forms }: Group<Row>, order: ReadonlyMap<Row, number>): Row {
    const placeOf = (row: Row): number => order.get(row) ?? 0
    const base = forms.map(({ row }) => row).reduce((a, b) => (placeOf(b) < placeOf(a) ? b : a))
    if (forms.length === 1) return base
    const united = unite(
      forms.map(({ form }) => form),
      this.#makeValues,
    )
    // Its own row first: the others add to its appearances.
    const inOrder = forms.toSorted((a, b) => placeOf(a.row) - placeOf(b.row))
    for (const { row, form } of inOrder) this.#store(row, form, base, united.columns, 'duplicates')
    this.#made.add(united.made)
    this.#write(base.id, united)
    return base
  }

  #write(id: number, united: UnitedEvent): void {
    this.#sql.unite.run({
      id,
      time: united.eventTimeMs,
      flags: united.flags,
      target: united.target === null ? null : usesIn(united.uses).indexOf(united.target),
      ...Object.fromEntries(OWN_COLUMNS.map((name) => [name, united.columns.get(name) ?? null])),
      ...Object.fromEntries(united.values),
    })
    this.#sql.uses.run({ id })
    this.#putUses(id, united)
  }

  #store<Row extends FormRow>(
    row: Row,
    form: Form,
    target: Row,
    columns: Columns,
    kind: 'duplicates' | 'replaced',
  ): void {
    const saysMore = covers(columns, form.columns) ? 0 : 1
    this.#sql.store.run({ id: row.id, target: target.id, saysMore, uses: form.uses })
    if (row.id === target.id) return
    this.#remove(row.id)
    this.#sql.add.run(1, target.id)
    this.#tally.add(row.source_id, kind, 1)
  }

  #remove(id: number): void {
    this.#sql.uses.run({ id })
    this.#sql.event.run(id)
  }

  #putUses(id: number, { uses, eventTimeMs }: Pick<Form, 'uses' | 'eventTimeMs'>): void {
    this.#sql.uses.run({ id })
    usesIn(uses).forEach((use, at) => {
      const [resource = '0', role = '0'] = use.split('.')
      this.#sql.use.run(useNumber(id, at), BigInt(resource), Number(role), eventTimeMs)
    })
  }
}

function addAll(differences: Differences, groups: readonly Pick<Group<unknown>, 'columns'>[]): void {
  const compared = groups.slice(0, MOST_COMPARED)
  compared.forEach((one, at) => {
    for (const other of compared.slice(at + 1)) differences.add(disagreements(one.columns, other.columns))
  })
}
