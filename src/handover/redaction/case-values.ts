/** Names, accounts and IDs known to the case, and the words that are AWS's own. */
import type { Connection } from '../../store/open.js'
import { CANONICAL_ID } from './fields.js'
import { UNIQUE_ID } from './forms.js'
import type { Redactor } from './redactor.js'

/** Services, actions and regions. Only with AWS's spelling: other parties can choose an event's source and name. */
export function awsWords(db: Connection): string[] {
  const column = (sql: string): string[] => db.prepare<unknown[], string>(sql).pluck().all()
  return [
    ...column(
      "SELECT DISTINCT event_name FROM action WHERE event_source GLOB '*.amazonaws.com' AND event_name IS NOT NULL",
    ),
    ...column("SELECT DISTINCT event_source FROM action WHERE event_source GLOB '*.amazonaws.com'"),
    ...column('SELECT DISTINCT aws_region FROM place WHERE aws_region IS NOT NULL'),
  ].filter((word) => WORD.test(word))
}

/** us-east-1, lambda.amazonaws.com, PutObject */
const WORD = /^[a-z]{2}(?:-[a-z]+)+-\d$|^[a-z0-9.-]+\.amazonaws\.com$|^[A-Z][a-z]+[A-Z][A-Za-z0-9]+$/

const NAMES: Readonly<Record<string, readonly string[]>> = {
  identity: [
    'user_name',
    'session_name',
    'session_issuer_name',
    'identity_center_user_id',
    'source_identity',
  ],
  access_client: ['session_name'],
}
const ACCOUNTS: Readonly<Record<string, readonly string[]>> = {
  identity: ['principal_account_id', 'session_issuer_account_id'],
  place: ['recipient_account_id'],
  source: ['path_account_id'],
  access_client: ['principal_account_id'],
}
const CANONICAL_IDS = { access_client: ['requester'], access_call: ['bucket_owner'] }
const UNIQUE_IDS = { identity: ['access_key_id', 'principal_id', 'session_issuer_id'] }
const ADDRESSES = { address: ['source_ip_address'], access_client: ['remote_ip'] }

export function learnCase(db: Connection, redactor: Redactor): void {
  for (const name of distinct(db, NAMES)) redactor.learn(name, 'userName')
  const named = db
    .prepare<unknown[], string>(
      "SELECT coalesce(name, arn) FROM resource WHERE type IN ('AWS::IAM::User', 'AWS::IAM::Role', 'AWS::IAM::Group')",
    )
    .pluck()
  for (const name of named.iterate()) redactor.learn(name, 'userName')
  for (const account of distinct(db, ACCOUNTS)) {
    if (!/^\d{12}$/.test(account)) continue
    redactor.learnValue('account', account)
    // As the console writes it.
    redactor.learnValue('name', account.replace(/^(....)(....)/, '$1-$2-'))
  }
  for (const id of distinct(db, CANONICAL_IDS))
    if (CANONICAL_ID.test(id)) redactor.learnValue('canonical', id)
  for (const value of distinct(db, UNIQUE_IDS)) {
    // Followed by the name of the session.
    const id = value.replace(/:.*/s, '').toUpperCase()
    if (UNIQUE_ID.test(id)) redactor.learnValue('id', id)
  }
  for (const address of distinct(db, ADDRESSES)) redactor.learn(address)
}

function* distinct(db: Connection, columns: Readonly<Record<string, readonly string[]>>): Generator<string> {
  for (const [table, names] of Object.entries(columns)) {
    for (const name of names) {
      const read = db.prepare(`SELECT DISTINCT ${name} FROM ${table}`).pluck()
      for (const value of read.iterate()) if (typeof value === 'string') yield value
    }
  }
}
