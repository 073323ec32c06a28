/**
 * The quick start's archive: one morning in two accounts, with a leaked key in it. Everything is invented.
 * ci-deploy's key is used from a new address, becomes ops-admin by AssumeRole, makes a user with a key of its own, and that
 * key reads the customer exports. Written to fixtures/quickstart by `npx tsx scripts/make-corpus.ts quickstart`.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Archive } from './archive.js'
import { Studio, Tally } from './corpus.js'
import { iamId, Random } from './random.js'
import { isoTime, proseTime, recordText, type Draft, type JsonObject } from './record.js'
import type { Account } from './world.js'

const SEED = 20240514
const DAY = Date.UTC(2024, 4, 14) / 1000
const HOME = 'us-east-1'
const at = (hour: number, minute: number, second = 0): number => DAY + hour * 3600 + minute * 60 + second

const ATTACKER_IP = '203.0.113.66'
const SECOND_IP = '198.51.100.23'
const ATTACKER_AGENT =
  'aws-cli/2.15.30 Python/3.11.8 Linux/6.6.9-amd64 exe/x86_64.kali.2024 prompt/off command/iam.create-access-key'
const SYNC_AGENT =
  'Boto3/1.34.69 md/Botocore#1.34.69 ua/2.0 os/linux#5.15.0-101 lang/python#3.10.12 Botocore/1.34.69'
const BUCKET = 'acme-prod-customer-exports'
const BUCKET_ARN = `arn:aws:s3:::${BUCKET}`
const NEW_USER = 'svc-backup-sync'

interface Step {
  readonly seconds: number
  readonly draft: Draft
  readonly mark?: string
}

interface Who {
  readonly identity: JsonObject
  readonly ip: string
  readonly agent: string
}

/** Facts of the story for the quick start script, the README and the tests. */
export interface StoryKey {
  readonly events: number
  readonly records: number
  readonly files: number
  readonly leakedKey: string
  readonly roleArn: string
  readonly roleKey: string
  readonly newUser: string
  readonly newKey: string
  readonly bucketArn: string
  readonly objectsRead: number
  readonly createAccessKey: { readonly requestId: string; readonly eventId: string }
  readonly window: { readonly since: string; readonly until: string }
  readonly damaged: string
}

export async function makeStory(folder: string): Promise<StoryKey> {
  await rm(path.join(folder, 'AWSLogs'), { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const archive = new Archive(folder, new Random(SEED, 'names'))
  const studio = new Studio(SEED, { sessions: 6, burst: 12 })
  const tally = new Tally(SEED)
  const prod = studio.world.accounts[0]!
  const staging = studio.world.accounts[2]!
  const cast = makeCast(prod)
  // The cast does only what the story says: nobody uses a key after it was set Inactive.
  const others: Account = {
    ...prod,
    users: prod.users.filter(({ key }) => key !== cast.leakedKey),
    deployRoles: prod.deployRoles.filter(({ arn }) => arn !== cast.roleArn),
  }
  const marks = new Map<string, { requestId: string; eventId: string }>()

  const random = new Random(SEED, 'story ids')
  const placed = steps(prod, cast).map(({ seconds, draft, mark }) => {
    const record = recordText(random, draft, { seconds, region: HOME, account: prod.id })
    tally.count(draft, record, seconds)
    if (mark !== undefined) marks.set(mark, { requestId: record.requestId ?? '', eventId: record.eventId })
    return { seconds, text: record.text }
  })

  let records = 0
  const deliver = async (
    account: string,
    region: string,
    seconds: number,
    texts: string[],
  ): Promise<string> => {
    records += texts.length
    return archive.add({ account, region, seconds }, texts)
  }
  // The home region: a file each quarter of an hour, the story's records among the ordinary ones.
  for (let minute = 0; minute < 6 * 60; minute += 15) {
    const end = at(6, minute + 15)
    const own = placed.filter((p) => p.seconds >= end - 900 && p.seconds < end).map((p) => p.text)
    const usual = studio.batch(end, 10, tally, { account: others, region: HOME }).records
    const texts = [...usual, ...own]
    await deliver(prod.id, HOME, end + 60, texts)
    // A second trail delivers one quarter of the attack once more.
    if (minute === 2 * 60 + 15) await deliver(prod.id, HOME, end + 120, texts)
  }
  for (const [account, region] of [
    [others, 'eu-west-1'],
    [staging, HOME],
  ] as const) {
    for (const hour of [7, 9, 11]) {
      const texts = studio.batch(at(hour, 10), 16, tally, { account, region }).records
      await deliver(account.id, region, at(hour, 10), texts)
    }
  }
  await archive.close()
  const whole = { events: tally.events, records, files: archive.files }

  const broken = studio.batch(at(9, 40), 14, new Tally(SEED), { account: staging, region: HOME }).records
  const damaged = await archive.add({ account: staging.id, region: HOME, seconds: at(9, 40) }, broken)
  await archive.close()
  const bytes = await readFile(path.join(folder, damaged))
  await writeFile(path.join(folder, damaged), bytes.subarray(0, Math.floor(bytes.length * 0.6)))

  const key: StoryKey = {
    ...whole,
    leakedKey: cast.leakedKey,
    roleArn: cast.roleArn,
    roleKey: cast.roleKey,
    newUser: NEW_USER,
    newKey: cast.newKey,
    bucketArn: BUCKET_ARN,
    objectsRead: EXPORTS.length,
    createAccessKey: marks.get('createAccessKey')!,
    window: { since: isoTime(at(8, 0)), until: isoTime(at(9, 0)) },
    damaged,
  }
  await writeFile(path.join(folder, 'story.json'), JSON.stringify(key, null, 2) + '\n')
  return key
}

interface Cast {
  readonly leakedKey: string
  readonly roleArn: string
  readonly roleId: string
  readonly roleKey: string
  readonly newKey: string
  readonly newUserId: string
  readonly owner: Who
  readonly leaked: Who
  readonly admin: Who
  readonly sync: Who
  readonly responder: Who
}

function makeCast(account: Account): Cast {
  const random = new Random(SEED, 'cast')
  const ci = account.users[0]!
  const role = account.deployRoles[3]!
  const sso = account.ssoRoles[0]!
  const roleKey = iamId(random, 'ASIA', account.id)
  const newKey = iamId(random, 'AKIA', account.id)
  const newUserId = iamId(random, 'AIDA', account.id)
  const ciIdentity: JsonObject = {
    type: 'IAMUser',
    principalId: ci.id,
    arn: ci.arn,
    accountId: account.id,
    accessKeyId: ci.key,
    userName: ci.name,
  }
  const session = (
    { arn, id, name }: { arn: string; id: string; name: string },
    sessionName: string,
    key: string,
    begun: number,
    mfa: boolean,
  ): JsonObject => ({
    type: 'AssumedRole',
    principalId: `${id}:${sessionName}`,
    arn: `arn:aws:sts::${account.id}:assumed-role/${name}/${sessionName}`,
    accountId: account.id,
    accessKeyId: key,
    sessionContext: {
      sessionIssuer: { type: 'Role', principalId: id, arn, accountId: account.id, userName: name },
      attributes: { creationDate: isoTime(begun), mfaAuthenticated: String(mfa) },
    },
  })
  return {
    leakedKey: ci.key,
    roleArn: role.arn,
    roleId: role.id,
    roleKey,
    newKey,
    newUserId,
    owner: { identity: ciIdentity, ip: ci.ip, agent: ci.agent },
    leaked: { identity: ciIdentity, ip: ATTACKER_IP, agent: ATTACKER_AGENT },
    admin: {
      identity: session(role, 'maintenance', roleKey, at(8, 19, 40), false),
      ip: ATTACKER_IP,
      agent: ATTACKER_AGENT,
    },
    sync: {
      identity: {
        type: 'IAMUser',
        principalId: newUserId,
        arn: `arn:aws:iam::${account.id}:user/${NEW_USER}`,
        accountId: account.id,
        accessKeyId: newKey,
        userName: NEW_USER,
      },
      ip: SECOND_IP,
      agent: SYNC_AGENT,
    },
    responder: {
      identity: session(
        sso,
        'grace.haddad@acme.example',
        iamId(random, 'ASIA', account.id),
        at(10, 31, 2),
        true,
      ),
      ip: '192.0.2.40',
      agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0',
    },
  }
}

const EXPORTS = [
  ...['2023-q3', '2023-q4', '2024-q1', '2024-q2'].flatMap((quarter) =>
    ['customers', 'contracts', 'payment-methods'].map((table) => `exports/${quarter}/${table}.csv.gz`),
  ),
  'exports/README.txt',
  'exports/2024-q2/customers "with notes" für Köln.xlsx',
]

function steps(account: Account, cast: Cast): Step[] {
  const random = new Random(SEED, 'story')
  const api = (
    who: Who,
    seconds: number,
    service: string,
    name: string,
    readOnly: boolean,
    detail: Partial<Draft> = {},
    mark?: string,
  ): Step => ({
    seconds,
    draft: {
      ...who,
      source: `${service}.amazonaws.com`,
      name,
      readOnly,
      tlsHost: service === 'iam' ? 'iam.amazonaws.com' : `${service}.${HOME}.amazonaws.com`,
      ...detail,
    },
    ...(mark === undefined ? {} : { mark }),
  })
  const denied = (who: Who, action: string): Partial<Draft> => ({
    error: {
      code: 'AccessDenied',
      message: `User: ${who.identity['arn'] as string} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
    },
  })
  const s3 = (key: string | undefined, bytesOut: number): Partial<Draft> => ({
    request: {
      bucketName: BUCKET,
      Host: `${BUCKET}.s3.${HOME}.amazonaws.com`,
      ...(key === undefined ? { 'list-type': '2', prefix: 'exports/' } : { key }),
    },
    additional: {
      SignatureVersion: 'SigV4',
      CipherSuite: 'TLS_AES_128_GCM_SHA256',
      bytesTransferredIn: 0,
      AuthenticationMethod: 'AuthHeader',
      'x-amz-id-2': random.base64(75) + '=',
      bytesTransferredOut: bytesOut,
    },
    requestId: random.upper(16),
    resources: [
      key === undefined
        ? { type: 'AWS::S3::Object', ARNPrefix: `${BUCKET_ARN}/exports/` }
        : { type: 'AWS::S3::Object', ARN: `${BUCKET_ARN}/${key}` },
      { accountId: account.id, type: 'AWS::S3::Bucket', ARN: BUCKET_ARN },
    ],
    data: true,
    tlsHost: `${BUCKET}.s3.${HOME}.amazonaws.com`,
  })
  const { owner, leaked, admin, sync, responder } = cast
  const newUserArn = `arn:aws:iam::${account.id}:user/${NEW_USER}`
  const trail = `arn:aws:cloudtrail:${HOME}:${account.id}:trail/management-events`
  const roleName = cast.roleArn.split('/').at(-1)!

  return [
    // The key's owner at work, as every day.
    api(owner, at(6, 30, 4), 'sts', 'GetCallerIdentity', true),
    api(owner, at(6, 30, 9), 'lambda', 'GetFunction20150331v2', true, {
      request: { functionName: account.functions[0]! },
    }),
    api(owner, at(7, 31, 12), 'sts', 'GetCallerIdentity', true),
    api(owner, at(7, 31, 20), 'ecr', 'GetAuthorizationToken', true),
    // 08:02 the same key from elsewhere: looking around.
    api(leaked, at(8, 2, 11), 'sts', 'GetCallerIdentity', true),
    api(
      leaked,
      at(8, 2, 48),
      'iam',
      'GetAccountAuthorizationDetails',
      true,
      denied(leaked, 'iam:GetAccountAuthorizationDetails'),
    ),
    api(leaked, at(8, 3, 5), 'iam', 'ListUsers', true, denied(leaked, 'iam:ListUsers')),
    api(leaked, at(8, 3, 40), 'iam', 'ListRoles', true, { request: { maxItems: 1000 } }),
    api(leaked, at(8, 5, 2), 's3', 'ListBuckets', true, {
      request: { Host: `s3.${HOME}.amazonaws.com` },
      requestId: random.upper(16),
    }),
    api(leaked, at(8, 9, 30), 'ec2', 'DescribeInstances', true, {
      request: { maxResults: 1000, instancesSet: {}, filterSet: {} },
    }),
    api(
      leaked,
      at(8, 12, 1),
      'secretsmanager',
      'ListSecrets',
      true,
      denied(leaked, 'secretsmanager:ListSecrets'),
    ),
    api(
      leaked,
      at(8, 17, 33),
      'sts',
      'AssumeRole',
      true,
      denied(leaked, 'sts:AssumeRole on resource: arn:aws:iam::111122223333:role/terraform-apply'),
    ),
    // 08:19 it becomes ops-admin.
    api(leaked, at(8, 19, 40), 'sts', 'AssumeRole', true, {
      request: { roleArn: cast.roleArn, roleSessionName: 'maintenance', durationSeconds: 3600 },
      response: {
        credentials: {
          accessKeyId: cast.roleKey,
          sessionToken: `IQoJb3JpZ2luX2VjEXAMPLETOKEN${random.base64(220)}`,
          expiration: proseTime(at(9, 19, 40)),
        },
        assumedRoleUser: {
          assumedRoleId: `${cast.roleId}:maintenance`,
          arn: `arn:aws:sts::${account.id}:assumed-role/${roleName}/maintenance`,
        },
      },
      resources: [{ accountId: account.id, type: 'AWS::IAM::Role', ARN: cast.roleArn }],
    }),
    api(admin, at(8, 20, 2), 'sts', 'GetCallerIdentity', true),
    api(admin, at(8, 20, 31), 'iam', 'ListUsers', true, { request: { maxItems: 1000 } }),
    api(admin, at(8, 21, 15), 'cloudtrail', 'DescribeTrails', true, { request: { trailNameList: [] } }),
    api(admin, at(8, 22, 3), 'cloudtrail', 'StopLogging', false, {
      request: { name: trail },
      error: {
        code: 'AccessDenied',
        message: `User: arn:aws:sts::${account.id}:assumed-role/${roleName}/maintenance is not authorized to perform: cloudtrail:StopLogging on resource: ${trail} with an explicit deny in a service control policy`,
      },
    }),
    api(admin, at(8, 24, 10), 'iam', 'CreateUser', false, {
      request: { path: '/', userName: NEW_USER },
      response: {
        user: {
          path: '/',
          userName: NEW_USER,
          userId: cast.newUserId,
          arn: newUserArn,
          createDate: proseTime(at(8, 24, 10)),
        },
      },
    }),
    api(admin, at(8, 24, 52), 'iam', 'AttachUserPolicy', false, {
      request: { userName: NEW_USER, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    }),
    api(
      admin,
      at(8, 25, 20),
      'iam',
      'CreateAccessKey',
      false,
      {
        request: { userName: NEW_USER },
        response: {
          accessKey: {
            accessKeyId: cast.newKey,
            status: 'Active',
            userName: NEW_USER,
            createDate: proseTime(at(8, 25, 20)),
          },
        },
      },
      'createAccessKey',
    ),
    // 08:31 the new key, from a third address: the customer exports.
    api(sync, at(8, 31, 5), 'sts', 'GetCallerIdentity', true),
    api(sync, at(8, 31, 40), 's3', 'GetBucketLocation', true, {
      request: { location: '', bucketName: BUCKET, Host: `s3.${HOME}.amazonaws.com` },
      requestId: random.upper(16),
      resources: [{ accountId: account.id, type: 'AWS::S3::Bucket', ARN: BUCKET_ARN }],
    }),
    api(sync, at(8, 32, 2), 's3', 'ListObjects', true, s3(undefined, 4120)),
    ...EXPORTS.map((key, i) =>
      api(sync, at(8, 33, 10) + i * 41, 's3', 'GetObject', true, s3(key, random.between(40_000, 90_000_000))),
    ),
    api(sync, at(8, 46, 18), 's3', 'DeleteObject', false, {
      ...s3('exports/README.txt', 0),
      ...denied(sync, 's3:DeleteObject'),
    }),
    api(sync, at(8, 51, 30), 'iam', 'CreateLoginProfile', false, {
      request: { userName: NEW_USER, passwordResetRequired: false },
      response: {
        loginProfile: {
          userName: NEW_USER,
          passwordResetRequired: false,
          createDate: proseTime(at(8, 51, 30)),
        },
      },
    }),
    {
      seconds: at(8, 55, 2),
      draft: {
        identity: {
          type: 'IAMUser',
          principalId: cast.newUserId,
          arn: newUserArn,
          accountId: account.id,
          userName: NEW_USER,
        },
        source: 'signin.amazonaws.com',
        name: 'ConsoleLogin',
        ip: SECOND_IP,
        agent:
          'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
        response: { ConsoleLogin: 'Success' },
        additional: {
          LoginTo: 'https://console.aws.amazon.com/console/home',
          MobileVersion: 'No',
          MFAUsed: 'No',
        },
        requestId: null,
        readOnly: false,
        type: 'AwsConsoleSignIn',
        tlsHost: `${HOME}.signin.aws.amazon.com`,
      },
    },
    // 10:31 somebody notices.
    api(responder, at(10, 32, 15), 'cloudtrail', 'LookupEvents', true, {
      request: {
        lookupAttributes: [{ attributeKey: 'AccessKeyId', attributeValue: cast.leakedKey }],
        maxResults: 50,
      },
    }),
    api(responder, at(10, 36, 1), 'iam', 'UpdateAccessKey', false, {
      request: { userName: 'ci-deploy', accessKeyId: cast.leakedKey, status: 'Inactive' },
    }),
    api(responder, at(10, 37, 44), 'iam', 'UpdateAccessKey', false, {
      request: { userName: NEW_USER, accessKeyId: cast.newKey, status: 'Inactive' },
    }),
    api(responder, at(10, 39, 8), 'iam', 'PutRolePolicy', false, {
      request: {
        roleName,
        policyName: 'AWSRevokeOlderSessions',
        policyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Deny',
              Action: ['*'],
              Resource: ['*'],
              Condition: { DateLessThan: { 'aws:TokenIssueTime': isoTime(at(10, 39, 8)) } },
            },
          ],
        }),
      },
    }),
    api(responder, at(10, 42, 30), 'iam', 'DeleteLoginProfile', false, { request: { userName: NEW_USER } }),
    // The attacker comes back to a closed door.
    api(sync, at(11, 4, 12), 's3', 'ListObjects', true, {
      ...s3(undefined, 0),
      error: {
        code: 'InvalidAccessKeyId',
        message: 'The AWS Access Key Id you provided does not exist in our records.',
      },
    }),
  ]
}
