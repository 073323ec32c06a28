/** Every extractor by name: the only file that names them all. Each has a golden file in fixtures/resources. */
import type { Service } from './service.js'
import { bedrock } from './services/bedrock.js'
import { cloudformation } from './services/cloudformation.js'
import { cloudtrail } from './services/cloudtrail.js'
import { cognito } from './services/cognito.js'
import { common } from './services/common.js'
import { ecs, eks, ecr } from './services/containers.js'
import { datasync } from './services/datasync.js'
import { cloudfront, apigateway, acm } from './services/delivery.js'
import { dynamodb } from './services/dynamodb.js'
import { ec2 } from './services/ec2.js'
import { efs } from './services/efs.js'
import { fsx } from './services/fsx.js'
import { config, codebuild, sso, organizations } from './services/governance.js'
import { guardduty } from './services/guardduty.js'
import { iam } from './services/iam.js'
import { kms } from './services/kms.js'
import { lambda } from './services/lambda.js'
import { elasticloadbalancing, autoscaling } from './services/load-balancing.js'
import { logs } from './services/logs.js'
import { sns, sqs } from './services/messaging.js'
import { opensearch } from './services/opensearch.js'
import { events, monitoring, backup } from './services/operations.js'
import { rds } from './services/rds.js'
import { rolesanywhere } from './services/rolesanywhere.js'
import { route53, route53resolver } from './services/route53.js'
import { s3 } from './services/s3.js'
import { secretsManager } from './services/secrets-manager.js'
import { ssm } from './services/ssm.js'
import { states } from './services/states.js'
import { kinesis, firehose } from './services/streams.js'
import { sts } from './services/sts.js'

/** Found without knowing the service. */
export const GENERAL = ['declared', 'arns', 'ids', 'encryption-context', 'grantees'] as const

export const SERVICES: readonly Service[] = [
  s3,
  ec2,
  kms,
  iam,
  sts,
  efs,
  fsx,
  datasync,
  lambda,
  secretsManager,
  ssm,
  rds,
  dynamodb,
  sns,
  sqs,
  kinesis,
  firehose,
  logs,
  cloudtrail,
  guardduty,
  route53,
  route53resolver,
  cloudformation,
  ecs,
  eks,
  ecr,
  elasticloadbalancing,
  autoscaling,
  acm,
  cloudfront,
  apigateway,
  cognito,
  opensearch,
  states,
  bedrock,
  rolesanywhere,
  config,
  codebuild,
  sso,
  organizations,
  events,
  monitoring,
  backup,
  common,
]
