/** Tests are made on the distinct values of a column, once each, and become bits of the rows of a dictionary. */
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { columnField, type Field } from '../match/field.js'
import { evaluate, type Leaf, type Node } from '../match/node.js'
import { columnOf, spelledValue, type DictionaryName } from './columns.js'

export type Bits = Uint8Array

interface Column {
  readonly values: readonly Field[]
  /** Row → number of its value. */
  readonly numbers: Int32Array
  readonly byText: ReadonlyMap<string, readonly number[]>
}

const FROM: Readonly<Record<DictionaryName, string>> = {
  action: 'action d',
  place: 'place d',
  identity: 'session d JOIN caller c ON c.id = d.caller_id',
  address: 'address d',
  client: 'client d',
  outcome: 'outcome d',
}

export class Dictionary {
  readonly ids: readonly number[]
  readonly #db: Connection
  readonly #name: DictionaryName
  readonly #columns = new Map<string, Column>()
  readonly #results = new Map<string, Bits>()
  #rows: ReadonlyMap<number, number> | undefined

  constructor(db: Connection, name: DictionaryName) {
    this.#db = db
    this.#name = name
    this.ids = readTuples(db, { sql: `SELECT d.id FROM ${FROM[name]} ORDER BY d.id`, params: [] }).map(
      ([id]) => Number(id),
    )
  }

  get size(): number {
    return this.ids.length
  }

  /** @param node a tree of leaves on this dictionary. */
  bitsOf(node: Node): Bits {
    switch (node.kind) {
      case 'leaf':
        return node.other === null ? this.#leaf(node) : this.#rowByRow(node)
      case 'not':
        return inverted(this.bitsOf(node.node))
      case 'and':
        return node.nodes.map((part) => this.bitsOf(part)).reduce(intersected)
      case 'or':
        return node.nodes.map((part) => this.bitsOf(part)).reduce(united)
    }
  }

  #leaf(leaf: Leaf): Bits {
    const { values, numbers, byText } = this.#column(columnOf(leaf.field)?.column ?? '')
    const known = this.#results.get(leaf.key)
    const results = known ?? new Uint8Array(values.length)
    if (known === undefined) {
      if (leaf.equals === null)
        for (const [at, value] of values.entries()) results[at] = leaf.test(value, null) ? 1 : 0
      else for (const text of leaf.equals) for (const at of byText.get(text) ?? []) results[at] = 1
      this.#results.set(leaf.key, results)
    }
    const bits = new Uint8Array(numbers.length)
    for (let row = 0; row < numbers.length; row++) bits[row] = results[numbers[row] as number] as number
    return bits
  }

  #rowByRow(leaf: Leaf): Bits {
    const bits = new Uint8Array(this.size)
    for (let row = 0; row < bits.length; row++)
      bits[row] = evaluate(leaf, (name) => this.#valueAt(columnOf(name)?.column ?? '', row)) ? 1 : 0
    return bits
  }

  #valueAt(column: string, row: number): Field {
    const { values, numbers } = this.#column(column)
    return values[numbers[row] as number] as Field
  }

  /** The text of a column in the row with this id; null without one. */
  textAt(column: string, id: number): string | null {
    this.#rows ??= new Map(this.ids.map((one, row) => [one, row]))
    const row = this.#rows.get(id)
    return row === undefined ? null : (this.#valueAt(column, row).texts[0] ?? null)
  }

  /** Whether any row has a value. */
  hasValues(column: string): boolean {
    return this.#column(column).values.some(({ isPresent }) => isPresent)
  }

  #column(column: string): Column {
    const known = this.#columns.get(column)
    if (known !== undefined) return known
    const sql = `SELECT ${column} FROM ${FROM[this.#name]} ORDER BY d.id`
    const numbers = new Int32Array(this.size)
    const found = new Map<string | number | null, number>()
    const values: Field[] = []
    for (const [row, [value = null]] of readTuples(this.#db, { sql, params: [] }).entries()) {
      let number = found.get(value)
      if (number === undefined) {
        found.set(value, (number = values.length))
        values.push(columnField(spelledValue(column, value)))
      }
      numbers[row] = number
    }
    const byText = new Map<string, number[]>()
    for (const [at, { folded }] of values.entries())
      for (const text of folded) byText.set(text, [...(byText.get(text) ?? []), at])
    const made = { values, numbers, byText }
    this.#columns.set(column, made)
    return made
  }
}

export function inverted(bits: Bits): Bits {
  return bits.map((bit) => 1 - bit)
}

export function intersected(one: Bits, other: Bits): Bits {
  return one.map((bit, at) => bit & (other[at] as number))
}

export function united(one: Bits, other: Bits): Bits {
  return one.map((bit, at) => bit | (other[at] as number))
}

export class Dictionaries {
  readonly #known = new Map<DictionaryName, Dictionary>()
  constructor(readonly db: Connection) {}

  of(name: DictionaryName): Dictionary {
    const known = this.#known.get(name) ?? new Dictionary(this.db, name)
    this.#known.set(name, known)
    return known
  }
}
