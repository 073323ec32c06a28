/** Checks that a caller has exactly the names that its records give it. */
import type { ClientEntry } from '../../model/access-draft.js'
import type { Entry, IdentityEntry, SqlValue } from '../../model/dictionary.js'
import { hash52 } from '../../normalise/intern.js'
import type { Connection } from '../../store/open.js'
import { FindingList, type Finding } from './finding.js'
import { unitedCallers } from './reduced-forms.js'

/** Each table of names with the column of its owner. */
const OWNER = {
  name_of_caller: 'caller_id',
  name_of_session: 'session_id',
  requester_name: 'requester',
} as const
type NameTable = keyof typeof OWNER
const TABLES = Object.keys(OWNER) as readonly NameTable[]

export type Names = IdentityEntry['names']

export class GivenNames {
  /** Entries, not IDs: equal columns can come from records with different names. */
  readonly #seen = new WeakSet<Entry>()
  readonly #given = new Set<number>()
  readonly #find

  constructor(db: Connection) {
    const find = (table: NameTable) =>
      db
        .prepare<[string, SqlValue, string], number>(
          `SELECT 1 FROM ${table} WHERE name = ? AND ${OWNER[table]} = ? AND kind = ?`,
        )
        .pluck()
    this.#find = {
      name_of_caller: find('name_of_caller'),
      name_of_session: find('name_of_session'),
      requester_name: find('requester_name'),
    }
  }

  /** Hashes of the names in the records. */
  get given(): number[] {
    return [...this.#given]
  }

  caller(identity: IdentityEntry, findings: FindingList): void {
    const { caller } = identity
    if (this.#isNew(caller)) this.#check('name_of_caller', caller.id, caller.names, findings)
    if (this.#isNew(identity)) this.#check('name_of_session', identity.id, identity.names, findings)
  }

  requester(client: ClientEntry, findings: FindingList): void {
    if (this.#isNew(client)) this.#check('requester_name', client.requester, client.names, findings)
  }

  united(table: NameTable, id: number, names: Names, findings: FindingList): void {
    this.#check(table, id, names, findings)
  }

  #isNew(entry: Entry): boolean {
    if (this.#seen.has(entry)) return false
    this.#seen.add(entry)
    return true
  }

  #check(table: NameTable, owner: SqlValue, names: Names, findings: FindingList): void {
    for (const { name, kind } of names) {
      this.#given.add(hash52([table, name, owner, kind]))
      if (this.#find[table].get(name, owner, kind) === undefined)
        findings.add('names', `a caller of it is no longer found by the ${kind} ${name}`)
    }
  }
}

/** @param given names of every source of the case. */
export function checkNames(db: Connection, given: ReadonlySet<number>): Finding[] {
  const united = new GivenNames(db)
  const missing = new FindingList('reduced_form')
  for (const { dictionary, id, names } of unitedCallers(db))
    united.united(dictionary === 'caller' ? 'name_of_caller' : 'name_of_session', id, names, missing)
  const known = new Set([...given, ...united.given])
  const unknown = TABLES.flatMap((table) => {
    const findings = new FindingList(table)
    const rows = db.prepare(`SELECT name, ${OWNER[table]}, kind FROM ${table}`).raw().iterate()
    for (const [name, owner, kind] of rows as IterableIterator<[string, SqlValue, string]>) {
      if (!known.has(hash52([table, name, owner, kind])))
        findings.add('names', `no record gives caller ${String(owner)} the ${kind} ${name}`)
    }
    return findings.all
  })
  return [...missing.all, ...unknown]
}
