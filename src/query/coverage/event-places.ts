/** Events of the accounts and regions that a coverage is asked for. */
import type { Scope } from '../../model/question.js'
import { and, list, raw, sql, type Statement } from '../plan/statement.js'

/** Conditions on an event row `e`; none where all are asked for. */
export function inPlaces({ filters: { accounts, regions } }: Scope): Statement[] {
  const places = [
    ...(accounts.length === 0 ? [] : [sql`recipient_account_id IN ${list(accounts)}`]),
    ...(regions.length === 0
      ? []
      : [sql`lower(aws_region) IN ${list(regions.map((region) => region.toLowerCase()))}`]),
  ]
  return places.length === 0 ? [] : [sql`e.place_id IN (SELECT id FROM ${raw('place')} WHERE ${and(places)})`]
}
