/** What a redacted hand-over must not hold, as far as the case knows it beforehand. */
import type { Connection } from '../store/open.js'

export interface Secrets {
  readonly names: Iterable<string>
  readonly accounts: Iterable<string>
}

/** Names of users, roles, sessions and Identity Center users, and the account ids, of the whole case. */
export function readSecrets(db: Connection): Secrets {
  const column = (sql: string): string[] => db.prepare<unknown[], string>(sql).pluck().all()
  const distinct = (table: string, names: readonly string[]): string[] =>
    names.flatMap((name) =>
      column(`SELECT DISTINCT ${name} FROM ${table} WHERE ${name} IS NOT NULL AND ${name} <> ''`),
    )
  return {
    names: [
      ...distinct('identity', [
        'user_name',
        'session_name',
        'session_issuer_name',
        'identity_center_user_id',
        'source_identity',
      ]),
      ...column(
        "SELECT name FROM resource WHERE name IS NOT NULL AND type IN ('AWS::IAM::User', 'AWS::IAM::Role', 'AWS::IAM::Group')",
      ),
    ],
    accounts: [
      ...distinct('identity', ['principal_account_id', 'session_issuer_account_id']),
      ...distinct('place', ['recipient_account_id']),
      ...distinct('source', ['path_account_id']),
    ].filter((id) => /^\d{12}$/.test(id)),
  }
}
