import type { JsonObject } from '../../../model/record.js'
import type { ResourceRole } from '../../../model/resource.js'
import { readString } from '../../fields.js'
import { type Found, isUsable } from '../resource-collector.js'
import { GRANTEE, REVOKED } from '../grantees.js'
import { readId } from '../ids.js'
import { Kind } from '../kind.js'
import { type Service, reads } from '../service.js'
import { LOG_GROUP } from './logs.js'
import { BUCKET } from './s3.js'

/** Without the selector that may follow (`/a/b:3`); one slash in the ARN even if the name begins with one. */
const PARAMETER = new Kind('AWS::SSM::Parameter', 'arn:P:ssm:R:A:parameter/NAME', {
  name: (value) => value.replace(/:[^:/]*$/, ''),
  tail: (name) => (name.startsWith('/') ? name.slice(1) : name),
})
const OWN_DOCUMENT = new Kind('AWS::SSM::Document', 'arn:P:ssm:R:A:document/NAME')
const AWS_DOCUMENT = new Kind('AWS::SSM::Document', 'arn:P:ssm:R::document/NAME')
const MAINTENANCE_WINDOW = new Kind('AWS::SSM::MaintenanceWindow', 'arn:P:ssm:R:A:maintenancewindow/NAME')
const ID = reads(readId)
const DOCUMENT = reads(readDocument)

export const ssm: Service = {
  name: 'ssm',
  sources: ['ssm', 'ssmmessages', 'ec2messages', 'ssm-guiconnect'],
  parameters: {
    documentName: DOCUMENT,
    instanceId: ID,
    instanceIds: ID,
    target: ID,
    sessionId: new Kind('ssm session', 'arn:P:ssm:R:A:session/NAME'),
    commandId: new Kind('ssm command', null),
    associationId: new Kind('AWS::SSM::Association', 'arn:P:ssm:R:A:association/NAME'),
    automationExecutionId: new Kind('automation execution', 'arn:P:ssm:R:A:automation-execution/NAME'),
    windowId: MAINTENANCE_WINDOW,
    baselineId: new Kind('AWS::SSM::PatchBaseline', 'arn:P:ssm:R:A:patchbaseline/NAME'),
    outputS3BucketName: BUCKET,
    cloudWatchLogGroupName: LOG_GROUP,
  },
  calls: [
    { name: /Parameter/, parameters: { name: PARAMETER, names: PARAMETER } },
    {
      name: /Document/,
      parameters: { name: DOCUMENT, accountIdsToAdd: GRANTEE, accountIdsToRemove: REVOKED },
    },
    { name: /Association/, parameters: { name: DOCUMENT } },
  ],
  compose: readTagged,
}

/** Documents named AWS… or Amazon… belong to AWS; their ARNs have no account. */
function readDocument(value: string, found: Found, role: ResourceRole): void {
  found.kind(/^(?:AWS|Amazon)/.test(value) ? AWS_DOCUMENT : OWN_DOCUMENT, value, role)
}

/** The tagging calls give the type of `resourceId` in another parameter. */
function readTagged(parameters: JsonObject, found: Found): void {
  const id = readString(parameters['resourceId'])
  if (id === null || !isUsable(id)) return
  switch (parameters['resourceType']) {
    case 'Parameter':
      found.kind(PARAMETER, id, 'target')
      break
    case 'Document':
      readDocument(id, found, 'target')
      break
    case 'MaintenanceWindow':
      found.kind(MAINTENANCE_WINDOW, id, 'target')
      break
  }
}
