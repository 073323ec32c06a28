/** IDs whose prefix gives their kind in any field: `i-0dbc91f429e48eeed`. */
import type { ResourceRole } from '../../model/resource.js'
import type { Found } from './resource-collector.js'
import { Kind } from './kind.js'

const INSTANCE = new Kind('AWS::EC2::Instance', 'arn:P:ec2:R:A:instance/NAME')
const MANAGED_INSTANCE = new Kind('managed instance', 'arn:P:ssm:R:A:managed-instance/NAME')
const VOLUME = new Kind('AWS::EC2::Volume', 'arn:P:ec2:R:A:volume/NAME')
const SNAPSHOT = new Kind('AWS::EC2::Snapshot', 'arn:P:ec2:R::snapshot/NAME')
const IMAGE = new Kind('AWS::EC2::Image', 'arn:P:ec2:R::image/NAME')
export const EFS_FILE_SYSTEM = new Kind(
  'AWS::EFS::FileSystem',
  'arn:P:elasticfilesystem:R:A:file-system/NAME',
)

export const FSX_FILE_SYSTEM = new Kind('AWS::FSx::FileSystem', 'arn:P:fsx:R:A:file-system/NAME')
export const FSX_BACKUP = new Kind('fsx backup', 'arn:P:fsx:R:A:backup/NAME')

const ec2 = (type: string, word: string): Kind => new Kind(type, `arn:P:ec2:R:A:${word}/NAME`)

export const BY_PREFIX: ReadonlyMap<string, Kind> = new Map([
  ['i-', INSTANCE],
  ['mi-', MANAGED_INSTANCE],
  ['vol-', VOLUME],
  ['snap-', SNAPSHOT],
  ['ami-', IMAGE],
  ['sg-', ec2('AWS::EC2::SecurityGroup', 'security-group')],
  ['sgr-', ec2('security group rule', 'security-group-rule')],
  ['vpc-', ec2('AWS::EC2::VPC', 'vpc')],
  ['subnet-', ec2('AWS::EC2::Subnet', 'subnet')],
  ['rtb-', ec2('AWS::EC2::RouteTable', 'route-table')],
  ['rtbassoc-', new Kind('route table association', null)],
  ['igw-', ec2('AWS::EC2::InternetGateway', 'internet-gateway')],
  ['eigw-', ec2('AWS::EC2::EgressOnlyInternetGateway', 'egress-only-internet-gateway')],
  ['nat-', ec2('AWS::EC2::NatGateway', 'natgateway')],
  ['vgw-', ec2('AWS::EC2::VPNGateway', 'vpn-gateway')],
  ['cgw-', ec2('AWS::EC2::CustomerGateway', 'customer-gateway')],
  ['vpn-', ec2('AWS::EC2::VPNConnection', 'vpn-connection')],
  ['tgw-', ec2('AWS::EC2::TransitGateway', 'transit-gateway')],
  ['tgw-attach-', ec2('AWS::EC2::TransitGatewayAttachment', 'transit-gateway-attachment')],
  ['eipalloc-', ec2('AWS::EC2::EIP', 'elastic-ip')],
  ['eni-', ec2('AWS::EC2::NetworkInterface', 'network-interface')],
  ['eni-attach-', new Kind('network interface attachment', null)],
  ['acl-', ec2('AWS::EC2::NetworkAcl', 'network-acl')],
  ['dopt-', ec2('AWS::EC2::DHCPOptions', 'dhcp-options')],
  ['fl-', ec2('AWS::EC2::FlowLog', 'vpc-flow-log')],
  ['vpce-', ec2('AWS::EC2::VPCEndpoint', 'vpc-endpoint')],
  ['vpce-svc-', ec2('AWS::EC2::VPCEndpointService', 'vpc-endpoint-service')],
  ['pcx-', ec2('AWS::EC2::VPCPeeringConnection', 'vpc-peering-connection')],
  ['pl-', ec2('AWS::EC2::PrefixList', 'prefix-list')],
  ['lt-', ec2('AWS::EC2::LaunchTemplate', 'launch-template')],
  ['cr-', ec2('AWS::EC2::CapacityReservation', 'capacity-reservation')],
  ['key-', ec2('AWS::EC2::KeyPair', 'key-pair')],
  ['eice-', ec2('AWS::EC2::InstanceConnectEndpoint', 'instance-connect-endpoint')],
  ['import-ami-', ec2('image import', 'import-image-task')],
  ['import-snap-', ec2('snapshot import', 'import-snapshot-task')],
  ['export-ami-', ec2('image export', 'export-image-task')],
  ['fs-', EFS_FILE_SYSTEM],
  ['fsap-', new Kind('AWS::EFS::AccessPoint', 'arn:P:elasticfilesystem:R:A:access-point/NAME')],
  ['fsmt-', new Kind('AWS::EFS::MountTarget', null)],
  ['fsvol-', new Kind('AWS::FSx::Volume', null)],
  ['svm-', new Kind('AWS::FSx::StorageVirtualMachine', null)],
  ['backup-', FSX_BACKUP],
  ['task-', new Kind('AWS::DataSync::Task', 'arn:P:datasync:R:A:task/NAME')],
  ['loc-', new Kind('AWS::DataSync::Location', 'arn:P:datasync:R:A:location/NAME')],
  ['agent-', new Kind('AWS::DataSync::Agent', 'arn:P:datasync:R:A:agent/NAME')],
  [
    'rqlc-',
    new Kind(
      'AWS::Route53Resolver::ResolverQueryLoggingConfig',
      'arn:P:route53resolver:R:A:resolver-query-log-config/NAME',
    ),
  ],
  [
    'rslvr-rr-',
    new Kind('AWS::Route53Resolver::ResolverRule', 'arn:P:route53resolver:R:A:resolver-rule/NAME'),
  ],
])

/** `key-` and others are also words: without a known parameter an ID needs exactly this many hex digits. */
const ID = /^[a-z]{1,8}(?:-[a-z]{2,6})?-(?:[0-9a-f]{8}|[0-9a-f]{17})$/
const LAST_DASH_BY = 'import-snap'.length
const SHORTEST = 'i-12345678'.length
const LONGEST = 'import-snap-0123456789abcdef0'.length

/** Cheap: most values fail at their length or last character. */
export function mayBeId(value: string): boolean {
  const length = value.length
  if (length < SHORTEST || length > LONGEST) return false
  // The dash before 8 or 17 hex digits.
  if (value.charCodeAt(length - 9) !== 45 && (length < 19 || value.charCodeAt(length - 18) !== 45))
    return false
  const first = value.charCodeAt(0)
  return first >= 97 && first <= 122
}

/** Kind of an ID that is recognisable without its parameter. */
export function idKind(value: string, eventSource: string): Kind | null {
  return ID.test(value) ? prefixKind(value, eventSource) : null
}

/** Kind by prefix, for parameters that contain IDs. */
function prefixKind(value: string, eventSource: string): Kind | null {
  const dash = value.lastIndexOf('-')
  if (dash < 1 || dash > LAST_DASH_BY) return null
  const kind = BY_PREFIX.get(value.slice(0, dash + 1)) ?? null
  // EFS and FSx use the same prefix.
  return kind === EFS_FILE_SYSTEM && eventSource.startsWith('fsx.') ? FSX_FILE_SYSTEM : kind
}

/** For parameters with IDs of several kinds (`gatewayId`, `resourceId`) or a word (`local`). */
export function readId(value: string, found: Found, role: ResourceRole): void {
  const kind = prefixKind(value, found.context.eventSource)
  if (kind !== null) found.kind(kind, value, role)
}
