import { requesterNamed, requestersIn } from '../access-log/reach.js'
import type { QuestionSpec } from './question-spec.js'
import { sql, type Statement } from '../plan/statement.js'
import { asStored, matches, readPattern } from './value.js'

/**
 * Events of a caller, by any of its names, IDs, ARNs or keys. Case-insensitive: IAM names are unique regardless of
 * case.
 */
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

/** A principal_key such as `user:AIDA…`. No name starts like this except an external subject's. */
const KEY =
  /^(?:root|user|role|federated-user|identity-center-user|external-subject|service|account|unknown):/i

/** A label such as `alice (111122223333)`. */
const LABEL = /^(.+) \((\d{12})\)$/s

const UNIQUE_ID = /^A(?:IDA|ROA)[A-Z0-9]{4,}/i
const BY_ARN =
  'access logs hold no unique IDs: their lines are found by the ARN that the events of this one have'

/** Selects the recorded ARNs of the principals with this unique ID or key. */
function arnsOf(value: string): Statement {
  return sql`SELECT i.principal_arn FROM (${identitiesNamed(value)}) n CROSS JOIN identity i ON i.id = n.id
  WHERE n.kind IN ('id', 'key') AND i.principal_arn IS NOT NULL`
}

function isNamed(value: string): Statement {
  return matches('name', readPattern(value.toLowerCase()))
}

/** Selects `id` and `kind` (a kind of name) of every identity with the name; once per kind. */
export function identitiesNamed(value: string): Statement {
  const named = sql`SELECT identity_id AS id, kind FROM identity_name WHERE ${isNamed(value)}`
  const [, name, account] = LABEL.exec(value) ?? []
  if (name !== undefined && account !== undefined)
    return sql`${named} UNION SELECT n.identity_id, n.kind FROM identity_name n CROSS JOIN identity i ON i.id = n.identity_id
  WHERE ${matches('n.name', readPattern(name.toLowerCase()))} AND i.principal_account_id = ${account}`
  if (!KEY.test(value)) return named
  return sql`${named} UNION SELECT id, 'key' FROM identity WHERE principal_key = ${asStored(value)} COLLATE NOCASE`
}
