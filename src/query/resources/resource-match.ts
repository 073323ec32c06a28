/** Resolves a value to resources. Several rows of `resource` can be one resource described differently. */
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { IS_SECRET, secretKey } from './secret-arn.js'
import { byResource } from '../find/by-resource.js'
import type { Criterion } from '../plan/criteria.js'
import { joined, sql, type Statement } from '../plan/statement.js'

/** A resource and the IDs of its rows, as text: they exceed 2^53. */
export interface Resource {
  readonly arn: string | null
  readonly type: string | null
  readonly name: string | null
  readonly derived: number
  readonly ids: readonly string[]
}

type ResourceTuple = readonly [
  id: string,
  arn: string | null,
  type: string | null,
  name: string | null,
  derived: number,
]

/** Selects `id` of the matching rows: same names as `find resource`, without what a caller did itself. */
export function idsNamed(value: string): Statement {
  const { criteria } = byResource.reach({ kind: 'resource', value })
  const names = criteria.flatMap(namesOf)
  return joined(
    names.map((name) => sql`SELECT r.id FROM resource r WHERE ${name}`),
    ' UNION ',
  )
}

function namesOf(criterion: Criterion): readonly Statement[] {
  switch (criterion.kind) {
    case 'resource':
      return criterion.names
    case 'any':
    case 'all':
      return criterion.of.flatMap(namesOf)
    case 'without':
    case 'dimension':
    case 'column':
    case 'form':
    case 'text':
      return []
  }
}

/** Rows with one ARN are one resource, and so are the ARNs of one secret. */
export function readResources(db: Connection, ids: Statement): Resource[] {
  const rows = readTuples(
    db,
    sql`SELECT CAST(r.id AS TEXT), r.arn, r.type, r.name, r.derived FROM (${ids}) d CROSS JOIN resource r ON r.id = d.id ORDER BY r.id`,
  ) as unknown as ResourceTuple[]
  const secrets = new Set(
    rows.map(([, , type, name]) => (type === 'AWS::SecretsManager::Secret' ? name : null)),
  )
  const byIdentity = new Map<string, Resource>()
  for (const [id, arn, type, name, derived] of rows) {
    const key = (arn === null ? null : secretKey(arn, secrets)) ?? `\n${type ?? ''}\n${name ?? ''}`
    const known = byIdentity.get(key)
    byIdentity.set(
      key,
      known === undefined
        ? { arn, type, name, derived, ids: [id] }
        : merged(known, { arn, type, name, derived, id }),
    )
  }
  return [...byIdentity.values()]
}

/** Combines what each row knows. */
function merged(
  known: Resource,
  more: {
    readonly arn: string | null
    readonly type: string | null
    readonly name: string | null
    readonly derived: number
    readonly id: string
  },
): Resource {
  return {
    // A recorded ARN takes precedence over a derived one.
    arn: known.derived > more.derived ? more.arn : known.arn,
    type: known.type ?? more.type,
    name: known.name ?? more.name,
    derived: Math.min(known.derived, more.derived),
    ids: [...known.ids, more.id],
  }
}

/** Selects `id` of rows that share their ARN with another, and of secrets, which have several ARNs. Few, if any. */
export const TWIN_IDS: Statement = sql`SELECT r.id FROM resource r WHERE r.arn IN
  (SELECT arn FROM resource WHERE arn IS NOT NULL GROUP BY arn HAVING count(*) > 1)
  UNION SELECT r.id FROM resource r WHERE ${IS_SECRET}`

/** Selects `id` from IDs as text. */
export function idList(ids: readonly string[]): Statement {
  return sql`SELECT CAST(value AS INTEGER) AS id FROM json_each(${JSON.stringify(ids)})`
}
