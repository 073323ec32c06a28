import type { JsonObject } from '../../../model/record.js'
import type { ResourceRole } from '../../../model/resource.js'
import { readObject, readString } from '../../fields.js'
import { type Found, isUsable } from '../resource-collector.js'
import { GRANTEE } from '../grantees.js'
import { Kind } from '../kind.js'
import { GIVEN, type Service, as, reads } from '../service.js'
import { addWithin, BUCKET, OBJECT } from './s3.js'

const FUNCTION = new Kind('AWS::Lambda::Function', 'arn:P:lambda:R:A:function:NAME')
const NAME = reads(readFunction)

export const lambda: Service = {
  name: 'lambda',
  sources: ['lambda'],
  parameters: {
    functionName: NAME,
    functionArn: GIVEN,
    role: GIVEN,
    layerName: new Kind('AWS::Lambda::LayerVersion', 'arn:P:lambda:R:A:layer:NAME'),
    layers: GIVEN,
    uUID: new Kind('AWS::Lambda::EventSourceMapping', 'arn:P:lambda:R:A:event-source-mapping:NAME'),
    principal: GRANTEE,
    organizationId: new Kind('AWS::Organizations::Organization', null, { role: 'grantee' }),
    s3Bucket: as(BUCKET, 'source'),
  },
  compose: readParts,
}

/** `name`, `name:qualifier`, `function:name` or `account:function:name`. */
function readFunction(value: string, found: Found, role: ResourceRole): void {
  const match = /^(?:(\d{12}):)?(?:function:)?([\w-]+)(?::[\w$-]+)?$/.exec(value)
  if (match === null || !isUsable(value)) return
  const [, account, name = ''] = match
  const arn = FUNCTION.arn(name, account === undefined ? found.context : { ...found.context, account })
  found.add(arn, FUNCTION.type, name, true, role)
}

/** The internal form `fullyQualifiedArn {arnPrefix, relativeId}`, and the package in S3. */
function readParts(parameters: JsonObject, found: Found): void {
  const code = readObject(parameters['code']) ?? parameters
  const bucket = readString(code['s3Bucket'])
  const key = readString(code['s3Key'])
  if (bucket !== null && key !== null) addWithin(bucket, key, OBJECT, found, 'source')
  const parts = readObject(parameters['fullyQualifiedArn'])
  const name = readString(readObject(parts?.['relativeId'])?.['functionName'])
  const prefix = readObject(parts?.['arnPrefix'])
  if (name === null || prefix === null || !isUsable(name)) return
  const [partition, region, account] = [prefix['partition'], prefix['region'], prefix['account']].map(
    readString,
  )
  const place = { ...found.context, partition: partition ?? '', region: region ?? '', account: account ?? '' }
  found.add(FUNCTION.arn(name, place), FUNCTION.type, name, true, 'target')
}
