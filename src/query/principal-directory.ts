/** Which principal is behind each identity: the identities of one canonical key are one principal. */
import type { PrincipalKind } from '../model/principal.js'
// The table of accounts that AWS has published as its own is data, not normalising.
// eslint-disable-next-line no-restricted-imports
import { ownedAccountLabel } from '../normalise/owned-accounts.js'
import type { Connection } from '../store/open.js'
import { readTuples } from '../store/reader.js'
import { sql } from './statement.js'

export interface Principal {
  readonly key: string
  readonly kind: PrincipalKind
  /** Best readable name: of a role the role's own, not that of a session. */
  readonly name: string
  readonly arn: string | null
  readonly accountId: string | null
  /** Whose account it is, when AWS has published it as its own. */
  readonly accountOwner: string | null
  /** No caller at all: an Insight or aggregated record. */
  readonly isNobody: boolean
}

type IdentityTuple = readonly [id: number, key: string, kind: PrincipalKind, isNobody: number]

type NameTuple = readonly [
  key: string,
  isNobody: number,
  arn: string | null,
  account: string | null,
  issuer: string | null,
  user: string | null,
  direct: string | null,
  any: string | null,
]

export class PrincipalDirectory {
  readonly principals: readonly Principal[]
  readonly #numbers: ReadonlyMap<number, number>

  constructor(db: Connection) {
    const identities = readTuples(
      db,
      sql`SELECT id, principal_key, principal_kind, credential_class = 'none' FROM identity ORDER BY principal_key, id`,
    ) as unknown as IdentityTuple[]
    const names = readNames(db)
    const numbers = new Map<number, number>()
    const byKey = new Map<string, number>()
    const principals: Principal[] = []
    for (const [id, key, kind, nobody] of identities) {
      const own = keyOf(key, nobody)
      let number = byKey.get(own)
      if (number === undefined) {
        number = principals.push(makePrincipal(key, kind, nobody, names.get(own))) - 1
        byKey.set(own, number)
      }
      numbers.set(id, number)
    }
    this.principals = principals
    this.#numbers = numbers
  }

  /** Position in `principals` of the one behind an identity; undefined in a damaged case. */
  numberOf(identityId: number): number | undefined {
    return this.#numbers.get(identityId)
  }
}

/** Which of several names is shown does not depend on the order of the evidence: the last in the alphabet. */
function readNames(db: Connection): Map<string, NameTuple> {
  const rows = readTuples(
    db,
    sql`SELECT principal_key, credential_class = 'none', max(coalesce(session_issuer_arn, principal_arn)),
  max(coalesce(session_issuer_account_id, principal_account_id)), max(session_issuer_name), max(user_name),
  max(principal) FILTER (WHERE invoked_by IS NULL), max(principal) FROM identity GROUP BY 1, 2`,
  ) as unknown as NameTuple[]
  return new Map(rows.map((row) => [keyOf(row[0], row[1]), row]))
}

/** Records without a caller must not be taken for a caller of whom nothing is known. */
function keyOf(key: string, isNobody: number): string {
  return `${isNobody} ${key}`
}

function makePrincipal(key: string, kind: PrincipalKind, nobody: number, names: NameTuple | undefined): Principal {
  const accountId = names?.[3] ?? null
  const accountOwner = accountId === null ? null : ownedAccountLabel(accountId)
  const name = (nobody === 1 ? '(no caller)' : names && nameOf(kind, names)) ?? key
  return {
    key,
    kind,
    name: kind === 'account' && accountOwner !== null ? `${name} ${accountOwner}` : name,
    arn: names?.[2] ?? null,
    accountId,
    accountOwner,
    isNobody: nobody === 1,
  }
}

/** Labels of identities are `ROLE/SESSION` and `NAME via SERVICE`. */
function nameOf(kind: PrincipalKind, [, , , , issuer, user, direct, any]: NameTuple): string | null {
  const label = direct ?? any?.replace(/ via \S+$/, '') ?? null
  if (kind === 'role') return issuer ?? label?.split('/')[0] ?? null
  return kind === 'user' ? (user ?? label) : kind === 'service' ? any : label
}
