/** The invented organisation that a corpus is about: drawn from the seed alone, so every profile of a seed shares it. */
import { iamId, Random, Weighted } from './random.js'

interface User {
  readonly name: string
  readonly arn: string
  readonly id: string
  readonly key: string
  readonly agent: string
  readonly ip: string
}

export interface Role {
  readonly name: string
  readonly arn: string
  readonly id: string
}

export interface Bucket {
  readonly name: string
  readonly arn: string
  /** Objects that are read again and again; all other keys are new each time. */
  readonly hotKeys: readonly string[]
}

export interface Account {
  readonly id: string
  readonly name: string
  readonly users: readonly User[]
  readonly deployRoles: readonly Role[]
  readonly appRoles: readonly Role[]
  readonly lambdaRoles: readonly Role[]
  readonly ssoRoles: readonly Role[]
  readonly serviceRoles: readonly (Role & { readonly service: string })[]
  readonly buckets: readonly Bucket[]
  readonly logBucket: Bucket
  readonly keyIds: readonly string[]
  readonly functions: readonly string[]
  readonly tables: readonly string[]
  readonly parameters: readonly string[]
  readonly secrets: readonly string[]
  readonly logGroups: readonly string[]
  readonly instances: readonly string[]
  readonly vpcs: readonly string[]
  readonly subnets: readonly string[]
  readonly groups: readonly string[]
  readonly images: readonly string[]
  readonly vpce: string
}

export interface World {
  readonly accounts: readonly Account[]
  readonly places: Weighted<{ readonly account: Account; readonly region: string }>
  /** Words used nowhere but in object keys, from common to rare: what a text search can ask for. */
  readonly words: readonly string[]
  readonly people: readonly string[]
}

const ACCOUNTS = [
  ['111122223333', 'prod', 40],
  ['444455556666', 'data', 25],
  ['123456789012', 'staging', 15],
  ['555566667777', 'shared', 10],
  ['210987654321', 'security', 6],
  ['000000111122', 'sandbox', 4],
] as const

const REGIONS = [
  ['us-east-1', 50],
  ['eu-west-1', 26],
  ['us-west-2', 15],
  ['ap-southeast-2', 9],
] as const

const FIRST =
  'ana ben carla dmitri elena farid grace hugo ines jonas kofi lena marta niels olga paul quinn rosa sven tara'
const LAST =
  'adams bauer costa duarte eriksen fischer garcia haddad ito jansen keller lopez meyer novak okafor petrov'
const APPS =
  'billing checkout catalog search notify ledger inventory reports identity media pricing gateway fraud crm'
const WORDS = `quarterly clickstream thumbnail manifest telemetry invoice heartbeat snapshotset payroll geotile
  barcode transcript waveform voucher ephemeris tombola marzipan quokka zeppelin obsidian kumquat`

const list = (text: string): string[] => text.split(/\s+/)

export function makeWorld(seed: number): World {
  const random = new Random(seed, 'world')
  const words = list(WORDS)
  const people = list(FIRST).flatMap((first) => list(LAST).map((last) => `${first}.${last}`))
  random.shuffle(people)
  const accounts = ACCOUNTS.map(([id, name]) => makeAccount(random, id, name, words, people))
  const places = ACCOUNTS.flatMap(([, , weight], i) =>
    REGIONS.map(([region, share]) => [weight * share, { account: accounts[i]!, region }] as const),
  )
  return { accounts, places: new Weighted(places), words, people }
}

function makeAccount(random: Random, id: string, name: string, words: string[], people: string[]): Account {
  const apps = list(APPS)
  const many = <T>(count: number, make: (i: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => make(i))
  const role = (roleName: string, path = ''): Role => ({
    name: roleName,
    arn: `arn:aws:iam::${id}:role/${path}${roleName}`,
    id: iamId(random, 'AROA', id),
  })
  const bucket = (bucketName: string): Bucket => ({
    name: bucketName,
    arn: `arn:aws:s3:::${bucketName}`,
    hotKeys: many(300, (i) => objectKey(random, words, Date.UTC(2023, 10, 1) / 1000 + i * 3600)),
  })
  const userNames = [
    ...list('ci-deploy terraform backup-agent legacy-ftp grafana vendor-export'),
    ...people.slice(0, 12),
  ]
  return {
    id,
    name,
    users: userNames.map((userName) => ({
      name: userName,
      arn: `arn:aws:iam::${id}:user/${userName.includes('.') ? 'people/' : ''}${userName}`,
      id: iamId(random, 'AIDA', id),
      key: iamId(random, 'AKIA', id),
      agent: programAgent(random),
      ip: publicIp(random),
    })),
    deployRoles: list('terraform-apply github-actions-deploy cdk-exec ops-admin read-only-audit').map((r) =>
      role(r),
    ),
    appRoles: apps.map((app) => role(`${app}-service-${name}`)),
    lambdaRoles: apps.slice(0, 8).map((app) => role(`${app}-fn-role-${random.lower(8)}`, 'service-role/')),
    ssoRoles: list('AdministratorAccess ReadOnlyAccess DeveloperAccess').map((set) =>
      role(`AWSReservedSSO_${set}_${random.hex(16)}`, 'aws-reserved/sso.amazonaws.com/eu-west-1/'),
    ),
    serviceRoles: list('Config AutoScaling ElasticLoadBalancing RDS AmazonGuardDuty Support').map(
      (suffix) => {
        const service = `${suffix.replace('Amazon', '').toLowerCase()}.amazonaws.com`
        return { ...role(`AWSServiceRoleFor${suffix}`, `aws-service-role/${service}/`), service }
      },
    ),
    buckets: apps.map((app) => bucket(`acme-${name}-${app}-${random.lower(6)}`)),
    logBucket: { name: `acme-${name}-cloudtrail`, arn: `arn:aws:s3:::acme-${name}-cloudtrail`, hotKeys: [] },
    keyIds: many(12, () => random.uuid()),
    functions: apps.flatMap((app) => ['ingest', 'worker', 'api'].map((part) => `${app}-${part}-${name}`)),
    tables: apps.map((app) => `${app}-${name}`),
    parameters: apps.flatMap((app) =>
      ['db/url', 'db/user', 'feature-flags'].map((key) => `/${name}/${app}/${key}`),
    ),
    secrets: apps.map((app) => `${name}/${app}/database-${random.lower(6)}`),
    logGroups: apps.map((app) => `/aws/lambda/${app}-worker-${name}`),
    instances: many(60, () => `i-0${random.hex(16)}`),
    vpcs: many(4, () => `vpc-0${random.hex(16)}`),
    subnets: many(12, () => `subnet-0${random.hex(16)}`),
    groups: many(25, () => `sg-0${random.hex(16)}`),
    images: many(8, () => `ami-0${random.hex(16)}`),
    vpce: `vpce-0${random.hex(16)}`,
  }
}

/** `invoice/2024/03/07/part-00012-3f0c….parquet`, a few with characters that JSON or URLs must escape. */
export function objectKey(random: Random, words: readonly string[], seconds: number): string {
  const word = random.popular(words, 3)
  const day = new Date(seconds * 1000).toISOString().slice(0, 10).replaceAll('-', '/')
  switch (random.int(6)) {
    case 0:
      return `${word}/dt=${day.replaceAll('/', '-')}/part-${String(random.int(200)).padStart(5, '0')}-${random.uuid()}.snappy.parquet`
    case 1:
      return `${word}/${day}/${random.hex(12)}.json.gz`
    case 2:
      return `uploads/${random.lower(10)}/${word}-${random.int(5000)}.jpg`
    case 3:
      return `${word}/${random.int(100000)}/index.html`
    case 4:
      return `exports/${word} "final" für ${random.pick(['Köln', 'Zürich', 'São Paulo', '東京'])} ${random.int(900)}.csv`
    default:
      return `raw/${word}/year=${day.slice(0, 4)}/month=${day.slice(5, 7)}/${random.lower(20)}.avro`
  }
}

/** RFC 2544 and documentation ranges: addresses of nobody. */
export function publicIp(random: Random): string {
  return random.chance(0.7)
    ? `198.${random.between(18, 19)}.${random.int(256)}.${random.between(1, 254)}`
    : `${random.pick(['192.0.2', '198.51.100', '203.0.113'])}.${random.between(1, 254)}`
}

export function programAgent(random: Random): string {
  const minor = random.int(60)
  const patch = random.int(20)
  const kernel = `6.1.${random.between(50, 110)}-${random.between(80, 130)}.${random.between(100, 200)}.amzn2023.x86_64`
  switch (random.int(7)) {
    case 0:
      return `APN/1.0 HashiCorp/1.0 Terraform/1.${minor % 9}.${patch % 8} (+https://www.terraform.io) terraform-provider-aws/5.${minor}.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.${minor % 32}.${patch % 4} os/linux lang/go#1.22.${patch % 8} md/GOOS#linux md/GOARCH#amd64 api/ec2#1.${minor + 100}.0`
    case 1:
      return `Boto3/1.34.${minor} md/Botocore#1.34.${minor} ua/2.0 os/linux#${kernel} md/arch#x86_64 lang/python#3.${10 + (patch % 3)}.${patch % 13} md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.${minor}`
    case 2:
      return `aws-cli/2.${minor % 18}.${patch} md/awscrt#0.20.${patch % 12} ua/2.0 os/linux#${kernel} md/arch#x86_64 lang/python#3.11.${patch % 9} md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off`
    case 3:
      return `aws-sdk-java/2.25.${minor} Linux/${kernel} OpenJDK_64-Bit_Server_VM/17.0.${patch % 12}+${minor % 11} Java/17.0.${patch % 12} vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/legacy`
    case 4:
      return `aws-sdk-js/3.${minor + 400}.0 ua/2.0 os/linux#${kernel} lang/js md/nodejs#20.${patch}.0 api/dynamodb#3.${minor + 400}.0 exec-env/AWS_ECS_FARGATE`
    case 5:
      return `aws-sdk-go/1.50.${minor} (go1.21.${patch % 10}; linux; amd64) exec-env/AWS_ECS_EC2`
    default:
      return `aws-sdk-go-v2/1.${minor % 32}.0 os/linux lang/go#1.22.${patch % 8} md/GOOS#linux md/GOARCH#amd64 karpenter.sh-0.3${minor % 8}.0`
  }
}

export function browserAgent(random: Random): string {
  const major = random.between(110, 126)
  return random.pick([
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`,
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`,
    `Mozilla/5.0 (X11; Linux x86_64; rv:${major}.0) Gecko/20100101 Firefox/${major}.0`,
  ])
}
