/** EC2 with EBS and VPC. IDs have a prefix for their kind; names do not. */
import { ADDRESS_RANGE, GRANTEE, REVOKED } from '../grantees.js'
import { readId } from '../ids.js'
import { Kind } from '../kind.js'
import { GIVEN, GIVEN_GRANTEE, GIVEN_REVOKED, type Parameters, type Service, reads } from '../service.js'
import { KEY } from './kms-key.js'
import { INSTANCE_PROFILE } from './iam-kinds.js'

const ID = reads(readId)
const SOURCE = reads(readId, 'source')

const ids = (...names: string[]): Parameters => Object.fromEntries(names.map((name) => [name, ID]))

export const ec2: Service = {
  name: 'ec2',
  sources: ['ec2', 'ebs', 'ec2-instance-connect', 'imagebuilder', 'dlm'],
  parameters: {
    ...ids(
      'instanceId',
      'volumeId',
      'snapshotId',
      'imageId',
      'groupId',
      'securityGroupId',
      'securityGroupRuleId',
    ),
    ...ids(
      'vpcId',
      'subnetId',
      'routeTableId',
      'internetGatewayId',
      'gatewayId',
      'natGatewayId',
      'allocationId',
    ),
    ...ids(
      'networkInterfaceId',
      'attachmentId',
      'dhcpOptionsId',
      'flowLogId',
      'vpcEndpointId',
      'launchTemplateId',
    ),
    ...ids(
      'resourceId',
      'associationId',
      'networkAclId',
      'vpnGatewayId',
      'vpnConnectionId',
      'customerGatewayId',
    ),
    ...ids(
      'transitGatewayId',
      'transitGatewayAttachmentId',
      'vpcPeeringConnectionId',
      'egressOnlyInternetGatewayId',
    ),
    ...ids(
      'instanceIds',
      'volumeIds',
      'snapshotIds',
      'imageIds',
      'vpcIds',
      'subnetIds',
      'groupIds',
      'parentSnapshotId',
    ),
    ...ids(
      'vpcEndpointIds',
      'flowLogIds',
      'natGatewayIds',
      'allocationIds',
      'networkInterfaceIds',
      'flowLogIdSet',
    ),
    ...ids('prefixListId', 'capacityReservationId', 'keyPairId', 'importTaskId', 'instanceConnectEndpointId'),
    sourceSnapshotId: SOURCE,
    sourceImageId: SOURCE,
    kmsKeyId: KEY,
    keyName: new Kind('AWS::EC2::KeyPair', 'arn:P:ec2:R:A:key-pair/NAME'),
    launchTemplateName: new Kind('AWS::EC2::LaunchTemplate', null),
    deliverLogsPermissionArn: GIVEN,
    logDestination: GIVEN,
  },
  within: {
    launchPermission: {
      userId: GRANTEE,
      group: GRANTEE,
      organizationArn: GIVEN_GRANTEE,
      organizationalUnitArn: GIVEN_GRANTEE,
    },
    createVolumePermission: { userId: GRANTEE, group: GRANTEE },
    // Removed permissions are below the resource concerned.
    remove: {
      userId: REVOKED,
      group: REVOKED,
      organizationArn: GIVEN_REVOKED,
      organizationalUnitArn: GIVEN_REVOKED,
    },
    addPrincipal: { principal: GRANTEE },
    removePrincipal: { principal: REVOKED },
    iamInstanceProfile: { name: INSTANCE_PROFILE, arn: GIVEN },
    groups: { userId: GRANTEE, ...ids('groupId') },
  },
  calls: [
    {
      name: /^(?:(?:Authorize|Revoke)SecurityGroupIngress|ModifySecurityGroupRules)$/,
      parameters: { cidrIp: ADDRESS_RANGE, cidrIpv4: ADDRESS_RANGE, cidrIpv6: ADDRESS_RANGE },
    },
    // Elsewhere the name is next to the ID, which is more specific.
    { name: /SecurityGroup/, parameters: { groupName: new Kind('AWS::EC2::SecurityGroup', null) } },
    {
      name: /^Modify(?:Image|Snapshot)Attribute$/,
      parameters: {
        userIds: GRANTEE,
        userId: GRANTEE,
        addUserIds: GRANTEE,
        removeUserIds: REVOKED,
        userGroups: GRANTEE,
      },
    },
    {
      name: /^ModifyVpcEndpointServicePermissions$/,
      parameters: { addAllowedPrincipals: GRANTEE, removeAllowedPrincipals: REVOKED },
    },
  ],
}
