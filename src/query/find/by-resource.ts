import { bucketOrObject, ofAccessPoint, requesterNamed } from '../access-log/reach.js'
import type { QuestionSpec } from './question-spec.js'
import type { Arm, Criterion } from '../plan/criteria.js'
import { sql } from '../plan/statement.js'
import { otherArnsOfSecret } from '../resources/secret-arn.js'
import { matches, matchesAnyCase, readPattern, type NamePattern } from './value.js'

/** Partitions that can contain a bucket of a given name. */
const S3_PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov']

/** A caller's own ARN, or that of the role behind its session. */
const CALLER_ARNS = sql`kind IN ('arn', 'role-arn', 'session-arn')`

/** Events that name a resource: by ARN, bare ID or name, or as `bucket`, `bucket/key`, `s3://bucket/key`. */
export const byResource: QuestionSpec<'resource'> = {
  kind: 'resource',
  reach: ({ value }) => {
    const pattern = readPattern(withoutScheme(value))
    return { criteria: [isArn(pattern) ? ofArn(pattern) : ofName(pattern)], notes: [] }
  },
  accessReach: ({ value }) => {
    const pattern = readPattern(withoutScheme(value))
    const inS3 = { ...pattern, text: pattern.text.replace(/^arn:[a-z-]+:s3:::/, '') }
    if (!isArn(inS3)) return { criteria: [bucketOrObject(inS3)], notes: [] }
    const folded = { ...pattern, text: pattern.text.toLowerCase() }
    return {
      criteria: [{ kind: 'any', of: [ofAccessPoint(pattern), requesterNamed(folded, CALLER_ARNS)] }],
      notes: [],
    }
  },
}

/** `aws s3` writes a bucket as `s3://bucket/`. */
function withoutScheme(value: string): string {
  const place = value.replace(/^s3:\/\//i, '')
  return place === value ? value : place.replace(/^([^/]+)\/$/, '$1')
}

function isArn({ text }: NamePattern): boolean {
  return text.startsWith('arn:')
}

/** Also matches the caller: a question about a role covers what it did. */
function ofArn(pattern: NamePattern): Criterion {
  const folded = { ...pattern, text: pattern.text.toLowerCase() }
  const ids = sql`SELECT DISTINCT identity_id AS id FROM identity_name WHERE ${matches('name', folded)} AND ${CALLER_ARNS}`
  return {
    kind: 'any',
    of: [
      {
        kind: 'resource',
        names: [matches('r.arn', pattern), ...(pattern.isPrefix ? [] : otherArnsOfSecret(pattern.text))],
      },
      { kind: 'dimension', dimension: 'identity', ids },
    ],
  }
}

/** Bare names match in any case, except S3 names, which are case-sensitive and occur only at the end of an ARN. */
function ofName(pattern: NamePattern): Arm {
  const byArn = S3_PARTITIONS.map((partition) => {
    return matches('r.arn', { ...pattern, text: `arn:${partition}:s3:::${pattern.text}` })
  })
  return { kind: 'resource', names: [matchesAnyCase('r.name', pattern), ...byArn] }
}
