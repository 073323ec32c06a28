/** Plans → rows of `event`, through the index that reads the fewest. */
import { isoTime } from '../../model/time.js'
import type { Connection } from '../../store/open.js'
import { readIndexNames, readTuples } from '../../store/reader.js'
import { columnField } from '../match/field.js'
import type { Leaf } from '../match/node.js'
import type { DictionaryName } from './columns.js'
import type { Bits, Dictionaries } from './dictionary.js'
import { impliedSets, type Part } from './plan.js'

/** Longer sets lie in a temporary table. */
const MOST_LISTED = 400
/** Reading more of the events than this through an index is slower than reading all. */
const MOST_BY_INDEX = 0.3
/** So few that no other index can be much better. */
const FEW = 20_000

const DRIVERS: readonly DictionaryName[] = ['action', 'outcome', 'client', 'address', 'identity']

export class EventQuery {
  readonly #db: Connection
  readonly #dictionaries: Dictionaries
  readonly #indexes: ReadonlySet<string>
  readonly #counts = new Map<DictionaryName, Float64Array>()
  readonly #leaves: Leaf[] = []
  #sets = 0
  #total: number | undefined

  constructor(db: Connection, dictionaries: Dictionaries) {
    this.#db = db
    this.#dictionaries = dictionaries
    this.#indexes = readIndexNames(db)
    db.exec(
      'CREATE TEMP TABLE IF NOT EXISTS id_set (number INTEGER, id INTEGER, PRIMARY KEY (number, id)) WITHOUT ROWID',
    )
    db.function('coldtrail_test', { deterministic: true }, (number, value) =>
      this.#tests(Number(number), value as string | number | null),
    )
  }

  /** `FROM event e … WHERE …` */
  from(part: Part): string {
    const driver = this.#driver(part)
    const isAll = driver !== null && part.kind === 'set'
    const rest = isAll ? '1' : this.#sql(part)
    if (driver === null) return `FROM event e NOT INDEXED WHERE ${rest}`
    const { name, bits } = driver
    const present = name === 'outcome' ? ' AND e.outcome_id <> 0' : ''
    return `FROM event e INDEXED BY event_by_${name} WHERE e.${name}_id IN ${this.#list(name, bits)}${present} AND ${rest}`
  }

  #driver(part: Part): { readonly name: DictionaryName; readonly bits: Bits } | null {
    const implied = impliedSets(part)
    let best: { name: DictionaryName; bits: Bits; events: number } | null = null
    for (const name of DRIVERS) {
      const bits = implied.get(name)
      if (bits === undefined || !this.#indexes.has(`event_by_${name}`)) continue
      if (name === 'outcome' && bits[this.#dictionaries.of(name).ids.indexOf(0)] === 1) continue
      const counts = this.#countsOf(name)
      const events = bits.reduce((sum, bit, at) => (bit === 1 ? sum + (counts[at] as number) : sum), 0)
      if (best === null || events < best.events) best = { name, bits, events }
      if (best.events < FEW) break
    }
    return best === null || best.events > this.#all() * MOST_BY_INDEX ? null : best
  }

  #all(): number {
    return (this.#total ??= this.#countsOf('action').reduce((sum, count) => sum + count, 0))
  }

  #countsOf(name: DictionaryName): Float64Array {
    const known = this.#counts.get(name)
    if (known !== undefined) return known
    const { ids } = this.#dictionaries.of(name)
    const where = name === 'outcome' ? 'WHERE outcome_id <> 0 ' : ''
    const sql = `SELECT ${name}_id, count(*) FROM event ${where}GROUP BY 1`
    const found = new Map(readTuples(this.#db, { sql, params: [] }).map(([id, count]) => [id, Number(count)]))
    const counts = Float64Array.from(ids, (id) => found.get(id) ?? 0)
    this.#counts.set(name, counts)
    return counts
  }

  #sql(part: Part): string {
    switch (part.kind) {
      case 'always':
      case 'open':
        return '1'
      case 'never':
        return '0'
      case 'set':
        return `+e.${part.dictionary}_id IN ${this.#list(part.dictionary, part.bits)}`
      case 'event':
        this.#leaves.push(part.leaf)
        return `${part.negated ? 'NOT ' : ''}coldtrail_test(${this.#leaves.length - 1}, e.${part.column})`
      case 'and':
      case 'or':
        return `(${part.parts.map((one) => this.#sql(one)).join(` ${part.kind.toUpperCase()} `)})`
    }
  }

  #list(name: DictionaryName, bits: Bits): string {
    const { ids } = this.#dictionaries.of(name)
    const listed: number[] = []
    for (let at = 0; at < bits.length; at++) if (bits[at] === 1) listed.push(ids[at] as number)
    if (listed.length <= MOST_LISTED) return `(${listed.join(', ')})`
    const number = this.#sets++
    const insert = this.#db.prepare('INSERT INTO temp.id_set VALUES (?, ?)')
    this.#db.transaction(() => {
      for (const id of listed) insert.run(number, id)
    })()
    return `(SELECT id FROM temp.id_set WHERE number = ${number})`
  }

  #tests(number: number, value: string | number | null): number {
    const text = typeof value === 'number' ? isoTime(value) : value
    return this.#leaves[number]?.test(columnField(text), null) === true ? 1 : 0
  }
}
