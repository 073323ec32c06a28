/**
 * Types and names in ARNs: service and first word of the resource part → type, and which part of the rest is the name.
 * Uses CloudFormation's types where they exist. Source: Service Authorization Reference, "Resource types".
 */
export interface ArnType {
  readonly type: string
  /** Gets the part after the first word (`role/a/b` → `a/b`), and the whole resource part. */
  readonly name: (rest: string, whole: string, account: string) => string | null
}

const all = (rest: string): string => rest
const whole = (_rest: string, text: string): string => text
const last = (rest: string): string => rest.slice(Math.max(rest.lastIndexOf('/'), rest.lastIndexOf(':')) + 1)
const first = (rest: string): string => /^[^/:]*/.exec(rest)?.[0] ?? rest
const firstOfPath = (rest: string): string => /^[^/]*/.exec(rest)?.[0] ?? rest
const second = (rest: string): string => rest.split('/')[1] ?? rest
const beforeColon = (rest: string): string => /^[^:]*/.exec(rest)?.[0] ?? rest
const account = (_rest: string, _whole: string, id: string): string => id
/** Secrets Manager appends six characters to the name; a record can have the ARN without them. */
const secret = (rest: string): string => rest.replace(/-[A-Za-z0-9]{6}$/, '')
/** `parameter/a/b` is `/a/b`, `parameter/a` is `a`. */
const ssmParameter = (rest: string): string => (rest.includes('/') ? `/${rest}` : rest)

type NameOf = ArnType['name']

const TYPES: Readonly<Record<string, readonly [type: string, name?: NameOf]>> = {
  'acm:certificate': ['AWS::ACM::Certificate'],
  'acm-pca:certificate-authority': ['AWS::ACMPCA::CertificateAuthority', first],
  'autoscaling:autoScalingGroup': ['AWS::AutoScaling::AutoScalingGroup', last],
  'autoscaling:launchConfiguration': ['AWS::AutoScaling::LaunchConfiguration', last],
  'backup:backup-vault': ['AWS::Backup::BackupVault'],
  'backup:backup-plan': ['AWS::Backup::BackupPlan'],
  'backup:recovery-point': ['recovery point'],
  'bedrock:agent': ['AWS::Bedrock::Agent'],
  'bedrock:foundation-model': ['foundation model'],
  'bedrock:guardrail': ['AWS::Bedrock::Guardrail'],
  'bedrock:inference-profile': ['inference profile'],
  'bedrock:knowledge-base': ['AWS::Bedrock::KnowledgeBase'],
  'cloudformation:changeSet': ['change set', first],
  'cloudformation:stack': ['AWS::CloudFormation::Stack', firstOfPath],
  'cloudformation:stackset': ['AWS::CloudFormation::StackSet', first],
  'cloudfront:distribution': ['AWS::CloudFront::Distribution'],
  'cloudtrail:channel': ['AWS::CloudTrail::Channel'],
  'cloudtrail:eventdatastore': ['AWS::CloudTrail::EventDataStore'],
  'cloudtrail:trail': ['AWS::CloudTrail::Trail'],
  'cloudwatch:alarm': ['AWS::CloudWatch::Alarm'],
  'codebuild:build': ['build'],
  'codebuild:project': ['AWS::CodeBuild::Project'],
  'cognito-identity:identitypool': ['AWS::Cognito::IdentityPool'],
  'cognito-idp:userpool': ['AWS::Cognito::UserPool'],
  'config:config-rule': ['AWS::Config::ConfigRule'],
  'config:config-aggregator': ['AWS::Config::ConfigurationAggregator'],
  'config:configuration-recorder': ['AWS::Config::ConfigurationRecorder', firstOfPath],
  'datasync:agent': ['AWS::DataSync::Agent'],
  'datasync:location': ['AWS::DataSync::Location', firstOfPath],
  'datasync:task': ['AWS::DataSync::Task', firstOfPath],
  'dynamodb:table': ['AWS::DynamoDB::Table', firstOfPath],
  'dynamodb:global-table': ['AWS::DynamoDB::GlobalTable'],
  'ec2:capacity-reservation': ['AWS::EC2::CapacityReservation'],
  'ec2:dhcp-options': ['AWS::EC2::DHCPOptions'],
  'ec2:customer-gateway': ['AWS::EC2::CustomerGateway'],
  'ec2:egress-only-internet-gateway': ['AWS::EC2::EgressOnlyInternetGateway'],
  'ec2:elastic-ip': ['AWS::EC2::EIP'],
  'ec2:export-image-task': ['image export'],
  'ec2:image': ['AWS::EC2::Image'],
  'ec2:import-image-task': ['image import'],
  'ec2:import-snapshot-task': ['snapshot import'],
  'ec2:instance': ['AWS::EC2::Instance'],
  'ec2:instance-connect-endpoint': ['AWS::EC2::InstanceConnectEndpoint'],
  'ec2:internet-gateway': ['AWS::EC2::InternetGateway'],
  'ec2:key-pair': ['AWS::EC2::KeyPair'],
  'ec2:launch-template': ['AWS::EC2::LaunchTemplate'],
  'ec2:natgateway': ['AWS::EC2::NatGateway'],
  'ec2:network-acl': ['AWS::EC2::NetworkAcl'],
  'ec2:network-interface': ['AWS::EC2::NetworkInterface'],
  'ec2:prefix-list': ['AWS::EC2::PrefixList'],
  'ec2:route-table': ['AWS::EC2::RouteTable'],
  'ec2:security-group': ['AWS::EC2::SecurityGroup'],
  'ec2:security-group-rule': ['security group rule'],
  'ec2:snapshot': ['AWS::EC2::Snapshot'],
  'ec2:subnet': ['AWS::EC2::Subnet'],
  'ec2:transit-gateway': ['AWS::EC2::TransitGateway'],
  'ec2:transit-gateway-attachment': ['AWS::EC2::TransitGatewayAttachment'],
  'ec2:volume': ['AWS::EC2::Volume'],
  'ec2:vpc': ['AWS::EC2::VPC'],
  'ec2:vpc-endpoint': ['AWS::EC2::VPCEndpoint'],
  'ec2:vpc-endpoint-service': ['AWS::EC2::VPCEndpointService'],
  'ec2:vpc-flow-log': ['AWS::EC2::FlowLog'],
  'ec2:vpc-peering-connection': ['AWS::EC2::VPCPeeringConnection'],
  'ec2:vpn-connection': ['AWS::EC2::VPNConnection'],
  'ec2:vpn-gateway': ['AWS::EC2::VPNGateway'],
  'ecr:repository': ['AWS::ECR::Repository'],
  'ecs:cluster': ['AWS::ECS::Cluster'],
  'ecs:container-instance': ['container instance', last],
  'ecs:service': ['AWS::ECS::Service', last],
  'ecs:task': ['ecs task', last],
  'ecs:task-definition': ['AWS::ECS::TaskDefinition'],
  'eks:access-entry': ['AWS::EKS::AccessEntry'],
  'eks:addon': ['AWS::EKS::Addon', second],
  'eks:cluster': ['AWS::EKS::Cluster'],
  'eks:fargateprofile': ['AWS::EKS::FargateProfile', second],
  'eks:nodegroup': ['AWS::EKS::Nodegroup', second],
  'elasticfilesystem:access-point': ['AWS::EFS::AccessPoint'],
  'elasticfilesystem:file-system': ['AWS::EFS::FileSystem'],
  'elasticloadbalancing:listener': ['AWS::ElasticLoadBalancingV2::Listener'],
  'elasticloadbalancing:listener-rule': ['AWS::ElasticLoadBalancingV2::ListenerRule'],
  'elasticloadbalancing:targetgroup': ['AWS::ElasticLoadBalancingV2::TargetGroup', firstOfPath],
  'es:domain': ['AWS::OpenSearchService::Domain'],
  'events:event-bus': ['AWS::Events::EventBus'],
  'events:rule': ['AWS::Events::Rule', last],
  'firehose:deliverystream': ['AWS::KinesisFirehose::DeliveryStream'],
  'fsx:association': ['data repository association', last],
  'fsx:backup': ['fsx backup'],
  'fsx:file-cache': ['fsx file cache'],
  'fsx:file-system': ['AWS::FSx::FileSystem'],
  'fsx:snapshot': ['AWS::FSx::Snapshot', last],
  'fsx:storage-virtual-machine': ['AWS::FSx::StorageVirtualMachine', last],
  'fsx:task': ['fsx task'],
  'fsx:volume': ['AWS::FSx::Volume', last],
  'glue:database': ['AWS::Glue::Database'],
  'glue:job': ['AWS::Glue::Job'],
  'guardduty:detector': ['AWS::GuardDuty::Detector', firstOfPath],
  'iam:group': ['AWS::IAM::Group', last],
  'iam:instance-profile': ['AWS::IAM::InstanceProfile', last],
  'iam:mfa': ['mfa device', last],
  'iam:oidc-provider': ['AWS::IAM::OIDCProvider'],
  'iam:policy': ['AWS::IAM::Policy', last],
  'iam:role': ['AWS::IAM::Role', last],
  'iam:root': ['account', account],
  'iam:saml-provider': ['AWS::IAM::SAMLProvider'],
  'iam:server-certificate': ['AWS::IAM::ServerCertificate', last],
  'iam:user': ['AWS::IAM::User', last],
  'imagebuilder:image': ['AWS::ImageBuilder::Image', first],
  'inspector2:finding': ['finding'],
  'kinesis:stream': ['AWS::Kinesis::Stream', firstOfPath],
  'kms:alias': ['AWS::KMS::Alias', whole],
  'kms:key': ['AWS::KMS::Key'],
  'lambda:event-source-mapping': ['AWS::Lambda::EventSourceMapping'],
  'lambda:function': ['AWS::Lambda::Function', first],
  'lambda:layer': ['AWS::Lambda::LayerVersion', first],
  'logs:destination': ['AWS::Logs::Destination'],
  'logs:log-group': ['AWS::Logs::LogGroup', beforeColon],
  'logs:log-stream': ['AWS::Logs::LogStream', last],
  'organizations:account': ['account', last],
  'organizations:ou': ['AWS::Organizations::OrganizationalUnit', last],
  'organizations:organization': ['AWS::Organizations::Organization'],
  'organizations:policy': ['AWS::Organizations::Policy', last],
  'organizations:root': ['organization root', last],
  'rds:cluster': ['AWS::RDS::DBCluster'],
  'rds:cluster-pg': ['AWS::RDS::DBClusterParameterGroup'],
  'rds:cluster-snapshot': ['AWS::RDS::DBClusterSnapshot'],
  'rds:db': ['AWS::RDS::DBInstance'],
  'rds:db-proxy': ['AWS::RDS::DBProxy'],
  'rds:og': ['AWS::RDS::OptionGroup'],
  'rds:pg': ['AWS::RDS::DBParameterGroup'],
  'rds:secgrp': ['AWS::RDS::DBSecurityGroup'],
  'rds:snapshot': ['AWS::RDS::DBSnapshot'],
  'rds:subgrp': ['AWS::RDS::DBSubnetGroup'],
  'redshift:cluster': ['AWS::Redshift::Cluster'],
  'rolesanywhere:crl': ['AWS::RolesAnywhere::CRL'],
  'rolesanywhere:profile': ['AWS::RolesAnywhere::Profile'],
  'rolesanywhere:subject': ['roles anywhere subject'],
  'rolesanywhere:trust-anchor': ['AWS::RolesAnywhere::TrustAnchor'],
  'route53:healthcheck': ['AWS::Route53::HealthCheck'],
  'route53:hostedzone': ['AWS::Route53::HostedZone'],
  'route53resolver:firewall-domain-list': ['AWS::Route53Resolver::FirewallDomainList'],
  'route53resolver:firewall-rule-group': ['AWS::Route53Resolver::FirewallRuleGroup'],
  'route53resolver:resolver-endpoint': ['AWS::Route53Resolver::ResolverEndpoint'],
  'route53resolver:resolver-query-log-config': ['AWS::Route53Resolver::ResolverQueryLoggingConfig'],
  'route53resolver:resolver-rule': ['AWS::Route53Resolver::ResolverRule'],
  's3:accesspoint': ['AWS::S3::AccessPoint', firstOfPath],
  's3:job': ['s3 batch job'],
  's3:storage-lens': ['AWS::S3::StorageLens'],
  's3express:bucket': ['AWS::S3Express::DirectoryBucket', firstOfPath],
  'sagemaker:notebook-instance': ['AWS::SageMaker::NotebookInstance'],
  'scheduler:schedule': ['AWS::Scheduler::Schedule', last],
  'secretsmanager:secret': ['AWS::SecretsManager::Secret', secret],
  'securityhub:hub': ['AWS::SecurityHub::Hub'],
  'ses:identity': ['AWS::SES::EmailIdentity'],
  'ssm:association': ['AWS::SSM::Association'],
  'ssm:automation-execution': ['automation execution'],
  'ssm:document': ['AWS::SSM::Document'],
  'ssm:maintenancewindow': ['AWS::SSM::MaintenanceWindow'],
  'ssm:managed-instance': ['managed instance'],
  'ssm:parameter': ['AWS::SSM::Parameter', ssmParameter],
  'ssm:patchbaseline': ['AWS::SSM::PatchBaseline'],
  'ssm:session': ['ssm session'],
  'sso:account': ['account', last],
  'sso:instance': ['AWS::SSO::Instance'],
  'sso:permissionSet': ['AWS::SSO::PermissionSet', last],
  'states:activity': ['AWS::StepFunctions::Activity'],
  'states:execution': ['state machine execution', last],
  'states:stateMachine': ['AWS::StepFunctions::StateMachine', first],
  'sts:assumed-role': ['role session', last],
  'sts:federated-user': ['federated user'],
  'sts:root': ['account', account],
  'wafv2:regional': ['AWS::WAFv2::WebACL', second],
}

const BY_WORD = new Map(
  Object.entries(TYPES).map(([key, [type, name = all]]): [string, ArnType] => [key, { type, name }]),
)

/** SNS and SQS have the bare name after the account. */
const TOPIC: ArnType = { type: 'AWS::SNS::Topic', name: whole }
const SUBSCRIPTION: ArnType = { type: 'AWS::SNS::Subscription', name: all }
const QUEUE: ArnType = { type: 'AWS::SQS::Queue', name: whole }
const LOG_STREAM: ArnType = {
  type: 'AWS::Logs::LogStream',
  name: (rest) => rest.replace(/^.*:log-stream:/s, ''),
}
/** API Gateway's resource parts are paths: `/restapis/ID/stages/…`. */
const thirdOfPath = (_rest: string, text: string): string => text.split('/')[2] ?? ''
const API_GATEWAY: ReadonlyMap<string | undefined, ArnType> = new Map([
  ['restapis', { type: 'AWS::ApiGateway::RestApi', name: thirdOfPath }],
  ['apis', { type: 'AWS::ApiGatewayV2::Api', name: thirdOfPath }],
  ['apikeys', { type: 'AWS::ApiGateway::ApiKey', name: thirdOfPath }],
])

/** `loadbalancer/app/NAME/HASH`, or `loadbalancer/NAME` for a classic one. */
const LOAD_BALANCER: ArnType = { type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', name: second }
const CLASSIC: ArnType = { type: 'AWS::ElasticLoadBalancing::LoadBalancer', name: all }

/** null for services and words not in the table; the ARN is then the only identification. */
export function arnType(service: string, word: string, resource: string): ArnType | null {
  if (service === 'sns') return resource.includes(':') ? SUBSCRIPTION : TOPIC
  if (service === 'sqs') return QUEUE
  if (service === 'logs' && resource.includes(':log-stream:')) return LOG_STREAM
  if (service === 'apigateway') return API_GATEWAY.get(resource.split('/')[1]) ?? null
  if (word === 'loadbalancer')
    return /^loadbalancer\/[a-z]+\/[^/]+\//.test(resource) ? LOAD_BALANCER : CLASSIC
  return BY_WORD.get(`${service}:${word}`) ?? null
}
