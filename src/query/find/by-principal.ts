import { requesterNamed, requestersIn } from '../access-log/reach.js'
import type { QuestionSpec } from './question-spec.js'
import { sql, type Statement } from '../plan/statement.js'
import { asStored, matches, readPattern } from './value.js'

/** Events of a caller, by any of its names, ids, ARNs or keys. Case does not matter: IAM's names are unique without it. */
export const byPrincipal: QuestionSpec<'principal'> = {
  kind: 'principal',
  reach: ({ value }) => {
    const named = sql`SELECT DISTINCT identity_id AS id FROM identity_name WHERE ${isNamed(value)}`
    const isMore = KEY.test(value) || LABEL.test(value)
    const ids = isMore ? sql`SELECT DISTINCT id FROM (${identitiesNamed(value)})` : named
    return { criteria: [{ kind: 'dimension', dimension: 'identity', ids }], notes: [] }
  },
  accessReach: ({ value }) => {
    const named = requesterNamed(readPattern(value.toLowerCase()))
    if (!KEY.test(value) && !UNIQUE_ID.test(value)) return { criteria: [named], notes: [] }
    return { criteria: [{ kind: 'any', of: [named, requestersIn(arnsOf(value))] }], notes: [BY_ARN] }
  },
}

/** `user:AIDA…` and the like: what lists of principals show as principal_key. No name begins so but a subject's from outside. */
const KEY =
  /^(?:root|user|role|federated-user|identity-center-user|external-subject|service|account|unknown):/i

/** `alice (111122223333)`: as lists show a principal. */
const LABEL = /^(.+) \((\d{12})\)$/s

const UNIQUE_ID = /^A(?:IDA|ROA)[A-Z0-9]{4,}/i
const BY_ARN =
  'access logs hold no unique IDs: their lines are found by the ARN that the events of this one have'

/** Selects the ARNs, as recorded, of those whom a unique ID or key names. */
function arnsOf(value: string): Statement {
  return sql`SELECT i.principal_arn FROM (${identitiesNamed(value)}) n CROSS JOIN identity i ON i.id = n.id
  WHERE n.kind IN ('id', 'key') AND i.principal_arn IS NOT NULL`
}

function isNamed(value: string): Statement {
  return matches('name', readPattern(value.toLowerCase()))
}

/** Selects `id` and `kind`, a kind of name, of every identity that bears the name; of one that bears several, several times. */
export function identitiesNamed(value: string): Statement {
  const named = sql`SELECT identity_id AS id, kind FROM identity_name WHERE ${isNamed(value)}`
  const [, name, account] = LABEL.exec(value) ?? []
  if (name !== undefined && account !== undefined)
    return sql`${named} UNION SELECT n.identity_id, n.kind FROM identity_name n CROSS JOIN identity i ON i.id = n.identity_id
  WHERE ${matches('n.name', readPattern(name.toLowerCase()))} AND i.principal_account_id = ${account}`
  if (!KEY.test(value)) return named
  return sql`${named} UNION SELECT id, 'key' FROM identity WHERE principal_key = ${asStored(value)} COLLATE NOCASE`
}
