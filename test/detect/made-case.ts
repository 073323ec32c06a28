/** A case of records made for a test. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { index, tempFolder } from '../helpers/cli.js'

let made = 0

export const BASE: Readonly<Record<string, unknown>> = {
  eventVersion: '1.08',
  eventTime: '2024-05-06T07:08:09Z',
  eventSource: 'iam.amazonaws.com',
  eventName: 'ListUsers',
  awsRegion: 'us-east-1',
  sourceIPAddress: '198.51.100.7',
  userAgent: 'aws-cli/2.15',
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAALICE0000EXAMPLE',
    arn: 'arn:aws:iam::111122223333:user/alice',
    accountId: '111122223333',
    accessKeyId: 'AKIAALICE000EXAMPLE1',
    userName: 'alice',
  },
  eventType: 'AwsApiCall',
  managementEvent: true,
  readOnly: true,
  recipientAccountId: '111122223333',
  eventCategory: 'Management',
}

/** An id for a record that has none, from its number. */
export function withId(record: Record<string, unknown>, number: number): Record<string, unknown> {
  return { eventID: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`, ...record }
}

export async function makeCase(records: readonly Record<string, unknown>[]): Promise<string> {
  const folder = tempFolder()
  const evidence = path.join(folder, 'evidence')
  mkdirSync(evidence)
  const text = JSON.stringify({ Records: records.map(withId) })
  writeFileSync(path.join(evidence, `made-${made++}.json.gz`), gzipSync(text))
  const caseFile = path.join(folder, 'case.sqlite')
  await index([evidence], caseFile)
  return caseFile
}

export function writeRules(text: string): string {
  const file = path.join(tempFolder(), 'made.yml')
  writeFileSync(file, text)
  return file
}
