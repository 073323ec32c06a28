/** The callers of a case by ID, key and name. Cached, because one walk looks up the same ones repeatedly. */
import { damagedCase } from '../../model/case-error.js'
import type { Connection } from '../../store/open.js'
import { readColumn, readTuples } from '../../store/reader.js'
import { raw, sql, type Statement } from '../plan/statement.js'
import { asStored } from '../find/value.js'
import { IDENTITY_ROW_COLUMNS, type IdentityRow } from './identity-row.js'
import { spellingsOf } from './record-fields.js'

/** For a principal with more identities, only the first ones are used. */
const MOST_IDENTITIES = 20_000

const IDENTITY = `SELECT i.id, ${IDENTITY_ROW_COLUMNS.map((name) => `i.${name}`).join(', ')} FROM identity i`

export class CaseIdentities {
  readonly #db: Connection
  readonly #identities = new Map<number, IdentityRow>()
  readonly #names = new Map<string, readonly IdentityRow[]>()

  constructor(db: Connection) {
    this.#db = db
  }

  identity(id: number): IdentityRow {
    const known = this.#identities.get(id)
    if (known !== undefined) return known
    const [row] = this.#withIds([id])
    if (row !== undefined) return row
    throw damagedCase(`the case is damaged: identity ${id} is missing`)
  }

  withKey(key: string): IdentityRow[] {
    return this.#read(sql`SELECT id FROM session WHERE access_key_id = ${key}`)
  }

  /** Every identity with the name, in any case. */
  named(name: string): readonly IdentityRow[] {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const rows = this.#read(sql`${idsNamed(name)} LIMIT ${MOST_IDENTITIES}`)
    this.#names.set(name, rows)
    return rows
  }

  /**
   * Like `named`, for sessions that began in this second: a service can have tens of thousands of sessions of one name.
   */
  namedAt(name: string, second: number): readonly IdentityRow[] {
    const spellings = spellingsOf(second)
    const known = this.#names.get(name)
    if (known !== undefined && known.length < MOST_IDENTITIES) {
      return known.filter(({ session_created: created }) => created !== null && spellings.includes(created))
    }
    return this.#read(
      sql`SELECT i.id FROM (${idsNamed(name)}) n CROSS JOIN identity i ON i.id = n.identity_id
  WHERE i.session_created IN (SELECT value FROM json_each(${JSON.stringify(spellings)}))`,
    )
  }

  /** The kinds of this name, and whose it is. */
  namesOf(name: string): { readonly row: IdentityRow; readonly kind: string }[] {
    const folded = asStored(name).toLowerCase()
    const pairs = readTuples(
      this.#db,
      sql`SELECT identity_id, kind FROM identity_name WHERE name = ${folded} LIMIT ${MOST_IDENTITIES}`,
    )
    const rows = new Map(this.named(name).map((row) => [row.id, row]))
    return pairs.flatMap(([id, kind]) => {
      const row = rows.get(Number(id))
      return row === undefined ? [] : [{ row, kind: String(kind) }]
    })
  }

  /** Different names of a caller find the same rows, which are read once. */
  #read(ids: Statement): IdentityRow[] {
    return this.#withIds(readColumn<number>(this.#db, ids))
  }

  #withIds(ids: readonly number[]): IdentityRow[] {
    const unknown = ids.filter((id) => !this.#identities.has(id))
    if (unknown.length > 0) {
      const wanted = sql`SELECT value FROM json_each(${JSON.stringify(unknown)})`
      for (const values of readTuples(this.#db, sql`${raw(IDENTITY)} WHERE i.id IN (${wanted})`)) {
        const row = rowOf(values)
        this.#identities.set(row.id, row)
      }
    }
    return ids.flatMap((id) => this.#identities.get(id) ?? [])
  }
}

function rowOf([id, ...values]: readonly (string | number | null)[]): IdentityRow {
  const columns: Record<string, unknown> = { id }
  IDENTITY_ROW_COLUMNS.forEach((name, index) => {
    columns[name] = values[index]
  })
  return columns as unknown as IdentityRow
}

function idsNamed(name: string): Statement {
  const folded = asStored(name).toLowerCase()
  return sql`SELECT DISTINCT identity_id FROM identity_name WHERE name = ${folded}`
}
