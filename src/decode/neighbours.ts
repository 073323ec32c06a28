/**
 * Recognises files that are commonly next to CloudTrail's in a bucket or folder. They contain no CloudTrail event and
 * are noted once per file.
 */
import { isJsonObject, type JsonObject } from '../model/record.js'
import { parseJson } from './fields.js'
import { namedObjects } from './notices.js'

export interface Neighbour {
  readonly family: string
  /** It replaces evidence that is missing. */
  readonly isMissing: boolean
}

const HEX = /^[0-9a-f]{32,128}$/i

/** By the start of a text or of bytes, as Latin-1. */
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^\u0000\u0000\u0000\u0001Bud1/, '.DS_Store of a Mac'],
  [/^\u0000\u0005\u0016[\u0000\u0007]/, 'AppleDouble file of a Mac'],
  [/^\s*\[(?:\.ShellClassInfo|LocalizedFileNames|ViewState)\]/, 'desktop.ini of Windows'],
  [/^\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1/, 'OLE file, such as Thumbs.db of Windows'],
  [/^\[ZoneTransfer\]/, 'Zone.Identifier of Windows'],
  [/^-----BEGIN (?:(?:PGP|SSH) SIGNATURE|PGP SIGNED MESSAGE|PKCS7|CMS)-----/, 'signature'],
  [/^untrusted comment: /, 'signature'],
  // OpenPGP, binary: a packet of tag 2, version 4, over a document.
  [/^(?:\u0088[^]|\u0089[^]{2}|\u00c2[^]{1,2})\u0004[\u0000\u0001]/, 'signature'],
  [/^-----BEGIN (?:CERTIFICATE|PUBLIC KEY|PGP PUBLIC KEY BLOCK)-----/, 'certificate or public key'],
  [/^%%%% HASHDEEP-/, 'checksum file'],
  [/^(?:;[^\n]*\n)+\S[^\r\n]* [0-9a-f]{8}\r?(?:\n|$)/i, 'checksum file'],
  [/^\s*\{\s*"fileVersion"\s*:\s*"[\d.]+"\s*,(?:[^[{]*,)?\s*"configurationItems"\s*:/, 'AWS Config'],
  [
    /^(?:[a-z][a-z0-9-]* )*(?:srcaddr|interface-id|pkt-srcaddr)(?: [a-z][a-z0-9-]*)*\s*(?:\n|$)/,
    'VPC flow log',
  ],
  [/^\d{1,2} (?:\d{12}|unknown) eni-[0-9a-f]+ /, 'VPC flow log'],
  [/^(?:https?|h2|grpcs?|wss?) \d{4}-\d\d-\d\dT\S+Z (?:app|net)\/\S+ /, 'load balancer access log'],
  [/^tls \d\.\d \d{4}-\d\d-\d\dT\S+ net\/\S+ /, 'load balancer access log'],
  [/^\d{4}-\d\d-\d\dT\S+Z \S+ \S+:\d+ (?:\S+:\d+|-) -?[\d.]+ -?[\d.]+ /, 'load balancer access log'],
  [/^\d{4}-\d\d-\d\dT\S+Z \S+ \d+ \d+ (?:TLSv|-)\S* \S+ [\d.-]+ /, 'load balancer connection log'],
  [/^Enable (?:Access|Connection|HealthCheck)Log for ELB: /, 'test file of a load balancer'],
  [/^1\.0 \d{4}-\d\d-\d\dT\S+Z Z[0-9A-Z]+ \S+ [A-Z]+ [A-Z]+ (?:TCP|UDP) /, 'Route 53 query log'],
  [/^(?:s3:\/\/\S+\/data\/\S+\r?\n)+\S*$/, 'S3 inventory'],
  [/^#Version: 1\.\d+\s*[\r\n]+#Fields: .*(?:x-edge|cs-method|date)/, 'CloudFront access log'],
  [/^(?:<\?xml[^>]*>\s*)?<ListBucketResult[\s>]/, 'listing of an S3 bucket'],
  [/^"?identity\/LineItemId"?,/, 'cost and usage report'],
  [/^'?\d{4}-\d\d-\d\dT\S+ UTC \[ db=/, 'Redshift audit log'],
  [/^(?:INIT_START|START RequestId|END RequestId|REPORT RequestId)[: ]/, 'Lambda log'],
  [
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (?:INIT_START|START RequestId|END RequestId|REPORT RequestId)[: ]/,
    'Lambda log',
  ],
  [/^Permission .{0,40}(?:test|granted|CloudWatch)/i, 'probe of CloudWatch Logs'],
]

const ERROR = 'error, saved in place of the file: download it again'

const INSTEAD: readonly (readonly [RegExp, string])[] = [
  [/^version https:\/\/git-lfs\.github\.com\/spec\//, 'Git LFS pointer: run git lfs pull, then index again'],
  [/^(?:\.\.\/)*(?:\.git)?\/annex\/objects\//, 'git-annex pointer: run git annex get, then index again'],
  [
    /^(?:<\?xml[^>]*>\s*)?<Error(?: [^>]*)?>\s*<Code>/,
    'error of S3, saved in place of the file: download it again',
  ],
  [
    /^(?:<\?xml[^>]*>)?(?:\s|<!--(?:[^-]|-(?!->)){0,2000}-->)*<(?:!doctype html|html|head)[\s>]/i,
    'web page, saved in place of the file: download it again',
  ],
  [
    /^\s*(?:(?:fatal error|download failed): .{0,300})?An error occurred \(\w+\) when calling the \w+ operation/,
    'error of the AWS CLI, saved in place of the file: download it again',
  ],
  [
    /^\s*(?:HTTP\/\d\S* )?(?:\d{3} )?(?:access denied|forbidden|unauthorized|bad request|(?:page )?not found|internal server error|bad gateway|service unavailable|gateway time-?out)\.?\s*$/i,
    ERROR,
  ],
]

/** A service's answer in JSON: a few short strings, one of which is a message or an error. */
const ERROR_KEYS =
  /^(?:message|error|errors|error_?description|error_?message|errorCode|code|status|statusCode|__type|requestId|request_?id|type|detail|title|path|timestamp)$/i
const ERROR_WORDS =
  /error|exception|denied|forbidden|unauthori[sz]ed|not found|expired|invalid|missing|fail|time-?out|unavailable|bad request|limit/i
const ERROR_SAYING = /^(?:message|error|error_?description|error_?message|__type|title|detail)$/i

function isErrorAnswer(text: string): boolean {
  const body = text.trim()
  if (body.length > 2000 || !body.startsWith('{') || !body.endsWith('}')) return false
  if (!ERROR_WORDS.test(body) || body.includes('eventVersion')) return false
  const value = parseJson(body)
  if (!isJsonObject(value)) return false
  const inner = isJsonObject(value['error']) ? { ...value, ...value['error'], error: '' } : value
  const entries = Object.entries(inner)
  return (
    entries.length > 0 &&
    entries.every(([key, held]) => ERROR_KEYS.test(key) && (held === null || typeof held !== 'object')) &&
    entries.some(([key, held]) => ERROR_SAYING.test(key) && typeof held === 'string')
  )
}

const CHECKSUM_LINE =
  /^(?:\\?[0-9a-f]{32,128}(?: {2}| \*|\t)\S.*|(?:SHA\d{1,3}|MD5) ?\(.+\) ?= ?[0-9a-f]{32,128}|)$/i
const INVENTORY_LINE = /^"[a-z0-9.-]{3,63}","[^"]+"(?:,"[^"]*")+\r?$/

/** @param head the start of the content. */
export function neighbourText(head: Buffer): Neighbour | undefined {
  const start = head.toString('latin1', 0, 4096).replace(/^\u00ef\u00bb\u00bf/, '')
  const instead = INSTEAD.find(([form]) => form.test(start))
  if (instead !== undefined) return { family: instead[1], isMissing: true }
  if (isErrorAnswer(start)) return { family: ERROR, isMissing: true }
  const family = BEGINNINGS.find(([form]) => form.test(start))?.[1] ?? byLines(start)
  return family === undefined ? undefined : { family, isMissing: false }
}

function byLines(start: string): string | undefined {
  if (HEX.test(start.trim())) return 'checksum file'
  const lines = start.split('\n')
  // The last line may be cut.
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines
  if (whole.every((line) => CHECKSUM_LINE.test(line.trimEnd())))
    return start.trim() === '' ? undefined : 'checksum file'
  return whole.every((line) => INVENTORY_LINE.test(line)) ? 'S3 inventory' : undefined
}

const CONTROL = 'control file of aria2: the download next to it is not whole, download it again'

/** Files whose content says nothing and whose name is always theirs. */
const BY_NAME: readonly (readonly [RegExp, Neighbour])[] = [
  [/(?:^|[/\\])\.git(?:attributes|ignore|modules)$/, { family: 'settings of git', isMissing: false }],
  [/(?:^|[/\\])\.wget-hsts$/, { family: 'settings of wget', isMissing: false }],
  [
    /(?:^|[/\\])(?:README|LICEN[CS]E|NOTICE)(?:\.(?:md|txt|rst))?$/i,
    { family: 'documentation', isMissing: false },
  ],
  [/[^/\\]\.aria2$/, { family: CONTROL, isMissing: true }],
]

/** For content in which nothing else was recognised. */
export function neighbourByName(path: string): Neighbour | undefined {
  return BY_NAME.find(([form]) => form.test(path))?.[1]
}

/** Empty by design: only their names matter. */
export function emptyMarker(path: string): string | undefined {
  return /(?:^|[/\\])(?:ConfigWritabilityCheckFile|_SUCCESS|\.keep|\.gitkeep|[^/\\]*_\$folder\$)$/.test(path)
    ? 'empty marker file'
    : undefined
}

type Test = (value: JsonObject) => boolean
const has =
  (...keys: readonly string[]): Test =>
  (value) =>
    keys.every((key) => value[key] !== undefined)

function isListOf(value: unknown, ...keys: readonly string[]): boolean {
  const first: unknown = Array.isArray(value) ? value[0] : undefined
  return isJsonObject(first) && keys.some((key) => first[key] !== undefined)
}

const VALUES: readonly (readonly [Test, string])[] = [
  [has('configurationItems', 'fileVersion'), 'AWS Config'],
  [has('configurationItemVersion', 'configurationItemStatus'), 'AWS Config'],
  [
    (value) => has('messageType', 's3ObjectKey')(value) || has('messageType', 'configurationItem')(value),
    'notice of AWS Config',
  ],
  [(value) => isJsonObject(value['service']) && value['service']['serviceName'] === 'guardduty', 'GuardDuty'],
  [isGuardDuty, 'GuardDuty'],
  [(value) => isListOf(value['Findings'], 'Service', 'Severity'), 'GuardDuty'],
  [(value) => isListOf(value['Findings'], 'ProductArn'), 'Security Hub'],
  [has('x-edge-location', 'cs-method'), 'CloudFront access log'],
  [has('AwsAccountId', 'ProductArn'), 'Security Hub'],
  [has('webaclId', 'httpRequest'), 'WAF log'],
  [has('classificationDetails', 'resourcesAffected'), 'Macie'],
  [has('serviceNetworkArn', 'serviceArn'), 'VPC Lattice access log'],
  [has('findingArn', 'awsAccountId'), 'Inspector'],
  [(value) => isListOf(value['findings'], 'findingArn'), 'Inspector'],
  [(value) => isListOf(value['findings'], 'classificationDetails'), 'Macie'],
  [(value) => value['srcaddr'] !== undefined && value['dstaddr'] !== undefined, 'VPC flow log'],
  [has('query_name', 'query_type', 'rcode'), 'Route 53 resolver query log'],
  [has('firewall_name', 'event'), 'Network Firewall log'],
  [(value) => String(value['apiVersion']).startsWith('audit.k8s.io/'), 'Kubernetes audit log'],
  [has('sourceBucket', 'destinationBucket', 'fileFormat'), 'S3 inventory'],
  [has('class_uid', 'metadata'), 'OCSF (Security Lake) of another class than API Activity'],
  [
    (value) => isJsonObject(value['ecs']) || value['ecs.version'] !== undefined,
    'Elastic document (ECS) of another source',
  ],
  [has('s3Bucket', 's3ObjectKey'), 'notice of a delivered file'],
  [(value) => value['Event'] === 's3:TestEvent', 'test notice of S3'],
  [isOfOtherService, 'EventBridge event of another service'],
  [(value) => isJsonObject(value['s3']) && namedObjects(value).length > 0, 'notice of S3'],
  [(value) => isJsonObject(value['bucket']) && namedObjects(value).length > 0, 'notice of S3'],
]

function isGuardDuty({ source }: JsonObject): boolean {
  return source === 'aws.guardduty'
}

/** Those of CloudTrail, and S3's notices, which can name evidence, are read. */
export function isOfOtherService(value: JsonObject): boolean {
  const { source, detail, 'detail-type': type } = value
  return (
    typeof source === 'string' &&
    source.startsWith('aws.') &&
    typeof type === 'string' &&
    !/CloudTrail/i.test(type) &&
    isJsonObject(detail) &&
    detail['eventVersion'] === undefined &&
    detail['eventName'] === undefined &&
    detail['messageType'] === undefined &&
    !isGuardDuty(value) &&
    namedObjects(detail).length === 0
  )
}

const CONFIRMATION = /^You have chosen to (?:de|un)?subscribe (?:to|from) the topic arn:/

/** A JSON value, or a message that is text. */
export function neighbourValue(value: unknown): string | undefined {
  if (value === 'CloudTrail validation message.') return 'validation message of CloudTrail'
  if (typeof value === 'string' && CONFIRMATION.test(value)) return 'subscription message of SNS'
  if (!isJsonObject(value)) return undefined
  return VALUES.find(([test]) => test(value))?.[1]
}
