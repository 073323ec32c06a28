/** The fifteen rows of the EFS document; the owner of such an account must be named wherever it appears. */
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { OwnedAccounts, labelledAccount } from '../../src/query/principals/account-owner.js'
import { makeRecord, type CloudTrailRecord } from '../helpers/archive.js'
import { caseOf } from '../helpers/count-case.js'
import { runCommand } from '../verify/indexed.js'

const EFS = '771736226457'
const LABEL = 'Amazon EFS (us-east-2)'
const NOTE = `${EFS} is an account of ${LABEL}`
const KEY = `arn:aws:kms:us-east-2:${EFS}:key/0f1e2d3c-0000-4000-8000-000000000001`

const caller: CloudTrailRecord = { type: 'AWSAccount', accountId: EFS, principalId: 'AIDAEFS0000000000001' }
const RECORDS = [
  makeRecord(0, {
    eventSource: 'kms.amazonaws.com',
    eventName: 'Decrypt',
    userIdentity: caller,
    requestParameters: { encryptionContext: { 'aws:elasticfilesystem:filesystem:id': 'fs-4EXAMPLE' } },
    resources: [{ ARN: KEY, accountId: EFS, type: 'AWS::KMS::Key' }],
    errorCode: undefined,
  }),
  makeRecord(1, { recipientAccountId: EFS }),
]

let casePath: string

beforeAll(async () => {
  casePath = await caseOf(RECORDS, 1)
})

async function run(name: string, ...argv: string[]): Promise<{ stdout: string; stderr: string }> {
  const file = path.resolve(import.meta.dirname, `../../src/commands/${name}.ts`)
  const { default: command } = (await import(file)) as { default: unknown }
  return runCommand(command, ...argv, '--case', casePath)
}

it.each([
  ['find/principal', [EFS], 'stderr', NOTE],
  ['find/principal', [EFS], 'stderr', `${EFS}: account of ${LABEL}, with 1 principal`],
  ['find/resource', ['fs-4example'], 'stderr', NOTE],
  ['find/window', ['--since', '2020-01-01'], 'stderr', NOTE],
  ['principals', [], 'stdout', `${EFS} ${LABEL}`],
  ['summary', [], 'stdout', `${EFS} ${LABEL}`],
  ['resources', [], 'stdout', `${EFS} ${LABEL} 1`],
  ['resources', [], 'stderr', NOTE],
  ['find/resource', [KEY, '--history'], 'stdout', `${EFS} ${LABEL}`],
  ['lineage', ['AIDAEFS0000000000001'], 'stdout', `account ${EFS} AIDAEFS0000000000001 of ${LABEL}`],
  ['coverage', [], 'stdout', NOTE],
  ['info', [], 'stdout', `${EFS} ${LABEL}`],
] as const)('%s %j says whose account it is on %s', async (command, argv, stream, reported) => {
  expect((await run(command, ...argv))[stream]).toContain(reported)
})

it('marks what was put together, and names what has no ARN', async () => {
  const { stdout } = await run('find/window', '--since', '2020-01-01', '--format', 'jsonl', '--limit', '1')
  const { resources } = JSON.parse(stdout) as { resources: Record<string, unknown>[] }
  expect(resources).toContainEqual({ arn: KEY, type: 'AWS::KMS::Key', role: 'target' })
  const derived = resources.filter((resource) => resource['derived'] === true)
  expect(derived.map(({ arn }) => arn)).toEqual([expect.stringMatching(/:file-system\/fs-4EXAMPLE$/)])
  const history = await run('find/resource', 'fs-4example', '--history')
  expect(history.stderr).toMatch(
    /^arn:aws:elasticfilesystem:\S+ \(AWS::EFS::FileSystem, ARN derived\), 1 event;/,
  )
})

it('says it of accounts and of ARNs, once, and of no other account', () => {
  const owned = new OwnedAccounts()
  for (const text of [
    EFS,
    KEY,
    '111122223333',
    null,
    undefined,
    7,
    '',
    'arn:aws:s3:::bucket',
    '838331228873',
  ])
    owned.add(text)
  expect(owned.notes()).toEqual([NOTE, '838331228873 is an account of Amazon EFS (ca-central-1, eu-west-2)'])
  expect(labelledAccount('111122223333')).toBe('111122223333')
})
