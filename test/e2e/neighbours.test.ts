/** What lies next to CloudTrail's files: named by its content, one line a family, and no trouble unless evidence is missing. */
import { describe, expect, it } from 'vitest'
import path, { relative } from 'node:path'
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
  'findings.json': [
    'GuardDuty',
    line({ Findings: [{ Arn: 'arn', Service: { ServiceName: 'guardduty' }, Severity: 2 }] }),
  ],
  'flow-custom.log': [
    'VPC flow log',
    'version vpc-id instance-id interface-id srcaddr pkt-dstaddr\n5 vpc-1 i-1 eni-1 10.0.0.1 10.0.0.2\n',
  ],
  'transit-gateway.log': [
    'VPC flow log',
    'version resource-type account-id tgw-id srcaddr dstaddr\n6 TransitGateway 1 tgw-1 10.0.0.1 10.0.0.2\n',
  ],
  'nlb.log': [
    'load balancer access log',
    'tls 2.0 2024-03-04T02:59:40 net/nlb/c6e7 g3d4 203.0.113.1:51341 10.0.0.1:443 5 2 98 246 - arn - A tlsv12 - x - - -\n',
  ],
  'refused.log': [
    'load balancer access log',
    '2024-03-04T00:00:00.000000Z web 203.0.113.1:2817 - -1 -1 -1 503 0 0 0 "GET http://x:80/ HTTP/1.1" "curl" - -\n',
  ],
  'connections.log': [
    'load balancer connection log',
    '2024-03-04T17:05:15.514108Z 203.0.113.1 36280 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 4.036 "CN=x" - F Success TID_1\n',
  ],
  ELBAccessLogTestFile: [
    'test file of a load balancer',
    'Enable AccessLog for ELB: web at 2024-03-04T00:00:00.000Z',
  ],
  'public-dns.log': [
    'Route 53 query log',
    '1.0 2024-03-04T08:15:50.235Z Z123412341234 example.com AAAA NOERROR TCP IAD12 192.0.2.1 -\n',
  ],
  'cloudfront.json': [
    'CloudFront access log',
    line({ date: '2024-03-04', 'x-edge-location': 'FRA1', 'cs-method': 'GET' }),
  ],
  'symlink.txt': ['S3 inventory', 's3://acme/inventory/data/a.csv.gz\ns3://acme/inventory/data/b.csv.gz\n'],
  'Thumbs.db': [
    'OLE file, such as Thumbs.db of Windows',
    Buffer.from('d0cf11e0a1b11ae1'.padEnd(64, '0'), 'hex'),
  ],
  'a.json:Zone.Identifier': ['Zone.Identifier of Windows', '[ZoneTransfer]\r\nZoneId=3\r\n'],
  'signed.asc': ['signature', '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nx\n'],
  'a.minisig': ['signature', 'untrusted comment: signature from minisign secret key\nRUQ\n'],
  'a.sig': ['signature', Buffer.from(`89013304000108001d${'ab'.repeat(100)}`, 'hex')],
  'a.p7s': ['signature', '-----BEGIN PKCS7-----\nMIIC\n-----END PKCS7-----\n'],
  'key.pem': ['certificate or public key', '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n'],
  'hashdeep.txt': ['checksum file', '%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n10,aa,bb,a\n'],
  'a.sfv': ['checksum file', '; Generated by a tool\r\n;\r\na.json.gz 1A2B3C4D\r\n'],
  'bsd.txt': ['checksum file', `SHA256 (a.json.gz) = ${'ab'.repeat(32)}\n`],
  'macie.json': ['Macie', line({ id: 'x', classificationDetails: {}, resourcesAffected: {} })],
  'macie-list.json': ['Macie', line({ findings: [{ classificationDetails: {}, resourcesAffected: {} }] })],
  'cost.csv': ['cost and usage report', 'identity/LineItemId,lineItem/UsageAccountId\nx,111122223333\n'],
  'lattice.json': ['VPC Lattice access log', line({ serviceNetworkArn: 'arn', serviceArn: 'arn' })],
  'redshift.log': ['Redshift audit log', "'2024-03-04T00:00:00Z UTC [ db=dev user=x ]' LOG: SELECT 1\n"],
  'inspector.json': ['Inspector', line({ findings: [{ awsAccountId: '1', findingArn: 'arn' }] })],
  'lambda.txt': ['Lambda log', 'START RequestId: 1 Version: $LATEST\nEND RequestId: 1\n'],
  'flow.json': ['VPC flow log', line({ version: 2, srcaddr: '10.0.0.1', dstaddr: '10.0.0.2' }).repeat(3)],
  'health.json': [
    'EventBridge event of another service',
    line({ source: 'aws.health', 'detail-type': 'AWS Health Event', detail: { eventArn: 'arn' } }),
  ],
  '.gitattributes': ['settings of git', '*.json filter=lfs diff=lfs merge=lfs -text\n'],
  '.gitignore': ['settings of git', '*.tmp\nnode_modules\n'],
  '.wget-hsts': ['settings of wget', '# HSTS 1.0 Known Hosts database for GNU Wget.\n'],
  'README.md': ['documentation', '# Logs of March\n\nAsk the owner.\n'],
  'wide/desktop.ini': [
    'desktop.ini of Windows',
    Buffer.from('\ufeff[.ShellClassInfo]\r\nIconResource=x\r\n', 'utf16le'),
  ],
}

const INSTEAD: Readonly<Record<string, readonly [RegExp, string | Buffer]>> = {
  'lfs.json': [
    /Git LFS pointer/,
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 1500\n`,
  ],
  'error.json.gz': [
    /error of S3/,
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
  ],
  'namespace.json.gz': [
    /error of S3/,
    '<Error xmlns="http://s3.amazonaws.com/"><Code>AccessDenied</Code></Error>',
  ],
  'gateway.json': [/error, saved/, '{"message":"Forbidden"}'],
  'gateway2.json.gz': [/error, saved/, '{ "message": "Missing Authentication Token" }\n'],
  'api.json': [/error, saved/, '{"__type":"ExpiredTokenException","message":"The token is expired"}'],
  'nested.json': [/error, saved/, '{"error":{"code":403,"message":"denied","status":"PERMISSION_DENIED"}}'],
  'plain.json': [/error, saved/, '503 Service Unavailable\n'],
  'log.json.gz.aria2': [/aria2/, Buffer.from('0001000000000000000000100000'.padEnd(120, '0'), 'hex')],
  'saved.html': [/web page/, '\ufeff<!-- saved from url=(0022)https://x -->\n<HTML><HEAD></HEAD></HTML>'],
  'xhtml.json.gz': [
    /web page/,
    '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">\n',
  ],
  'cli.json': [
    /error of the AWS CLI/,
    '\nAn error occurred (404) when calling the HeadObject operation: Not Found\n',
  ],
  'denied.json.gz': [/error, saved/, 'Access Denied'],
  'annex.json': [/git-annex pointer/, `/annex/objects/SHA256E-s10--${'ab'.repeat(32)}.json\n`],
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
      problems.map(({ path, kind, detail }) => [relative(root, path), [kind, detail]]),
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
    expect(totals.files).toMatchObject({ indexed: 1, rejected: Object.keys(INSTEAD).length, neighbours: 0 })
    for (const { path, kind, detail } of await listProblems(caseFile)) {
      expect(kind).toBe('not-downloaded')
      expect(detail).toMatch(INSTEAD[path.split('/').at(-1)!]![0])
    }
  })

  it('a hint leaves them out of the next run, and no log file', async () => {
    const root = tempFolder('exclude')
    const folder = 'AWSLogs/o-a1b2c3/111122223333'
    putLog(root, `${folder}/CloudTrail/us-east-1/trail.json.gz`, [makeRecord(1)])
    put(root, `${folder}/vpcflowlogs/us-east-1/a.log`, FLOW)
    put(root, `${folder}/Config/us-east-1/a.json`, line({ fileVersion: '1.0', configurationItems: [] }))
    put(root, 'elsewhere/a.log', FLOW)
    put(root, `${folder}/CloudTrail/.DS_Store`, NEIGHBOURS['.DS_Store']![1])
    const caseFile = path.join(tempFolder('case'), 'case.sqlite')
    const { totals } = await index([root], caseFile)
    expect(totals.exclude).toEqual(['.DS_Store', 'AWSLogs/**/Config/**', 'AWSLogs/**/vpcflowlogs/**'])
    const argv = totals.exclude.flatMap((pattern) => ['--exclude', pattern])
    const again = await index([root, ...argv], path.join(tempFolder('again'), 'case.sqlite'))
    expect(again.totals.files).toMatchObject({ found: 2, indexed: 1, neighbours: 1 })
    const { stderr } = await run(['index', root, '--case', path.join(tempFolder('third'), 'case.sqlite')])
    expect(stderr).toContain("to leave them out: --exclude .DS_Store --exclude 'AWSLogs/**/Config/**'")
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
