/** Config, CodeBuild, IAM Identity Center and Organizations. */
import type { ResourceRole } from '../../../model/resource.js'
import type { Found } from '../resource-collector.js'
import { ACCOUNT, GRANTEE, readGrantee } from '../grantees.js'
import { CENTER_USER } from '../identity-kinds.js'
import { readId } from '../ids.js'
import { Kind } from '../kind.js'
import { GIVEN, type Service, as, reads } from '../service.js'
import { BUCKET } from './s3.js'

const RULE = new Kind('AWS::Config::ConfigRule', null)
const RECORDER = new Kind('AWS::Config::ConfigurationRecorder', null)
const CHANNEL = new Kind('AWS::Config::DeliveryChannel', null)
const PROJECT = new Kind('AWS::CodeBuild::Project', 'arn:P:codebuild:R:A:project/NAME')
const BUILD = new Kind('build', 'arn:P:codebuild:R:A:build/NAME')
const UNIT = new Kind('AWS::Organizations::OrganizationalUnit', null)
const ROOT = new Kind('organization root', null)
const PLACE = reads(readPlace)

export const config: Service = {
  name: 'config',
  sources: ['config'],
  parameters: {
    configRuleName: RULE,
    configRuleNames: RULE,
    configurationRecorderName: RECORDER,
    configurationRecorderNames: RECORDER,
    deliveryChannelName: CHANNEL,
    deliveryChannelNames: CHANNEL,
    configurationAggregatorName: new Kind('AWS::Config::ConfigurationAggregator', null),
    conformancePackName: new Kind('AWS::Config::ConformancePack', null),
    s3BucketName: BUCKET,
    resourceId: reads(readId),
  },
  within: { configurationRecorder: { name: RECORDER }, deliveryChannel: { name: CHANNEL } },
}

export const codebuild: Service = {
  name: 'codebuild',
  sources: ['codebuild'],
  parameters: { projectName: PROJECT, serviceRole: GIVEN },
  within: { project: { name: PROJECT }, build: { id: BUILD } },
  calls: [
    { name: /^(?:Create|Update|Delete|BatchGet)Projects?$/, parameters: { name: PROJECT, names: PROJECT } },
    { name: /Builds?$/, parameters: { id: BUILD, ids: BUILD } },
  ],
}

export const sso: Service = {
  name: 'sso',
  sources: ['sso', 'sso-directory', 'identitystore'],
  parameters: {
    instanceArn: GIVEN,
    permissionSetArn: GIVEN,
    accountId: ACCOUNT,
    targetId: ACCOUNT,
    identityStoreId: new Kind('identity store', null),
    userId: CENTER_USER,
    groupId: new Kind('identity center group', null),
  },
  calls: [
    {
      name: /AccountAssignment$/,
      parameters: { principalId: new Kind('identity center principal', null, { role: 'grantee' }) },
    },
  ],
}

export const organizations: Service = {
  name: 'organizations',
  sources: ['organizations', 'account'],
  parameters: {
    accountId: ACCOUNT,
    childId: PLACE,
    targetId: PLACE,
    parentId: PLACE,
    sourceParentId: reads(readPlace, 'source'),
    destinationParentId: PLACE,
    organizationalUnitId: UNIT,
    policyId: new Kind('AWS::Organizations::Policy', null, { role: 'policy' }),
    handshakeId: new Kind('handshake', null),
    servicePrincipal: GRANTEE,
  },
  within: { target: { id: PLACE } },
  calls: [
    // The account is given access to the service.
    {
      name: /DelegatedAdministrator$/,
      parameters: {
        accountId: as(ACCOUNT, 'grantee'),
        servicePrincipal: reads(readGrantee, 'mentioned'),
      },
    },
  ],
}

/** A node of the organization: an account, a unit (`ou-…`) or the root (`r-…`). */
function readPlace(value: string, found: Found, role: ResourceRole): void {
  if (value.startsWith('ou-')) found.kind(UNIT, value, role)
  else if (value.startsWith('r-')) found.kind(ROOT, value, role)
  else found.kind(ACCOUNT, value, role)
}
