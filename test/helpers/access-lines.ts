/** Lines of an S3 server access log, made of their fields; in no order of time. */
export interface MadeLine {
  readonly bucket: string
  readonly timeMs: number
  readonly address: string
  readonly requester: string | null
  readonly requestId: string
  readonly operation: string
  /** As S3 writes it: URL-encoded twice. */
  readonly key: string | null
  readonly status: number
  readonly error: string | null
  readonly agent: string
  readonly hostId: string
  readonly referer?: string
  /** Else the key, decoded once. */
  readonly uri?: string
}

const REQUESTERS = [
  'arn:aws:iam::111122223333:user/alice',
  'arn:aws:sts::111122223333:assumed-role/Deploy/run-1',
  'arn:aws:sts::111122223333:assumed-role/Deploy/run-2',
  'arn:aws:sts::444455556666:assumed-role/Other/run-3',
  'c'.repeat(64),
  null,
]
const OPERATIONS = [
  'REST.GET.OBJECT',
  'REST.PUT.OBJECT',
  'REST.HEAD.OBJECT',
  'REST.GET.BUCKET',
  'REST.DELETE.OBJECT',
]
const OUTCOMES = [
  [200, null],
  [403, 'AccessDenied'],
  [404, 'NoSuchKey'],
  [200, null],
  [304, null],
] as const
const KEYS = ['data/report 3.pdf', 'data/table.parquet', 'web/index.html', 'data/ümlaut, "quoted" +.txt']
const AGENTS = ['aws-cli/2.15', 'curl/8.1', 'Mozilla/5.0 ("odd" agent)']

export function makeAccessLines(count: number): MadeLine[] {
  return Array.from({ length: count }, (_, n) => {
    const operation = OPERATIONS[n % OPERATIONS.length]!
    const [status, error] = OUTCOMES[(n >> 1) % OUTCOMES.length]!
    const key = KEYS[(n >> 2) % KEYS.length]!
    return {
      bucket: `logs-${String(n % 4)}`,
      timeMs: Date.UTC(2024, 2, 4) + ((n * 7919) % 300) * 1000,
      address: `192.0.2.${String(n % 7)}`,
      requester: REQUESTERS[n % REQUESTERS.length]!,
      requestId: `REQ${String(n).padStart(13, '0')}`,
      operation,
      key: operation === 'REST.GET.BUCKET' ? null : twice(key),
      status,
      error,
      agent: AGENTS[n % AGENTS.length]!,
      hostId: `${Buffer.from(`host ${String(n)} `.repeat(8))
        .toString('base64')
        .slice(0, 75)}=`,
    }
  })
}

const twice = (key: string): string =>
  encodeURIComponent(encodeURIComponent(key).replaceAll('%2F', '/')).replaceAll('%2F', '/')

export function accessLine(line: MadeLine): string {
  const { bucket, address, requester, requestId, operation, key, status, error, agent, hostId } = line
  const uri = `"${operation.split('.')[1]!} /${line.uri ?? (key === null ? '' : decodeURIComponent(key))} HTTP/1.1"`
  return [
    'a'.repeat(64),
    bucket,
    time(line.timeMs),
    address,
    requester ?? '-',
    requestId,
    operation,
    key ?? '-',
    uri,
    status,
    error ?? '-',
    '113 - 7 -',
    `"${line.referer ?? '-'}"`,
    `"${agent}"`,
    '-',
    hostId,
    'SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader',
    `${bucket}.s3.amazonaws.com`,
    'TLSv1.2 - -',
  ].join(' ')
}

function time(ms: number): string {
  const [, month, day, year, clock] = /^\w{3}, (\d\d) (\w{3}) (\d{4}) ([\d:]{8}) GMT$/
    .exec(new Date(ms).toUTCString())!
    .slice(0, 5)
    .map((part, at, all) => (at === 1 ? all[2]! : at === 2 ? all[1]! : part))
  return `[${day!}/${month!}/${year!}:${clock!} +0000]`
}
