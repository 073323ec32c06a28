import { isJsonObject, type JsonObject } from '../../model/record.js'
import { isRecord } from '../classify.js'
import { fieldsOf, hasEventFields, timeText, listOf } from '../fields.js'
import { itself, type Part, type ValueShape } from './shape.js'

/**
 * `aws cloudtrail lookup-events`: `{"Events":[{"CloudTrailEvent":"<record>"}]}`, or its elements one a line. For
 * Insight events the elements can be records themselves (CloudTrail User Guide: viewing Insights with the CLI).
 */
export const lookupEvents: ValueShape = {
  name: 'lookup-events',
  claims: (value, container) =>
    isJsonObject(value) &&
    (value['CloudTrailEvent'] !== undefined ||
      isLookupRow(value) ||
      (container === 'Events' && isRecord(value))),
  parts: (value) => (isJsonObject(value) && !isRecord(value) ? rowParts(value) : itself(value)),
}

function isLookupRow(value: JsonObject): boolean {
  return (
    value['EventId'] !== undefined && (value['EventName'] !== undefined || value['EventTime'] !== undefined)
  )
}

function rowParts(row: JsonObject): Part[] {
  const inner = row['CloudTrailEvent']
  const fields = reducedRow(row)
  const outer = hasEventFields(fields) ? fields : undefined
  if (inner === undefined && outer !== undefined) return [{ reduced: outer }]
  return [{ path: ['CloudTrailEvent'], value: inner, outer }]
}

/** EventTime can be an epoch number, or have the UTC offset of the machine that ran the command. */
function reducedRow(row: JsonObject): JsonObject {
  const time = row['EventTime']
  return fieldsOf({
    eventID: row['EventId'],
    eventName: row['EventName'],
    eventSource: row['EventSource'],
    eventTime: typeof time === 'number' ? timeText(time * 1000) : time,
    readOnly: row['ReadOnly'],
    userIdentity: fieldsOf({ userName: row['Username'], accessKeyId: row['AccessKeyId'] }),
    resources: listOf(row['Resources'], 'ResourceType', 'ResourceName'),
  })
}
