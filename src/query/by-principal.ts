import type { QuestionSpec } from './question-spec.js'
import { sql, type Statement } from './statement.js'
import { asStored, matches, readPattern } from './value.js'

/** Events of a caller, by any of its names, ids, ARNs or keys. Case does not matter: IAM's names are unique without it. */
export const byPrincipal: QuestionSpec<'principal'> = {
  kind: 'principal',
  reach: ({ value }) => {
    const named = sql`SELECT DISTINCT identity_id AS id FROM identity_name WHERE ${isNamed(value)}`
    const ids = KEY.test(value) ? sql`SELECT DISTINCT id FROM (${identitiesNamed(value)})` : named
    return { criteria: [{ kind: 'dimension', dimension: 'identity', ids }], notes: [] }
  },
}

/** `user:AIDA…` and the like: what lists of principals show as principal_key. No name begins so but a subject's from outside. */
const KEY =
  /^(?:root|user|role|federated-user|identity-center-user|external-subject|service|account|unknown):/i

function isNamed(value: string): Statement {
  return matches('name', readPattern(value.toLowerCase()))
}

/** Selects `id` and `kind`, a kind of name, of every identity that bears the name; of one that bears several, several times. */
export function identitiesNamed(value: string): Statement {
  const named = sql`SELECT identity_id AS id, kind FROM identity_name WHERE ${isNamed(value)}`
  if (!KEY.test(value)) return named
  return sql`${named} UNION SELECT id, 'key' FROM identity WHERE principal_key = ${asStored(value)} COLLATE NOCASE`
}
