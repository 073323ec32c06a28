/** The callers of a case, by their ids, keys and names. What was read is kept: one walk asks for the same ones again and again. */
import { CaseError, EXIT } from '../../model/case-error.js'
import { IDENTITY_COLUMNS } from '../../model/principal.js'
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { raw, sql, type Statement } from '../statement.js'
import { asStored } from '../value.js'
import type { IdentityRow } from './identity-row.js'
import { spellingsOf } from './record-fields.js'

/** A principal of more identities than this is shown by the first of them. */
const MOST_IDENTITIES = 20_000

const IDENTITY = `SELECT i.id, ${IDENTITY_COLUMNS.map((name) => `i.${name}`).join(', ')}`

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
    const [row] = this.#readIdentities(sql`${raw(IDENTITY)} FROM identity i WHERE i.id = ${id}`)
    if (row !== undefined) return row
    throw new CaseError(`the case is damaged: identity ${id} is missing`, {
      exit: EXIT.verificationFailed,
      hint: 'see what is damaged with: coldtrail verify',
    })
  }

  withKey(key: string): IdentityRow[] {
    return this.#readIdentities(sql`${raw(IDENTITY)} FROM identity i WHERE i.access_key_id = ${key}`)
  }

  /** Every identity that bears the name, in any case. */
  named(name: string): readonly IdentityRow[] {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const rows = this.#readIdentities(sql`${named(name)} LIMIT ${MOST_IDENTITIES}`)
    this.#names.set(name, rows)
    return rows
  }

  /** As `named`, of sessions that began in this second: a service can have tens of thousands of sessions of one name. */
  namedAt(name: string, second: number): readonly IdentityRow[] {
    const spellings = spellingsOf(second)
    const known = this.#names.get(name)
    if (known !== undefined && known.length < MOST_IDENTITIES) {
      return known.filter(({ session_created: created }) => created !== null && spellings.includes(created))
    }
    return this.#readIdentities(
      sql`${named(name)} AND i.session_created IN (SELECT value FROM json_each(${JSON.stringify(spellings)}))`,
    )
  }

  /** What kinds of name this is, and of whom. */
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

  #readIdentities(statement: Statement): IdentityRow[] {
    return readTuples(this.#db, statement).map((values) => {
      const id = Number(values[0])
      const known = this.#identities.get(id)
      if (known !== undefined) return known
      const columns: Record<string, unknown> = { id }
      IDENTITY_COLUMNS.forEach((name, index) => {
        columns[name] = values[index + 1]
      })
      const row = columns as unknown as IdentityRow
      this.#identities.set(id, row)
      return row
    })
  }
}

function named(name: string): Statement {
  const folded = asStored(name).toLowerCase()
  return sql`${raw(IDENTITY)} FROM (SELECT DISTINCT identity_id FROM identity_name WHERE name = ${folded}) n
  CROSS JOIN identity i ON i.id = n.identity_id WHERE TRUE`
}
