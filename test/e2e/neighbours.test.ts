/** What lies next to CloudTrail's files: named by its content, one line a family, and no trouble unless evidence is missing. */
import { describe, expect, it } from 'vitest'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { makeRecord, put, putLog } from '../helpers/archive.js'
import { index, listProblems, run, tempFolder } from '../helpers/cli.js'

const line = (value: unknown): string => `${JSON.stringify(value)}\n`
const FLOW =
  '2 111122223333 eni-0a1b2c3d 203.0.113.1 10.0.0.5 44000 443 6 10 1200 1709510400 1709510460 ACCEPT OK\n'
const ALB =
  'https 2024-03-04T00:00:00.000000Z app/web/1 203.0.113.1:40000 10.0.0.5:80 0.001 0.002 0.000 200 200 34 366 "GET https://x:443/ HTTP/1.1" "curl" - - arn "Root=1" "x" "s" 0 2024-03-04T00:00:00.000000Z "forward" "-" "-" "-" "200" "-" "-"\n'

const NEIGHBOURS: Readonly<Record<string, readonly [string, string | Buffer]>> = {
  'config.json.gz': [
    'AWS Config',
    `{"fileVersion": "1.0", "configSnapshotId": "x", "configurationItems": [${JSON.stringify({ configurationItemVersion: '1.3', note: 'eventVersion' })}]}`,
  ],
  'history.json.gz': ['AWS Config', line({ fileVersion: '1.0', configurationItems: [] })],
  'guardduty.jsonl.gz': [
    'GuardDuty',
    line({ schemaVersion: '2.0', id: '1', service: { serviceName: 'guardduty' } }).repeat(30),
  ],
  'flow.log.gz': [
    'VPC flow log',
    `version account-id interface-id srcaddr dstaddr srcport\n${FLOW.repeat(20)}`,
  ],
  'flow-without-header.log': ['VPC flow log', FLOW.repeat(3)],
  'alb.log.gz': ['load balancer access log', ALB.repeat(5)],
  'elb.log': [
    'load balancer access log',
    '2024-03-04T00:00:00.000000Z web 203.0.113.1:40000 10.0.0.5:80 0.00007 0.001 0.00006 200 200 0 29 "GET http://x:80/ HTTP/1.1" "curl" - -\n',
  ],
  'waf.log.gz': [
    'WAF log',
    line({
      timestamp: 1709510400000,
      webaclId: 'arn',
      action: 'ALLOW',
      httpRequest: { clientIp: '203.0.113.1' },
    }).repeat(4),
  ],
  'dns.log.gz': [
    'Route 53 resolver query log',
    line({ version: '1.1', query_name: 'example.com.', query_type: 'A', rcode: 'NOERROR' }).repeat(4),
  ],
  'cloudfront.gz': [
    'CloudFront access log',
    '#Version: 1.0\n#Fields: date time x-edge-location sc-bytes\n2024-03-04\t00:00:00\tFRA\t1\n',
  ],
  'ocsf.json': [
    'OCSF (Security Lake) of another class than API Activity',
    line({ class_uid: 4001, metadata: { version: '1.1.0' } }),
  ],
  'ecs.json': [
    'Elastic document (ECS) of another source',
    line({ '@timestamp': '2024-03-04T00:00:00Z', ecs: { version: '8.0.0' }, message: 'x' }),
  ],
  'inventory.csv.gz': [
    'S3 inventory',
    '"acme-logs","AWSLogs/a.json.gz","611","2024-03-04T00:00:00.000Z"\n'.repeat(3),
  ],
  'manifest.json': [
    'S3 inventory',
    line({ sourceBucket: 'a', destinationBucket: 'b', fileFormat: 'CSV', files: [] }),
  ],
  'listing.xml': [
    'listing of an S3 bucket',
    '<?xml version="1.0"?>\n<ListBucketResult xmlns="x"></ListBucketResult>',
  ],
  '.DS_Store': ['.DS_Store of a Mac', Buffer.from('\u0000\u0000\u0000\u0001Bud1\u0000\u0000', 'latin1')],
  '._a.json.gz': [
    'AppleDouble file of a Mac',
    Buffer.from('\u0000\u0005\u0016\u0007\u0000\u0002\u0000\u0000Mac OS X', 'latin1'),
  ],
  'desktop.ini': ['desktop.ini of Windows', '[.ShellClassInfo]\r\nIconResource=x\r\n'],
  'a.sha256': ['checksum file', `${'ab'.repeat(32)}  a.json.gz\n${'cd'.repeat(32)} *b.json.gz\n`],
  'manifest.checksum': ['checksum file', 'ab'.repeat(16)],
  'a.asc': ['signature', '-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n'],
  ConfigWritabilityCheckFile: ['empty marker file', ''],
}

const INSTEAD: Readonly<Record<string, readonly [RegExp, string]>> = {
  'lfs.json': [
    /Git LFS pointer/,
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 1500\n`,
  ],
  'error.json.gz': [
    /error of S3/,
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
  ],
  'page.json.gz': [/web page/, '<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>'],
}

function putAll(root: string, files: Readonly<Record<string, readonly [unknown, string | Buffer]>>): void {
  for (const [name, [, content]] of Object.entries(files)) {
    const bytes = Buffer.from(content)
    // A download under the name of a log file is not gzip.
    put(
      root,
      name,
      name.endsWith('.gz') && files === NEIGHBOURS && !name.startsWith('._') ? gzipSync(bytes) : bytes,
    )
  }
}

describe('neighbours of a trail', () => {
  it('each is named by its family, and nothing is amiss', async () => {
    const root = tempFolder('neighbours')
    putLog(root, 'trail.json.gz', [makeRecord(1), makeRecord(2)])
    putAll(root, NEIGHBOURS)
    const caseFile = path.join(tempFolder('case'), 'case.sqlite')
    const { code, totals } = await index([root], caseFile)
    const count = Object.keys(NEIGHBOURS).length
    expect(totals.files).toMatchObject({ found: count + 1, indexed: 1, neighbours: count, rejected: 0 })
    const problems = await listProblems(caseFile)
    const reported: unknown = Object.fromEntries(
      problems.map(({ path, kind, detail }) => [path.split('/').at(-1), [kind, detail]]),
    )
    expect(reported).toEqual(
      Object.fromEntries(Object.entries(NEIGHBOURS).map(([name, [family]]) => [name, ['neighbour', family]])),
    )
    expect(code).toBe(0)
    const families: Record<string, number> = {}
    for (const [family] of Object.values(NEIGHBOURS)) families[family] = (families[family] ?? 0) + 1
    expect(totals.families).toEqual(families)
    expect(totals.records.events).toBe(2)
    const verified = await run(['verify', '--case', caseFile])
    expect([verified.code, verified.stderr]).toEqual([0, expect.stringContaining('no findings')])
  })

  it('what is in the place of evidence is trouble', async () => {
    const root = tempFolder('instead')
    putLog(root, 'trail.json.gz', [makeRecord(1)])
    putAll(root, INSTEAD)
    const caseFile = path.join(tempFolder('case'), 'case.sqlite')
    const { code, totals } = await index([root], caseFile)
    expect(code).toBe(3)
    expect(totals.files).toMatchObject({ indexed: 1, rejected: 3, neighbours: 0 })
    for (const { path, kind, detail } of await listProblems(caseFile)) {
      expect(kind).toBe('not-downloaded')
      expect(detail).toMatch(INSTEAD[path.split('/').at(-1)!]![0])
    }
  })

  it('messages of a queue that are no events are named', async () => {
    const root = tempFolder('queue')
    const sns = (Message: string) => ({
      MessageId: 'm',
      Body: line({ Type: 'Notification', TopicArn: 't', MessageId: 'n', Message }),
    })
    const Messages = [
      sns('CloudTrail validation message.'),
      sns(line({ s3Bucket: 'b', s3ObjectKey: ['AWSLogs/x.json.gz'] })),
      sns(line({ messageType: 'ConfigurationSnapshotDeliveryCompleted', s3ObjectKey: 'x', s3Bucket: 'b' })),
      { MessageId: 'm', Body: line({ Service: 'Amazon S3', Event: 's3:TestEvent' }) },
      sns(line({ detail: makeRecord(1), 'detail-type': 'AWS API Call via CloudTrail' })),
    ]
    put(root, 'queue.json', line({ Messages }))
    const caseFile = path.join(tempFolder('case'), 'case.sqlite')
    const { code, totals } = await index([root], caseFile)
    expect([code, totals.records.events, totals.records.rejected]).toEqual([0, 1, 0])
    const problems = await listProblems(caseFile)
    expect(problems.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['not-a-record', 'validation message of CloudTrail'],
      ['not-a-record', 'notice of a delivered file'],
      ['not-a-record', 'notice of AWS Config'],
      ['not-a-record', 'test notice of S3'],
    ])
  })
})
