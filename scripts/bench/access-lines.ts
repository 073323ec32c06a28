/** Invented S3 server access logs: the buckets are few, the callers some hundred, requests and host ids never repeat. */
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Random } from './random.js'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const START = Date.UTC(2024, 2, 4) / 1000
const OPERATIONS = [
  ['REST.GET.OBJECT', 'GET', 200],
  ['REST.GET.OBJECT', 'GET', 200],
  ['REST.GET.OBJECT', 'GET', 304],
  ['REST.PUT.OBJECT', 'PUT', 200],
  ['REST.HEAD.OBJECT', 'HEAD', 404],
  ['REST.GET.BUCKET', 'GET', 200],
  ['REST.DELETE.OBJECT', 'DELETE', 204],
  ['REST.GET.OBJECT', 'GET', 403],
] as const
const ERRORS: Readonly<Record<number, string>> = { 403: 'AccessDenied', 404: 'NoSuchKey' }
const AGENTS = [
  '[aws-sdk-java/2.20.43 Linux/5.10.178 OpenJDK_64-Bit_Server_VM/17.0.7 Java/17.0.7 vendor/Amazon.com_Inc. io/sync http/Apache]',
  'aws-cli/2.15.30 Python/3.11.8 Linux/5.15.0 exe/x86_64.ubuntu.22 prompt/off command/s3.cp',
  'Boto3/1.34.7 md/Botocore#1.34.7 ua/2.0 os/linux#6.1 md/arch#x86_64 lang/python#3.11 Botocore/1.34.7',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36',
  'S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488',
]

export interface AccessLogs {
  readonly folder: string
  readonly lines: number
  readonly files: number
}

/** Makes them unless `parent` has them. */
export async function ensureAccessLogs(parent: string, lines: number, seed: number): Promise<AccessLogs> {
  const files = Math.max(1, Math.round(lines / 10_000))
  const folder = path.join(parent, `access-logs-${String(lines)}-seed${String(seed)}`)
  const made = { folder, lines, files }
  if (existsSync(`${folder}.done`)) return made
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const random = new Random(seed, 'access logs')
  const scene = makeScene(random)
  for (let file = 0; file < files; file++) {
    const from = Math.floor((file * lines) / files)
    const to = Math.floor(((file + 1) * lines) / files)
    const name = `2024-03-04-00-${String(file).padStart(5, '0')}-${random.hex(16).toUpperCase()}`
    await writeLines(path.join(folder, name), to - from, (line) => scene(from + line))
  }
  await writeFile(`${folder}.partial`, '')
  await rename(`${folder}.partial`, `${folder}.done`)
  return made
}

async function writeLines(file: string, count: number, line: (n: number) => string): Promise<void> {
  const out = createWriteStream(file)
  for (let n = 0; n < count; n++) {
    if (!out.write(line(n))) await new Promise<void>((resolve) => out.once('drain', resolve))
  }
  await new Promise<void>((resolve) => out.end(resolve))
}

function makeScene(random: Random): (n: number) => string {
  const account = '111122223333'
  const owner = random.hex(64)
  const buckets = Array.from({ length: 12 }, () => `acme-${random.lower(8)}-logs`)
  const callers = Array.from({ length: 300 }, (_, n) => ({
    requester:
      n % 10 === 0
        ? '-'
        : n % 3 === 0
          ? `arn:aws:iam::${account}:user/user-${String(n)}`
          : `arn:aws:sts::${account}:assumed-role/app-${String(n % 20)}/i-${random.hex(17)}`,
    address: `10.${String(random.int(256))}.${String(random.int(256))}.${String(random.int(256))}`,
    agent: random.pick(AGENTS),
  }))
  return (n) => {
    const [operation, method, status] = random.pick(OPERATIONS)
    const bucket = random.popular(buckets)
    const { requester, address, agent } = random.popular(callers)
    const key =
      operation === 'REST.GET.BUCKET'
        ? '-'
        : `data/2024/${String(random.int(12))}/${random.lower(6)}/part-${random.hex(8)}.parquet`
    const uri = `${method} /${key === '-' ? '?list-type=2&prefix=data' : key} HTTP/1.1`
    const size = status < 300 ? random.int(1_000_000) : 0
    const error = ERRORS[status] ?? '-'
    const total = random.int(400)
    return `${owner} ${bucket} ${logTime(START + n / 50)} ${address} ${requester} ${random.upper(16)} ${operation} ${key} "${uri}" ${String(status)} ${error} ${size === 0 ? '-' : String(size)} ${size === 0 ? '-' : String(size)} ${String(total)} ${String(total >> 1)} "-" "${agent}" - ${random.base64(75)}= SigV4 TLS_AES_128_GCM_SHA256 AuthHeader ${bucket}.s3.us-east-1.amazonaws.com TLSv1.3 - -\n`
  }
}

function logTime(seconds: number): string {
  const date = new Date(Math.floor(seconds) * 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  return `[${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]!}/${String(date.getUTCFullYear())}:${clock} +0000]`
}
