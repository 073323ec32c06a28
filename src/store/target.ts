/** The column `target`, as SQL: what an event acted on, and what it made or gave. */
import { RESOURCE_ROLES, type ResourceRole } from '../model/resource.js'
import { usesOf } from './event-uses.js'
import { USE_BITS } from '../model/event-id.js'

/** Of these a field before the name is made in an ARN: partition, service, region, account. */
const FIELD = "'abcdefghijklmnopqrstuvwxyz0123456789-'"
const NAME = ['p', 's', 'r', 'a'].reduce((rest) => `substr(ltrim(${rest}, ${FIELD}), 2)`, 'substr(r.arn, 5)')

/** `user/alice`, `bucket/key`, `i-0abc`, `444455556666`, `everyone`. */
const LABEL = `CASE WHEN r.type = 'everyone' AND r.name GLOB 'all*' THEN 'everyone' || substr(r.name, 4)
    WHEN r.type = 'inline policy' THEN substr(r.name, instr(r.name, '/') + 1) WHEN r.arn IS NULL THEN r.name WHEN r.type = 'account' THEN substr(r.arn, -17, 12)
    WHEN r.type GLOB 'AWS::EC2::*' THEN substr(${NAME}, instr(${NAME}, '/') + 1) ELSE ${NAME} END`

const roleId = (role: ResourceRole): number => RESOURCE_ROLES.indexOf(role)
const GIVEN = (['created', 'policy', 'grantee', 'revoked'] as const).map(roleId).join(', ')

const SIGN = `CASE x.role_id WHEN ${roleId('created')} THEN '+' WHEN ${roleId('grantee')} THEN '→ ' WHEN ${roleId('revoked')} THEN '↛ '
    WHEN ${roleId('policy')} THEN CASE WHEN x.isMain THEN '' WHEN a.event_name GLOB 'Attach*' OR a.event_name GLOB 'Put*' THEN '+'
      WHEN a.event_name GLOB 'Detach*' OR a.event_name GLOB 'Delete*' THEN '-' ELSE '' END
    ELSE '' END`

/** Shown before the rest is an ellipsis. */
const MOST_SHOWN = 3

const MAIN = `(e.id << ${USE_BITS}) + e.target_use`
const labelled = (uses: string) =>
  `(SELECT ${SIGN} || ${LABEL} FROM (${uses}) x JOIN resource r ON r.id = x.resource_id)`
const isGiven = `u.role_id IN (${GIVEN})`
const OF_EVENT = `FROM event_resource u WHERE ${usesOf('u', 'e.id')}`

/** Most events have nothing but what they acted on: without this case a row takes five times as long. */
const ALONE = labelled(
  `SELECT u.resource_id, u.role_id, 1 AS isMain FROM event_resource u WHERE u.id = ${MAIN}`,
)

const TOGETHER = `(SELECT group_concat(CASE WHEN y.n > ${MOST_SHOWN} THEN '…' ELSE y.part END, ' ') FROM (
    SELECT ${SIGN} || ${LABEL} AS part, row_number() OVER (ORDER BY x.isMain DESC, x.role_id, r.arn, r.name) AS n
    FROM (SELECT u.resource_id, u.role_id, u.id IS ${MAIN} AS isMain ${OF_EVENT}) x JOIN resource r ON r.id = x.resource_id
    WHERE x.isMain OR x.role_id IN (${GIVEN}) ORDER BY n) y WHERE y.n <= ${MOST_SHOWN + 1})`

/** `e` is event, `a` action. */
export const TARGET = `CASE WHEN EXISTS (SELECT 1 ${OF_EVENT} AND ${isGiven} AND u.id IS NOT ${MAIN}) THEN ${TOGETHER} ELSE ${ALONE} END`
