/** What a redacted hand-over must not hold, as far as the case knows it beforehand. */
import type { Connection } from '../store/open.js'

export const CANONICAL_ID = /^[0-9a-f]{64}$/i

/** Prefixes by the IAM User Guide, IAM identifiers. */
export const UNIQUE_ID = /^A(?:BIA|CCA|GPA|IDA|IPA|KIA|NPA|NVA|PKA|ROA|SCA|SIA)[A-Z0-9]{12,}$/

export interface Secrets {
  readonly names: Iterable<string>
  readonly accounts: Iterable<string>
  /** Canonical user ids of S3: 64 hexadecimal digits, one for each account. */
  readonly canonicalIds: Iterable<string>
  /** Ids of keys and principals, in upper case; those in upper case are known by their form as well. */
  readonly uniqueIds?: Iterable<string>
}

/** Names of users, roles, sessions and Identity Center users, the account ids, and the ids of keys and principals, of the whole case. */
export function readSecrets(db: Connection): Secrets {
  const column = (sql: string): string[] => db.prepare<unknown[], string>(sql).pluck().all()
  const distinct = (table: string, names: readonly string[]): string[] =>
    names.flatMap((name) =>
      column(`SELECT DISTINCT ${name} FROM ${table} WHERE ${name} IS NOT NULL AND ${name} <> ''`),
    )
  const accounts = [
    ...distinct('identity', ['principal_account_id', 'session_issuer_account_id']),
    ...distinct('place', ['recipient_account_id']),
    ...distinct('source', ['path_account_id']),
    ...distinct('access_client', ['principal_account_id']),
  ].filter((id) => /^\d{12}$/.test(id))
  return {
    names: [
      ...accounts.map(asRead),
      ...distinct('identity', [
        'user_name',
        'session_name',
        'session_issuer_name',
        'identity_center_user_id',
        'source_identity',
      ]),
      ...distinct('access_client', ['session_name']),
      // By name, or by the end of an ARN.
      ...column(
        "SELECT coalesce(name, arn) FROM resource WHERE type IN ('AWS::IAM::User', 'AWS::IAM::Role', 'AWS::IAM::Group')",
      ).map((name) => (name.startsWith('arn:') ? name.slice(name.lastIndexOf('/') + 1) : name)),
    ],
    accounts,
    canonicalIds: [
      ...distinct('access_client', ['requester']),
      ...distinct('access_call', ['bucket_owner']),
    ].filter((id) => CANONICAL_ID.test(id)),
    uniqueIds: [
      ...distinct('identity', ['access_key_id', 'principal_id', 'session_issuer_id']),
      ...column("SELECT name FROM resource WHERE type = 'AWS::IAM::AccessKey' AND name IS NOT NULL"),
    ]
      // Behind it stands the name of the session.
      .map((id) => id.replace(/:.*/s, '').toUpperCase())
      .filter((id) => UNIQUE_ID.test(id)),
  }
}

/** As the console writes an account. */
function asRead(account: string): string {
  return `${account.slice(0, 4)}-${account.slice(4, 8)}-${account.slice(8)}`
}
