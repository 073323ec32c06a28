import type { JsonObject } from '../../../model/record.js'
import { readString } from '../../fields.js'
import { type Found, isUsable } from '../resource-collector.js'
import { GIVEN, GIVEN_POLICY, type Service } from '../service.js'
import {
  ACCESS_KEY,
  GROUP,
  INLINE_POLICY,
  INSTANCE_PROFILE,
  MFA_DEVICE,
  POLICY,
  ROLE,
  SERVER_CERTIFICATE,
  SERVICE_CREDENTIAL,
  USER,
} from './iam-kinds.js'

export const iam: Service = {
  name: 'iam',
  sources: ['iam'],
  parameters: {
    userName: USER,
    newUserName: USER,
    roleName: ROLE,
    groupName: GROUP,
    newGroupName: GROUP,
    instanceProfileName: INSTANCE_PROFILE,
    policyArn: GIVEN_POLICY,
    permissionsBoundary: GIVEN_POLICY,
    policySourceArn: GIVEN,
    accessKeyId: ACCESS_KEY,
    serviceSpecificCredentialId: SERVICE_CREDENTIAL,
    serialNumber: MFA_DEVICE,
    virtualMFADeviceName: MFA_DEVICE,
    serverCertificateName: SERVER_CERTIFICATE,
    openIDConnectProviderArn: GIVEN,
    sAMLProviderArn: GIVEN,
  },
  within: {
    policy: { arn: GIVEN_POLICY },
  },
  calls: [{ name: /^CreatePolicy$/, parameters: { policyName: POLICY } }],
  compose: readInlinePolicy,
}

/** An inline policy of a user, role or group has no ARN: it is named `OWNER/POLICY`. */
function readInlinePolicy(parameters: JsonObject, found: Found): void {
  const policy = readString(parameters['policyName'])
  const owner = readString(parameters['userName'] ?? parameters['roleName'] ?? parameters['groupName'])
  if (policy === null || owner === null || !isUsable(policy) || !isUsable(owner)) return
  found.named(INLINE_POLICY, `${owner}/${policy}`, 'policy')
}
