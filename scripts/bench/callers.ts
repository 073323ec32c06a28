/** Who calls: sessions that begin with the record which issued their key, live for a while and are replaced. */
import type { JsonObject, Draft } from './record.js'
import { isoTime, proseTime } from './record.js'
import {
  APPLICATION,
  call,
  DEPLOYMENT,
  FUNCTION,
  HUMAN,
  INSTANCE,
  SCANNER,
  type Call,
  type Caller,
  type Scene,
} from './calls.js'
import { iamId, Weighted } from './random.js'
import { browserAgent, programAgent, publicIp, type Role } from './world.js'

export interface Session extends Caller {
  readonly calls: Weighted<Call>
  readonly until: number
}

const MIX = {
  application: new Weighted(APPLICATION),
  instance: new Weighted(INSTANCE),
  function: new Weighted(FUNCTION),
  deployment: new Weighted(DEPLOYMENT),
  human: new Weighted(HUMAN),
  scanner: new Weighted(SCANNER),
}

type Begin = (scene: Scene) => Session

const HOUR = 3600

function roleIdentity(
  scene: Scene,
  role: Role,
  session: string,
  key: string,
  extra: { mfa?: boolean; context?: JsonObject; attributes?: JsonObject } = {},
): JsonObject {
  return {
    type: 'AssumedRole',
    principalId: `${role.id}:${session}`,
    arn: `arn:aws:sts::${scene.account.id}:assumed-role/${role.name}/${session}`,
    accountId: scene.account.id,
    accessKeyId: key,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: role.id,
        arn: role.arn,
        accountId: scene.account.id,
        userName: role.name,
      },
      ...extra.context,
      attributes: {
        creationDate: isoTime(scene.seconds),
        mfaAuthenticated: String(extra.mfa ?? false),
        ...extra.attributes,
      },
    },
  }
}

/** The STS answer that issues `key`; its session token is in clear in real files too. */
function issued(scene: Scene, role: Role, session: string, key: string): JsonObject {
  return {
    credentials: {
      accessKeyId: key,
      sessionToken: `IQoJb3JpZ2luX2VjE${scene.random.base64(420)}==`,
      expiration: proseTime(scene.seconds + HOUR),
    },
    assumedRoleUser: {
      assumedRoleId: `${role.id}:${session}`,
      arn: `arn:aws:sts::${scene.account.id}:assumed-role/${role.name}/${session}`,
    },
  }
}

const roleResource = (scene: Scene, role: Role): JsonObject => ({
  accountId: scene.account.id,
  type: 'AWS::IAM::Role',
  ARN: role.arn,
})

function assumedByService(scene: Scene, service: string, role: Role, session: string, key: string): void {
  scene.follow({
    identity: { type: 'AWSService', invokedBy: service },
    source: 'sts.amazonaws.com',
    name: 'AssumeRole',
    ip: service,
    agent: service,
    request: { roleArn: role.arn, roleSessionName: session, durationSeconds: HOUR },
    response: issued(scene, role, session, key),
    readOnly: true,
    resources: [roleResource(scene, role)],
    shared: true,
  })
}

const userKey: Begin = (scene) => {
  const user = scene.random.popular(scene.account.users, 2)
  return {
    identity: {
      type: 'IAMUser',
      principalId: user.id,
      arn: user.arn,
      accountId: scene.account.id,
      accessKeyId: user.key,
      userName: user.name,
    },
    agent: user.agent,
    ip: user.ip,
    principal: user.arn,
    console: false,
    calls: scene.random.chance(0.5) ? MIX.deployment : MIX.application,
    until: scene.seconds + 24 * HOUR,
  }
}

const userConsole: Begin = (scene) => {
  const user = scene.random.pick(scene.account.users)
  const ip = publicIp(scene.random)
  const agent = browserAgent(scene.random)
  const who = { type: 'IAMUser', principalId: user.id, arn: user.arn, accountId: scene.account.id }
  const fails = scene.random.chance(0.1)
  scene.follow({
    identity: { ...who, userName: user.name },
    source: 'signin.amazonaws.com',
    name: 'ConsoleLogin',
    ip,
    agent,
    error: fails ? { message: 'Failed authentication' } : undefined,
    response: { ConsoleLogin: fails ? 'Failure' : 'Success' },
    additional: {
      LoginTo: 'https://console.aws.amazon.com/console/home',
      MobileVersion: 'No',
      MFAUsed: 'Yes',
      MFAIdentifier: `arn:aws:iam::${scene.account.id}:mfa/${user.name}`,
    },
    requestId: null,
    readOnly: false,
    type: 'AwsConsoleSignIn',
    principal: user.arn,
    tlsHost: `${scene.region}.signin.aws.amazon.com`,
  })
  return {
    identity: {
      ...who,
      accessKeyId: iamId(scene.random, 'ASIA', scene.account.id),
      userName: user.name,
      sessionContext: { attributes: { creationDate: isoTime(scene.seconds), mfaAuthenticated: 'true' } },
    },
    agent: 'AWS Internal',
    ip,
    principal: user.arn,
    console: true,
    calls: MIX.human,
    until: scene.seconds + 4 * HOUR,
  }
}

const rootConsole: Begin = (scene) => ({
  identity: {
    type: 'Root',
    principalId: scene.account.id,
    arn: `arn:aws:iam::${scene.account.id}:root`,
    accountId: scene.account.id,
    accessKeyId: iamId(scene.random, 'ASIA', scene.account.id),
    sessionContext: { attributes: { creationDate: isoTime(scene.seconds), mfaAuthenticated: 'true' } },
  },
  agent: browserAgent(scene.random),
  ip: publicIp(scene.random),
  principal: `arn:aws:iam::${scene.account.id}:root`,
  console: true,
  calls: MIX.human,
  until: scene.seconds + HOUR,
})

const deployRole: Begin = (scene) => {
  const { random, account } = scene
  const role = random.popular(account.deployRoles, 1.5)
  const user = random.popular(account.users, 2)
  const session = random.chance(0.5)
    ? `botocore-session-${scene.seconds}`
    : `aws-go-sdk-${scene.seconds}${random.between(100000000, 999999999)}`
  const key = iamId(random, 'ASIA', account.id)
  const caller: Caller = {
    identity: {
      type: 'IAMUser',
      principalId: user.id,
      arn: user.arn,
      accountId: account.id,
      accessKeyId: user.key,
      userName: user.name,
    },
    agent: user.agent,
    ip: user.ip,
    principal: user.arn,
    console: false,
  }
  scene.follow(
    call(scene, caller, 'sts', 'AssumeRole', true, {
      request: { roleArn: role.arn, roleSessionName: session, durationSeconds: HOUR },
      response: issued(scene, role, session, key),
      resources: [roleResource(scene, role)],
    }),
  )
  return {
    identity: roleIdentity(scene, role, session, key),
    agent: user.agent,
    ip: user.ip,
    principal: role.arn,
    console: false,
    calls: MIX.deployment,
    until: scene.seconds + HOUR,
  }
}

const githubRole: Begin = (scene) => {
  const { random, account } = scene
  const role = account.deployRoles[1]!
  const key = iamId(random, 'ASIA', account.id)
  const provider = `arn:aws:iam::${account.id}:oidc-provider/token.actions.githubusercontent.com`
  const subject = `repo:acme/${random.pick(['infra', 'shop', 'data-jobs'])}:ref:refs/heads/main`
  const ip = publicIp(random)
  scene.follow({
    identity: {
      type: 'WebIdentityUser',
      principalId: `${provider}:sts.amazonaws.com:${subject}`,
      userName: subject,
      identityProvider: provider,
    },
    source: 'sts.amazonaws.com',
    name: 'AssumeRoleWithWebIdentity',
    ip,
    agent: 'aws-sdk-nodejs/2.1396.0 linux/v20.11.0 configure-aws-credentials-for-github-actions promise',
    request: { roleArn: role.arn, roleSessionName: 'GitHubActions', durationSeconds: HOUR },
    response: {
      subjectFromWebIdentityToken: subject,
      ...issued(scene, role, 'GitHubActions', key),
      provider,
      audience: 'sts.amazonaws.com',
    },
    readOnly: true,
    resources: [roleResource(scene, role)],
    tlsHost: `sts.${scene.region}.amazonaws.com`,
  })
  return {
    identity: roleIdentity(scene, role, 'GitHubActions', key, {
      context: { webIdFederationData: { federatedProvider: provider, attributes: {} } },
    }),
    agent: programAgent(random),
    ip,
    principal: role.arn,
    console: false,
    calls: MIX.deployment,
    until: scene.seconds + HOUR,
  }
}

const ssoPerson: Begin = (scene) => {
  const { random, account } = scene
  const role = random.pick(account.ssoRoles)
  const person = `${random.popular(scene.world.people, 2)}@acme.example`
  const key = iamId(random, 'ASIA', account.id)
  const provider = `arn:aws:iam::${account.id}:saml-provider/AWSSSO_DO_NOT_DELETE`
  const ip = publicIp(random)
  scene.follow({
    identity: {
      type: 'SAMLUser',
      principalId: `${provider.slice(-20)}:${person}`,
      userName: person,
      identityProvider: provider,
    },
    source: 'sts.amazonaws.com',
    name: 'AssumeRoleWithSAML',
    ip,
    agent: 'aws-internal/3 aws-sdk-java/1.12.700',
    request: {
      sAMLAssertionID: `_${random.uuid()}`,
      roleSessionName: person,
      roleArn: role.arn,
      principalArn: provider,
      durationSeconds: HOUR,
    },
    response: {
      ...issued(scene, role, person, key),
      subjectType: 'persistent',
      issuer: 'https://portal.sso',
    },
    readOnly: true,
    resources: [roleResource(scene, role)],
    tlsHost: `sts.${scene.region}.amazonaws.com`,
  })
  const console = random.chance(0.7)
  return {
    identity: roleIdentity(scene, role, person, key),
    agent: console ? browserAgent(random) : programAgent(random),
    ip,
    principal: role.arn,
    console,
    calls: MIX.human,
    until: scene.seconds + HOUR,
  }
}

const instanceRole: Begin = (scene) => {
  const { random, account } = scene
  const role = random.popular(account.appRoles)
  const instance = random.popular(account.instances)
  const key = iamId(random, 'ASIA', account.id)
  assumedByService(scene, 'ec2.amazonaws.com', role, instance, key)
  const inside = random.chance(0.5)
  return {
    identity: roleIdentity(scene, role, instance, key, { attributes: { ec2RoleDelivery: '2.0' } }),
    agent: programAgent(random),
    ip: inside ? `10.${random.int(8)}.${random.int(256)}.${random.between(4, 250)}` : publicIp(random),
    principal: role.arn,
    console: false,
    vpce: inside ? account.vpce : undefined,
    calls: MIX.instance,
    until: scene.seconds + 6 * HOUR,
  }
}

const functionRole: Begin = (scene) => {
  const { random, account } = scene
  const role = random.popular(account.lambdaRoles)
  const name = random.popular(account.functions)
  const key = iamId(random, 'ASIA', account.id)
  assumedByService(scene, 'lambda.amazonaws.com', role, name, key)
  const identity = roleIdentity(scene, role, name, key)
  return {
    identity: {
      ...identity,
      inScopeOf: {
        issuerType: 'AWS::Lambda::Function',
        credentialsIssuedTo: `arn:aws:lambda:${scene.region}:${account.id}:function:${name}`,
      },
    },
    agent: `Boto3/1.34.${random.int(60)} md/Botocore#1.34.42 ua/2.0 os/linux#5.10 lang/python#3.12.${random.int(5)} exec-env/AWS_Lambda_python3.12 Botocore/1.34.42`,
    ip: publicIp(random),
    principal: role.arn,
    console: false,
    calls: MIX.function,
    until: scene.seconds + HOUR,
  }
}

const serviceRole: Begin = (scene) => {
  const { random, account } = scene
  const role = random.popular(account.serviceRoles)
  const session = random.pick(['AWSConfig-Describe', 'SLRManagement', 'scanner', 'AutoScaling'])
  const key = iamId(random, 'ASIA', account.id)
  assumedByService(scene, role.service, role, session, key)
  return {
    identity: { ...roleIdentity(scene, role, session, key), invokedBy: role.service },
    agent: role.service,
    ip: role.service,
    principal: role.arn,
    console: false,
    calls: MIX.scanner,
    until: scene.seconds + HOUR,
  }
}

const TEMPORARY: readonly (readonly [number, Begin])[] = [
  [8, userConsole],
  [0.5, rootConsole],
  [9, deployRole],
  [3, githubRole],
  [4, ssoPerson],
  [14, instanceRole],
  [10, functionRole],
  [7, serviceRole],
]
const BEGIN = new Weighted<Begin>([[75, userKey], ...TEMPORARY])
const BEGIN_SHORT = new Weighted<Begin>([[15, userKey], ...TEMPORARY])

export const beginSession = (scene: Scene, short: boolean): Session =>
  (short ? BEGIN_SHORT : BEGIN).pick(scene.random)(scene)

// --- records without a session: services on their own ----------------------------------------------------------

const service = (name: string): Pick<Draft, 'identity' | 'ip' | 'agent'> => ({
  identity: { type: 'AWSService', invokedBy: name },
  ip: name,
  agent: name,
})

/** CloudTrail writing its own files, and KMS for them: the largest group of records in real archives. */
function logDelivery(scene: Scene): Draft {
  const { random, account, region } = scene
  const { name, arn } = account.logBucket
  const day = isoTime(scene.seconds).slice(0, 10).replaceAll('-', '/')
  const stamp = isoTime(scene.seconds).slice(0, 16).replaceAll(/[-:]/g, '')
  const key = `AWSLogs/${account.id}/CloudTrail/${region}/${day}/${account.id}_CloudTrail_${region}_${stamp}Z_${random.base64(16).replaceAll(/[+/]/g, 'x')}.json.gz`
  const host = `${name}.s3.${region}.amazonaws.com`
  return {
    ...service('cloudtrail.amazonaws.com'),
    source: 's3.amazonaws.com',
    name: 'PutObject',
    request: {
      bucketName: name,
      Host: host,
      key,
      'x-amz-acl': 'bucket-owner-full-control',
      'x-amz-server-side-encryption': 'AES256',
    },
    response: { 'x-amz-server-side-encryption': 'AES256' },
    additional: {
      SignatureVersion: 'SigV4',
      CipherSuite: 'TLS_AES_128_GCM_SHA256',
      bytesTransferredIn: random.int(60000),
      SSEApplied: 'SSE_S3',
      AuthenticationMethod: 'AuthHeader',
      'x-amz-id-2': random.base64(75) + '=',
      bytesTransferredOut: 0,
    },
    requestId: random.upper(16),
    readOnly: false,
    resources: [
      { type: 'AWS::S3::Object', ARN: `${arn}/${key}` },
      { accountId: account.id, type: 'AWS::S3::Bucket', ARN: arn },
    ],
    data: true,
    shared: true,
    touches: [arn],
  }
}

function serviceEvent(scene: Scene): Draft {
  const { random, account, region } = scene
  const secret = random.pick(account.secrets)
  const arn = `arn:aws:secretsmanager:${region}:${account.id}:secret:${secret}`
  const rotates = random.chance(0.5)
  return {
    identity: {
      accountId: account.id,
      invokedBy: rotates ? 'kms.amazonaws.com' : 'secretsmanager.amazonaws.com',
    },
    source: rotates ? 'kms.amazonaws.com' : 'secretsmanager.amazonaws.com',
    name: rotates ? 'RotateKey' : 'EndSecretVersionDelete',
    ip: rotates ? 'kms.amazonaws.com' : 'secretsmanager.amazonaws.com',
    agent: rotates ? 'kms.amazonaws.com' : 'secretsmanager.amazonaws.com',
    requestId: rotates ? undefined : `SecretDeleteMessage:${arn}:${isoTime(scene.seconds)}:Forced`,
    ...(rotates
      ? { serviceEventDetails: { keyId: random.pick(account.keyIds) } }
      : { additional: { ARN: arn, Name: secret } }),
    readOnly: false,
    type: 'AwsServiceEvent',
  }
}

export function serviceRecord(scene: Scene): Draft {
  return scene.random.chance(0.98) ? logDelivery(scene) : serviceEvent(scene)
}
