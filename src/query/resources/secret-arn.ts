/** A secret's ARN ends in six characters that Secrets Manager adds to the name; it takes the ARN without them, too. */
import { and, or, raw, sql, type Statement } from '../plan/statement.js'
import { matches } from '../find/value.js'

const SECRET = /^arn:[a-z-]+:secretsmanager:[^:]*:[^:]*:secret:(.+)$/s
const ENDING = /-[A-Za-z0-9]{6}$/

/** Conditions on `r`: the other ARNs of the secret that this one names. None for ARNs of other things. */
export function otherArnsOfSecret(arn: string): Statement[] {
  if (!SECRET.test(arn)) return []
  const longer = sql`(${withEnding('r', arn)})`
  if (!ENDING.test(arn)) return [longer]
  // `app-secret` looks as if it had the ending. It is the name where that is known: from an ARN with a further ending, or from a call by name.
  const isName = sql`EXISTS (SELECT 1 FROM resource o WHERE (${withEnding('o', arn)}) OR (o.arn = ${arn} AND o.derived = 1))`
  return [longer, and([sql`r.arn = ${arn.replace(ENDING, '')}`, sql`NOT ${isName}`])]
}

function withEnding(table: 'r' | 'o', arn: string): Statement {
  const column = `${table}.arn`
  return and([
    matches(column, { text: `${arn}-`, isPrefix: true }),
    // What was put together from a name has no ending.
    sql`${raw(table)}.derived = 0`,
    sql`length(${raw(column)}) = ${arn.length + 7}`,
    sql`substr(${raw(column)}, -6) NOT GLOB '*[^A-Za-z0-9]*'`,
  ])
}

/** What all ARNs of one secret have in common, by the names that are known; of other things, the ARN. */
export function secretKey(arn: string, names: ReadonlySet<string | null>): string {
  const name = SECRET.exec(arn)?.[1]
  return name === undefined || names.has(name) ? arn : arn.replace(ENDING, '')
}

/** Conditions on `r` that its ARN is one of a secret. */
export const IS_SECRET: Statement = or(
  ['aws', 'aws-cn', 'aws-us-gov'].map(
    (partition) => sql`(${matches('r.arn', { text: `arn:${partition}:secretsmanager:`, isPrefix: true })})`,
  ),
)
