/** Secrets Manager appends six characters to the name in a secret's ARN, and accepts the ARN without them. */
import { and, or, raw, sql, type Statement } from '../plan/statement.js'
import { matches } from '../find/value.js'

const SECRET = /^arn:[a-z-]+:secretsmanager:[^:]*:[^:]*:secret:(.+)$/s
const ENDING = /-[A-Za-z0-9]{6}$/

/** Conditions on `r` for the other ARNs of the same secret. None for other resources. */
export function otherArnsOfSecret(arn: string): Statement[] {
  if (!SECRET.test(arn)) return []
  const longer = sql`(${withEnding('r', arn)})`
  if (!ENDING.test(arn)) return [longer]
  // `app-secret` looks like a name with a suffix. It is the whole name if that is known: from an ARN with a further
  // suffix, or from a call by name.
  const isName = sql`EXISTS (SELECT 1 FROM resource o WHERE (${withEnding('o', arn)}) OR (o.arn = ${arn} AND o.derived = 1))`
  return [longer, and([sql`r.arn = ${arn.replace(ENDING, '')}`, sql`NOT ${isName}`])]
}

function withEnding(table: 'r' | 'o', arn: string): Statement {
  const column = `${table}.arn`
  return and([
    matches(column, { text: `${arn}-`, isPrefix: true }),
    // An ARN derived from a name has no suffix.
    sql`${raw(table)}.derived = 0`,
    sql`length(${raw(column)}) = ${arn.length + 7}`,
    sql`substr(${raw(column)}, -6) NOT GLOB '*[^A-Za-z0-9]*'`,
  ])
}

/** A key shared by all ARNs of one secret, using the known names; the ARN itself for other resources. */
export function secretKey(arn: string, names: ReadonlySet<string | null>): string {
  const name = SECRET.exec(arn)?.[1]
  return name === undefined || names.has(name) ? arn : arn.replace(ENDING, '')
}

/** Condition that the ARN of `r` is a secret's. */
export const IS_SECRET: Statement = or(
  ['aws', 'aws-cn', 'aws-us-gov'].map(
    (partition) => sql`(${matches('r.arn', { text: `arn:${partition}:secretsmanager:`, isPrefix: true })})`,
  ),
)
