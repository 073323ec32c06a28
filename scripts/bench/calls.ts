/** What callers do: one function per kind of call, drawing its details from the account it happens in. */
import type { Draft, Json, JsonObject } from './record.js'
import { isoTime, proseTime } from './record.js'
import { iamId, type Random } from './random.js'
import { objectKey, type Account, type Bucket, type World } from './world.js'

/** Where and when calls happen while one file is written. */
export interface Scene {
  readonly random: Random
  readonly world: World
  readonly account: Account
  readonly region: string
  seconds: number
  /** A record that this call causes: written next. */
  readonly follow: (draft: Draft) => void
}

export interface Caller {
  readonly identity: JsonObject
  readonly agent: string
  readonly ip: string
  /** ARN of the user or role behind the calls. */
  readonly principal: string
  readonly console: boolean
  readonly vpce?: string | undefined
}

export type Call = (scene: Scene, caller: Caller) => Draft

type Detail = Partial<Draft> & { readonly host?: string }

/** A call by `caller`, with the errors that any service returns now and then. */
export function call(
  scene: Scene,
  caller: Caller,
  service: string,
  name: string,
  readOnly: boolean,
  detail: Detail,
): Draft {
  const { random, region } = scene
  const throttled = random.chance(0.006)
  const denied = !throttled && random.chance(0.012)
  const error = throttled
    ? { code: 'ThrottlingException', message: 'Rate exceeded' }
    : denied
      ? refusal(caller, service, name, scene)
      : detail.error
  const { host, ...rest } = detail
  return {
    identity: caller.identity,
    source: `${service}.amazonaws.com`,
    name,
    ip: caller.ip,
    agent: caller.agent,
    readOnly,
    tlsHost: caller.console ? undefined : (host ?? `${service}.${region}.amazonaws.com`),
    fromConsole: caller.console,
    principal: caller.principal,
    ...rest,
    error,
  }
}

function refusal(
  caller: Caller,
  service: string,
  name: string,
  scene: Scene,
): { code: string; message: string } {
  const who = typeof caller.identity['arn'] === 'string' ? caller.identity['arn'] : caller.principal
  if (service === 'ec2') {
    return {
      code: 'Client.UnauthorizedOperation',
      message: `You are not authorized to perform this operation. User: ${who} is not authorized to perform: ec2:${name} because no identity-based policy allows the ec2:${name} action`,
    }
  }
  return {
    code: 'AccessDenied',
    message: `User: ${who} is not authorized to perform: ${service}:${name} on resource: arn:aws:${service}:${scene.region}:${scene.account.id}:* because no identity-based policy allows the ${service}:${name} action`,
  }
}

/** The service acts with the caller's rights: own short-lived key, `invokedBy`. */
function forwarded(scene: Scene, caller: Caller, service: string): JsonObject {
  const session = caller.identity['sessionContext'] as JsonObject | undefined
  return {
    ...caller.identity,
    accessKeyId: iamId(scene.random, 'ASIA', scene.account.id),
    sessionContext: session ?? {
      attributes: { creationDate: isoTime(scene.seconds), mfaAuthenticated: 'false' },
    },
    invokedBy: service,
  }
}

const arn = (scene: Scene, service: string, rest: string): string =>
  `arn:aws:${service}:${scene.region}:${scene.account.id}:${rest}`

const kmsKey = (scene: Scene, keyId: string): JsonObject => ({
  accountId: scene.account.id,
  type: 'AWS::KMS::Key',
  ARN: arn(scene, 'kms', `key/${keyId}`),
})

function kmsFor(
  scene: Scene,
  caller: Caller,
  service: string,
  name: 'Decrypt' | 'GenerateDataKey',
  context: JsonObject,
): Draft {
  const keyId = scene.random.popular(scene.account.keyIds)
  return {
    identity: forwarded(scene, caller, service),
    source: 'kms.amazonaws.com',
    name,
    ip: service,
    agent: service,
    request:
      name === 'Decrypt'
        ? { encryptionContext: context, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
        : { keyId: arn(scene, 'kms', `key/${keyId}`), encryptionContext: context, keySpec: 'AES_256' },
    readOnly: true,
    resources: [kmsKey(scene, keyId)],
    principal: caller.principal,
  }
}

// --- S3 ---------------------------------------------------------------------------------------------------------

const bucketResource = (scene: Scene, bucket: Bucket): JsonObject => ({
  accountId: scene.account.id,
  type: 'AWS::S3::Bucket',
  ARN: bucket.arn,
})

function s3Extra(scene: Scene, bytesIn: number, bytesOut: number, encrypted: boolean): JsonObject {
  return {
    SignatureVersion: 'SigV4',
    CipherSuite: 'TLS_AES_128_GCM_SHA256',
    bytesTransferredIn: bytesIn,
    ...(encrypted ? { SSEApplied: bytesIn > 0 ? 'SSE_KMS' : 'Default_SSE_S3' } : {}),
    AuthenticationMethod: 'AuthHeader',
    'x-amz-id-2': scene.random.base64(75) + '=',
    bytesTransferredOut: bytesOut,
  }
}

function s3Object(name: 'GetObject' | 'PutObject' | 'HeadObject' | 'DeleteObject'): Call {
  return (scene, caller) => {
    const { random, account, world } = scene
    const bucket = random.popular(account.buckets)
    const writes = name === 'PutObject'
    const hot = !writes && random.chance(0.55)
    const key = hot ? random.popular(bucket.hotKeys, 3) : objectKey(random, world.words, scene.seconds)
    const objectArn = `${bucket.arn}/${key}`
    const size = random.int(2 ** random.between(8, 24))
    const missing = name === 'HeadObject' && random.chance(0.12)
    if (!missing && random.chance(0.12) && (writes || name === 'GetObject')) {
      const context = { 'aws:s3:arn': bucket.arn }
      scene.follow(kmsFor(scene, caller, 's3.amazonaws.com', writes ? 'GenerateDataKey' : 'Decrypt', context))
    }
    const host = `${bucket.name}.s3.${scene.region}.amazonaws.com`
    return call(scene, caller, 's3', name, !writes && name !== 'DeleteObject', {
      request: {
        bucketName: bucket.name,
        Host: host,
        key,
        ...(writes ? { 'x-amz-server-side-encryption': 'aws:kms' } : {}),
      },
      response: writes ? { 'x-amz-server-side-encryption': 'aws:kms' } : null,
      error: missing
        ? { code: 'NoSuchKey', message: 'The specified key does not exist.' }
        : random.chance(0.01)
          ? { code: 'AccessDenied', message: 'Access Denied' }
          : undefined,
      additional: s3Extra(scene, writes ? size : 0, name === 'GetObject' ? size : 0, true),
      requestId: random.upper(16),
      resources: [{ type: 'AWS::S3::Object', ARN: objectArn }, bucketResource(scene, bucket)],
      data: true,
      vpce: caller.vpce,
      host,
      touches: hot ? [bucket.arn, objectArn] : [bucket.arn],
      word: world.words.find((word) => key.includes(word)),
    })
  }
}

const listObjects: Call = (scene, caller) => {
  const { random, account, world } = scene
  const bucket = random.popular(account.buckets)
  const host = `${bucket.name}.s3.${scene.region}.amazonaws.com`
  const word = random.popular(world.words, 3)
  return call(scene, caller, 's3', 'ListObjects', true, {
    request: {
      'list-type': '2',
      bucketName: bucket.name,
      prefix: `${word}/`,
      Host: host,
      'encoding-type': 'url',
    },
    additional: s3Extra(scene, 0, random.int(60000), false),
    requestId: random.upper(16),
    resources: [{ type: 'AWS::S3::Object', ARNPrefix: `${bucket.arn}/` }, bucketResource(scene, bucket)],
    data: true,
    vpce: caller.vpce,
    host,
    touches: [bucket.arn],
    word,
  })
}

const BUCKET_PROBES = [
  ['GetBucketAcl', 'acl', undefined],
  ['GetBucketTagging', 'tagging', ['NoSuchTagSet', 'The TagSet does not exist']],
  ['GetBucketPolicy', 'policy', ['NoSuchBucketPolicy', 'The bucket policy does not exist']],
  ['GetBucketEncryption', 'encryption', undefined],
  ['GetBucketVersioning', 'versioning', undefined],
  ['GetBucketLogging', 'logging', undefined],
  [
    'GetBucketPublicAccessBlock',
    'publicAccessBlock',
    ['NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'],
  ],
  [
    'GetBucketLifecycle',
    'lifecycle',
    ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  ],
] as const

const bucketProbe: Call = (scene, caller) => {
  const { random, account } = scene
  const bucket = random.popular(account.buckets)
  const [name, parameter, failure] = random.pick(BUCKET_PROBES)
  const host = `${bucket.name}.s3.${scene.region}.amazonaws.com`
  const fails = failure !== undefined && random.chance(0.5)
  return call(scene, caller, 's3', name, true, {
    request: { [parameter]: '', bucketName: bucket.name, Host: host },
    error: fails ? { code: failure[0], message: failure[1] } : undefined,
    additional: s3Extra(scene, 0, random.int(900), false),
    requestId: random.upper(16),
    resources: [bucketResource(scene, bucket)],
    host,
    touches: [bucket.arn],
  })
}

const listBuckets: Call = (scene, caller) =>
  call(scene, caller, 's3', 'ListBuckets', true, {
    request: { Host: `s3.${scene.region}.amazonaws.com` },
    additional: s3Extra(scene, 0, 6322, false),
    requestId: scene.random.upper(16),
  })

// --- EC2 --------------------------------------------------------------------------------------------------------

const items = (values: readonly JsonObject[]): JsonObject => ({ items: values })

const describe: Call = (scene, caller) => {
  const { random, account } = scene
  const filter = (name: string, value: string): JsonObject => ({
    filterSet: items([{ name, valueSet: items([{ value }]) }]),
  })
  const [name, request]: readonly [string, JsonObject] = random.popular(
    [
      [
        'DescribeInstances',
        { maxResults: 1000, instancesSet: items([{ instanceId: random.popular(account.instances) }]) },
      ],
      ['DescribeInstances', { maxResults: 100, ...filter('instance-state-name', 'running') }],
      ['DescribeSecurityGroups', { securityGroupSet: items([{ groupId: random.popular(account.groups) }]) }],
      ['DescribeRouteTables', { routeTableIdSet: {}, ...filter('vpc-id', random.pick(account.vpcs)) }],
      ['DescribeSubnets', { subnetSet: items([{ subnetId: random.pick(account.subnets) }]), filterSet: {} }],
      [
        'DescribeVpcAttribute',
        {
          vpcId: random.pick(account.vpcs),
          attribute: random.pick(['enableDnsSupport', 'enableDnsHostnames']),
        },
      ],
      [
        'DescribeTags',
        {
          maxResults: 1000,
          ...filter('resource-id', random.pick([...account.instances, ...account.subnets])),
        },
      ],
      [
        'DescribeImages',
        { imagesSet: items([{ imageId: random.pick(account.images) }]), ownersSet: {}, filterSet: {} },
      ],
      [
        'DescribeNetworkInterfaces',
        { networkInterfaceIdSet: {}, ...filter('group-id', random.popular(account.groups)) },
      ],
      ['DescribeVolumes', { volumeSet: items([{ volumeId: `vol-0${random.hex(16)}` }]), filterSet: {} }],
      [
        'DescribeInstanceStatus',
        { instancesSet: {}, filterSet: {}, includeAllInstances: false, maxResults: 1000 },
      ],
      ['DescribeAccountAttributes', { accountAttributeNameSet: {}, filterSet: {} }],
      ['DescribeRegions', { regionSet: {}, allRegions: false }],
      [
        'DescribeNatGateways',
        {
          DescribeNatGatewaysRequest: {
            NatGatewayId: { content: `nat-0${random.hex(16)}`, tag: 1 },
            'ns:x': '',
          },
        },
      ],
    ] as const,
    1.6,
  )
  const gone =
    name === 'DescribeVolumes' && random.chance(0.15)
      ? { code: 'Client.InvalidVolume.NotFound', message: 'The volume does not exist.' }
      : undefined
  return call(scene, caller, 'ec2', name, true, { request, error: gone })
}

const runInstances: Call = (scene, caller) => {
  const { random, account, region } = scene
  const requestId = random.uuid()
  const image = random.pick(account.images)
  const clientToken = random.uuid()
  const [group, subnet, vpc] = [
    random.popular(account.groups),
    random.pick(account.subnets),
    random.pick(account.vpcs),
  ]
  const address = `10.${random.int(8)}.${random.int(256)}.${random.between(4, 250)}`
  const tags = items([
    { key: 'Name', value: `${random.pick(account.tables)}-worker` },
    { key: 'Owner', value: random.pick(scene.world.people) },
  ])
  const instance: JsonObject = {
    instanceId: `i-0${random.hex(16)}`,
    imageId: image,
    currentInstanceBootMode: 'uefi',
    instanceState: { code: 0, name: 'pending' },
    privateDnsName: `ip-${address.replaceAll('.', '-')}.${region}.compute.internal`,
    amiLaunchIndex: 0,
    productCodes: {},
    instanceType: 'm6i.large',
    launchTime: scene.seconds * 1000,
    placement: { availabilityZone: `${region}a`, tenancy: 'default' },
    monitoring: { state: 'disabled' },
    subnetId: subnet,
    vpcId: vpc,
    privateIpAddress: address,
    stateReason: { code: 'pending', message: 'pending' },
    architecture: 'x86_64',
    rootDeviceType: 'ebs',
    rootDeviceName: '/dev/xvda',
    blockDeviceMapping: {},
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    tagSet: tags,
    clientToken,
    groupSet: items([{ groupId: group, groupName: 'workers' }]),
    sourceDestCheck: true,
    ebsOptimized: true,
    enaSupport: true,
    cpuOptions: { coreCount: 1, threadsPerCore: 2 },
    metadataOptions: { state: 'pending', httpTokens: 'required', httpEndpoint: 'enabled' },
  }
  return call(scene, caller, 'ec2', 'RunInstances', false, {
    requestId,
    request: {
      instancesSet: items([{ imageId: image, minCount: 1, maxCount: 1 }]),
      instanceType: 'm6i.large',
      blockDeviceMapping: {},
      monitoring: { enabled: false },
      subnetId: subnet,
      disableApiTermination: false,
      clientToken,
      tagSpecificationSet: items([{ resourceType: 'instance', tags: tags['items'] ?? [] }]),
    },
    response: {
      requestId,
      reservationId: `r-0${random.hex(16)}`,
      ownerId: account.id,
      groupSet: {},
      instancesSet: items([instance]),
    },
    error: random.chance(0.08)
      ? {
          code: 'Client.InsufficientInstanceCapacity',
          message: `We currently do not have sufficient m6i.large capacity in the Availability Zone you requested (${region}a).`,
        }
      : undefined,
  })
}

const createTags: Call = (scene, caller) => {
  const { random, account } = scene
  const requestId = random.uuid()
  return call(scene, caller, 'ec2', 'CreateTags', false, {
    requestId,
    request: {
      resourcesSet: items([{ resourceId: random.pick(account.instances) }]),
      tagSet: items([
        { key: 'CostCenter', value: String(random.between(1000, 1400)) },
        { key: 'Owner', value: random.pick(scene.world.people) },
      ]),
    },
    response: { requestId, _return: true },
  })
}

const openGroup: Call = (scene, caller) => {
  const { random, account } = scene
  const requestId = random.uuid()
  const groupId = random.popular(account.groups)
  const port = random.pick([22, 443, 3306, 5432, 8080])
  const cidr = `10.${random.int(256)}.0.0/16`
  return call(scene, caller, 'ec2', 'AuthorizeSecurityGroupIngress', false, {
    requestId,
    request: {
      groupId,
      ipPermissions: items([
        {
          ipProtocol: 'tcp',
          fromPort: port,
          toPort: port,
          groups: {},
          ipRanges: items([{ cidrIp: cidr }]),
          ipv6Ranges: {},
          prefixListIds: {},
        },
      ]),
    },
    response: {
      requestId,
      _return: true,
      securityGroupRuleSet: items([
        {
          groupOwnerId: account.id,
          groupId,
          securityGroupRuleId: `sgr-0${random.hex(16)}`,
          isEgress: false,
          ipProtocol: 'tcp',
          fromPort: port,
          toPort: port,
          cidrIpv4: cidr,
        },
      ]),
    },
  })
}

// --- IAM, STS, sign-in ------------------------------------------------------------------------------------------

const iamRead: Call = (scene, caller) => {
  const { random, account } = scene
  const role = random.popular(account.appRoles).name
  const [name, request]: readonly [string, JsonObject | null] = random.pick([
    ['GetRole', { roleName: role }],
    ['ListAttachedRolePolicies', { roleName: role }],
    ['ListRolePolicies', { roleName: role }],
    ['GetUser', { userName: random.popular(account.users).name }],
    ['ListUsers', { maxItems: 1000 }],
    ['GetPolicy', { policyArn: `arn:aws:iam::${account.id}:policy/${role}-policy` }],
    ['GetPolicyVersion', { policyArn: `arn:aws:iam::${account.id}:policy/${role}-policy`, versionId: 'v3' }],
    ['ListAccessKeys', null],
    ['GetInstanceProfile', { instanceProfileName: role }],
  ] as const)
  return call(scene, caller, 'iam', name, true, { request, host: 'iam.amazonaws.com' })
}

const iamWrite: Call = (scene, caller) => {
  const { random, account, seconds } = scene
  const role = random.pick(account.appRoles)
  const userName = `${random.pick(scene.world.people)}-${random.lower(4)}`
  const retired = `${role.name}-old-${random.lower(5)}`
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject'],
        Resource: `${random.pick(account.buckets).arn}/*`,
      },
    ],
  })
  const choices: readonly (readonly [string, JsonObject, Json])[] = [
    [
      'CreateUser',
      { path: '/people/', userName },
      {
        user: {
          path: '/people/',
          userName,
          userId: iamId(random, 'AIDA', account.id),
          arn: `arn:aws:iam::${account.id}:user/people/${userName}`,
          createDate: proseTime(seconds),
        },
      },
    ],
    [
      'CreateAccessKey',
      { userName },
      {
        accessKey: {
          accessKeyId: iamId(random, 'AKIA', account.id),
          status: 'Active',
          userName,
          createDate: proseTime(seconds),
        },
      },
    ],
    ['AttachRolePolicy', { roleName: role.name, policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }, null],
    ['PutRolePolicy', { roleName: role.name, policyName: 'inline', policyDocument: policy }, null],
    ['DeleteRole', { roleName: retired }, null],
    [
      'UpdateAccessKey',
      { userName, accessKeyId: iamId(random, 'AKIA', account.id), status: 'Inactive' },
      null,
    ],
  ]
  const [name, request, response] = random.pick(choices)
  return call(scene, caller, 'iam', name, false, {
    request,
    response: response as JsonObject | null,
    host: 'iam.amazonaws.com',
    error:
      name === 'DeleteRole' && random.chance(0.5)
        ? {
            code: 'NoSuchEntityException',
            message: `The role with name ${retired} cannot be found.`,
          }
        : undefined,
  })
}

const callerIdentity: Call = (scene, caller) => call(scene, caller, 'sts', 'GetCallerIdentity', true, {})

// --- data and application services ------------------------------------------------------------------------------

const kmsDirect: Call = (scene, caller) => {
  const keyId = scene.random.popular(scene.account.keyIds)
  const encrypts = scene.random.chance(0.3)
  return call(scene, caller, 'kms', encrypts ? 'Encrypt' : 'Decrypt', true, {
    request: {
      keyId: arn(scene, 'kms', `key/${keyId}`),
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      encryptionContext: { tenant: `tenant-${scene.random.int(3000)}`, purpose: 'envelope' },
    },
    resources: [kmsKey(scene, keyId)],
  })
}

const invoke: Call = (scene, caller) => {
  const { random } = scene
  const functionArn = arn(scene, 'lambda', `function:${random.popular(scene.account.functions)}`)
  return call(scene, caller, 'lambda', 'Invoke', false, {
    request: { functionName: functionArn, invocationType: random.pick(['RequestResponse', 'Event']) },
    additional: { functionVersion: `${functionArn}:$LATEST` },
    resources: [{ accountId: scene.account.id, type: 'AWS::Lambda::Function', ARN: functionArn }],
    data: true,
  })
}

const dynamo: Call = (scene, caller) => {
  const { random } = scene
  const tableName = random.popular(scene.account.tables)
  const [name, readOnly] = random.popular(
    [
      ['GetItem', true],
      ['Query', true],
      ['PutItem', false],
      ['UpdateItem', false],
      ['BatchWriteItem', false],
    ] as const,
    1.4,
  )
  const missed = !readOnly && random.chance(0.03)
  return call(scene, caller, 'dynamodb', name, readOnly, {
    request: {
      tableName,
      key: { pk: `user#${random.int(40000)}`, sk: random.pick(['profile', 'settings', 'cart']) },
      ...(readOnly ? { consistentRead: random.chance(0.3) } : { returnValues: 'NONE' }),
    },
    error: missed
      ? { code: 'ConditionalCheckFailedException', message: 'The conditional request failed' }
      : undefined,
    requestId: random.base32(52),
    resources: [
      {
        accountId: scene.account.id,
        type: 'AWS::DynamoDB::Table',
        ARN: arn(scene, 'dynamodb', `table/${tableName}`),
      },
    ],
    apiVersion: '2012-08-10',
    data: true,
    vpce: caller.vpce,
  })
}

const secretValue: Call = (scene, caller) => {
  const secretArn = arn(scene, 'secretsmanager', `secret:${scene.random.popular(scene.account.secrets)}`)
  const versionId = scene.random.uuid()
  scene.follow(
    kmsFor(scene, caller, 'secretsmanager.amazonaws.com', 'Decrypt', {
      SecretARN: secretArn,
      SecretVersionId: versionId,
    }),
  )
  return call(scene, caller, 'secretsmanager', 'GetSecretValue', true, {
    request: { secretId: secretArn, versionStage: 'AWSCURRENT' },
  })
}

const parameter: Call = (scene, caller) => {
  const name = scene.random.popular(scene.account.parameters)
  const parameterArn = arn(scene, 'ssm', `parameter${name}`)
  if (scene.random.chance(0.4)) {
    const context = { PARAMETER_ARN: parameterArn }
    scene.follow(kmsFor(scene, caller, 'ssm.amazonaws.com', 'Decrypt', context))
  }
  return call(scene, caller, 'ssm', 'GetParameter', true, {
    request: { name, withDecryption: true },
    resources: [{ accountId: scene.account.id, ARN: parameterArn }],
  })
}

const heartbeat: Call = (scene, caller) =>
  call(scene, caller, 'ssm', 'UpdateInstanceInformation', false, {
    request: {
      instanceId: scene.random.popular(scene.account.instances),
      agentVersion: '3.3.131.0',
      agentStatus: 'Active',
      platformType: 'Linux',
      platformName: 'Amazon Linux',
      platformVersion: '2023',
      iPAddress: `10.0.${scene.random.int(256)}.${scene.random.between(4, 250)}`,
      computerName: `ip-10-0-${scene.random.int(256)}-${scene.random.int(256)}.${scene.region}.compute.internal`,
      agentName: 'amazon-ssm-agent',
      availabilityZone: `${scene.region}a`,
    },
  })

const logStream: Call = (scene, caller) => {
  const { random } = scene
  const day = isoTime(scene.seconds).slice(0, 10).replaceAll('-', '/')
  const request = {
    logGroupName: random.popular(scene.account.logGroups),
    logStreamName: `${day}/[$LATEST]${random.hex(32)}`,
  }
  return call(scene, caller, 'logs', 'CreateLogStream', false, { request, apiVersion: '20140328' })
}

const describeLogs: Call = (scene, caller) =>
  call(scene, caller, 'logs', 'DescribeLogStreams', true, {
    request: {
      logGroupName: scene.random.popular(scene.account.logGroups),
      orderBy: 'LastEventTime',
      descending: true,
      limit: 50,
    },
    apiVersion: '20140328',
  })

const monitoring: Call = (scene, caller) =>
  call(
    scene,
    caller,
    'monitoring',
    scene.random.pick(['DescribeAlarms', 'ListMetrics', 'GetMetricData']),
    true,
    {
      request: { maxRecords: 100, alarmNames: [`${scene.random.popular(scene.account.tables)}-errors`] },
    },
  )

const databases: Call = (scene, caller) =>
  call(scene, caller, 'rds', scene.random.pick(['DescribeDBInstances', 'DescribeDBClusters']), true, {
    request: { dBInstanceIdentifier: `${scene.random.popular(scene.account.tables)}-db`, maxRecords: 100 },
  })

const describeParameters: Call = (scene, caller) =>
  call(scene, caller, 'ssm', 'DescribeParameters', true, {
    request: {
      parameterFilters: [
        { key: 'Name', option: 'BeginsWith', values: [scene.random.popular(scene.account.parameters)] },
      ],
      maxResults: 50,
    },
  })

const getFunction: Call = (scene, caller) =>
  call(scene, caller, 'lambda', 'GetFunction20150331v2', true, {
    request: {
      functionName: arn(scene, 'lambda', `function:${scene.random.popular(scene.account.functions)}`),
    },
  })

const updateFunction: Call = (scene, caller) => {
  const { random } = scene
  const functionName = random.popular(scene.account.functions)
  const key = `${functionName}/${random.hex(40)}.zip`
  return call(scene, caller, 'lambda', 'UpdateFunctionCode20150331v2', false, {
    request: {
      functionName,
      s3Bucket: random.pick(scene.account.buckets).name,
      s3Key: key,
      publish: true,
      dryRun: false,
    },
    response: {
      functionName,
      functionArn: arn(scene, 'lambda', `function:${functionName}`),
      runtime: 'nodejs20.x',
      role: random.pick(scene.account.lambdaRoles).arn,
      handler: 'index.handler',
      codeSize: random.int(9_000_000),
      description: '',
      timeout: 30,
      memorySize: 512,
      lastModified: isoTime(scene.seconds).replace('Z', '.000+0000'),
      codeSha256: random.base64(43) + '=',
      version: String(random.int(300)),
      environment: {},
      tracingConfig: { mode: 'PassThrough' },
      revisionId: random.uuid(),
      state: 'Active',
      lastUpdateStatus: 'InProgress',
      packageType: 'Zip',
      architectures: ['arm64'],
      ephemeralStorage: { size: 512 },
    },
  })
}

const lookupEvents: Call = (scene, caller) =>
  call(scene, caller, 'cloudtrail', 'LookupEvents', true, {
    request: {
      maxResults: 50,
      lookupAttributes: [{ attributeKey: 'ReadOnly', attributeValue: 'false' }],
    },
  })

type Mix = readonly (readonly [weight: number, call: Call])[]

/** Applications: data events, secrets, keys. */
export const APPLICATION: Mix = [
  [26, s3Object('GetObject')],
  [12, s3Object('PutObject')],
  [8, s3Object('HeadObject')],
  [2, s3Object('DeleteObject')],
  [7, listObjects],
  [14, dynamo],
  [10, invoke],
  [3, secretValue],
  [4, parameter],
  [6, kmsDirect],
  [2, logStream],
]

export const INSTANCE: Mix = [...APPLICATION, [14, heartbeat], [6, describe], [2, monitoring]]

export const FUNCTION: Mix = [...APPLICATION, [16, logStream]]

/** Infrastructure as code: reads everything, then changes a little. */
export const DEPLOYMENT: Mix = [
  [34, describe],
  [14, iamRead],
  [3, iamWrite],
  [10, bucketProbe],
  [4, createTags],
  [2, runInstances],
  [1, openGroup],
  [5, describeParameters],
  [4, parameter],
  [3, getFunction],
  [2, updateFunction],
  [3, databases],
  [3, describeLogs],
  [4, callerIdentity],
  [3, kmsDirect],
]

/** People at the console. */
export const HUMAN: Mix = [
  [24, describe],
  [8, listBuckets],
  [16, bucketProbe],
  [8, monitoring],
  [8, describeLogs],
  [8, iamRead],
  [1, iamWrite],
  [5, lookupEvents],
  [6, databases],
  [5, describeParameters],
  [3, getFunction],
  [3, s3Object('GetObject')],
]

/** Service-linked roles and scanners. */
export const SCANNER: Mix = [
  [50, describe],
  [16, bucketProbe],
  [12, iamRead],
  [6, databases],
  [6, monitoring],
  [4, getFunction],
]
