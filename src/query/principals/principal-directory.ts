/** Maps identities to principals: identities with the same canonical key are one principal. */
import { damagedCase } from '../../model/case-error.js'
import type { PrincipalKind } from '../../model/principal.js'
import type { Connection } from '../../store/open.js'
import { PRINCIPAL_NAME } from '../../store/principal-name.js'
import { readTuples } from '../../store/reader.js'
import { labelledAccount, ownedAccountLabel } from './account-owner.js'
import { raw, sql } from '../plan/statement.js'

export interface Principal {
  readonly key: string
  readonly kind: PrincipalKind
  /** Most readable name: for a role its own, not that of a session. */
  readonly name: string
  /** The name plus what distinguishes it from others: the account, and the key if needed. */
  readonly label: string
  readonly arn: string | null
  readonly accountId: string | null
  /** Owner of the account if AWS has published it as its own. */
  readonly accountOwner: string | null
  /** An Insight or aggregated record, which has no caller. */
  readonly isNobody: boolean
}

/** What lists need to know about an identity. */
export interface IdentityFacts {
  /** Index of its principal in `principals`. */
  readonly principal: number
  readonly credentialClass: string
  readonly accessKey: string | null
}

type IdentityTuple = readonly [
  id: number,
  key: string,
  kind: PrincipalKind,
  credentials: string,
  accessKey: string | null,
]

type NameTuple = readonly [
  key: string,
  isNobody: number,
  arn: string | null,
  account: string | null,
  name: string | null,
]

export class PrincipalDirectory {
  readonly principals: readonly Principal[]
  readonly #identities = new Map<number, IdentityFacts>()

  constructor(db: Connection) {
    const names = readNames(db)
    const numbers = new Map<string, number>()
    const principals: Unlabelled[] = []
    for (const [id, key, kind, credentialClass, accessKey] of readIdentities(db)) {
      const nobody = credentialClass === 'none' ? 1 : 0
      const own = keyOf(key, nobody)
      let principal = numbers.get(own)
      if (principal === undefined) {
        principal = principals.push(makePrincipal(key, kind, nobody, names.get(own))) - 1
        numbers.set(own, principal)
      }
      this.#identities.set(id, { principal, credentialClass, accessKey })
    }
    this.principals = withLabels(principals)
  }

  /** @throws CaseError in a damaged case. */
  factsOf(identityId: number): IdentityFacts {
    return this.#identities.get(identityId) ?? missing(identityId)
  }

  principalOf(identityId: number): Principal {
    return this.principals[this.factsOf(identityId).principal] ?? missing(identityId)
  }
}

function missing(identityId: number): never {
  throw damagedCase(`the case is damaged: identity ${identityId} is missing`)
}

function readIdentities(db: Connection): IdentityTuple[] {
  const statement = sql`SELECT id, principal_key, principal_kind, credential_class, access_key_id FROM identity ORDER BY id`
  return readTuples(db, statement) as unknown as IdentityTuple[]
}

function readNames(db: Connection): Map<string, NameTuple> {
  const rows = readTuples(
    db,
    sql`SELECT principal_key, credential_class = 'none',
  max(CASE principal_kind WHEN 'role' THEN coalesce(session_issuer_arn, principal_arn) ELSE principal_arn END),
  max(CASE principal_kind WHEN 'role' THEN coalesce(session_issuer_account_id, principal_account_id) ELSE principal_account_id END),
  ${raw(PRINCIPAL_NAME)} FROM identity i GROUP BY 1, 2`,
  ) as unknown as NameTuple[]
  return new Map(rows.map((row) => [keyOf(row[0], row[1]), row]))
}

/** Keeps records without a caller apart from unknown callers. */
function keyOf(key: string, isNobody: number): string {
  return `${isNobody} ${key}`
}

type Unlabelled = Omit<Principal, 'label'>

/** Users and roles of one name exist in several accounts, or one after the other in the same. */
function withLabels(principals: readonly Unlabelled[]): Principal[] {
  const labels = principals.map(({ name, accountId }) => {
    return accountId === null || name.includes(accountId) ? name : `${name} (${labelledAccount(accountId)})`
  })
  const counts = new Map<string, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return principals.map((principal, index) => {
    const label = labels[index] ?? principal.name
    return { ...principal, label: counts.get(label) === 1 ? label : `${label} ${principal.key}` }
  })
}

function makePrincipal(
  key: string,
  kind: PrincipalKind,
  nobody: number,
  names: NameTuple | undefined,
): Unlabelled {
  // A service acts in every account, so any single account would mislead.
  const accountId = kind === 'service' ? null : (names?.[3] ?? null)
  const accountOwner = accountId === null ? null : ownedAccountLabel(accountId)
  const name = (nobody === 1 ? '(no caller)' : names?.[4]) ?? key
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
