import type { QuestionSpec } from './question-spec.js'
import { sql } from './statement.js'
import { matches, readPattern } from './value.js'

/** Events of a caller, by any of its names, ids, ARNs or keys. Case does not matter: IAM's names are unique without it. */
export const byPrincipal: QuestionSpec<'principal'> = {
  kind: 'principal',
  reach: ({ value }) => {
    const pattern = readPattern(value.toLowerCase())
    const ids = sql`SELECT DISTINCT identity_id AS id FROM identity_name WHERE ${matches('name', pattern)}`
    return { criteria: [{ kind: 'dimension', dimension: 'identity', ids }], notes: [] }
  },
}
