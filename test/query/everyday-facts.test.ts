/** Columns and filters for everyday questions, against a second reading of the files by a Python program. */
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { NO_FILTERS, type Filters } from '../../src/model/question.js'
import { askQuestion } from '../../src/query/find/run-question.js'
import { summarise } from '../../src/query/summary/summary.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { readTuples } from '../../src/store/reader.js'
import { logPath, makeRecord, pick, putLog, type CloudTrailRecord } from '../helpers/archive.js'
import { hasInvictus, invictusCase, INVICTUS } from '../helpers/count-case.js'
import { hasPython } from '../helpers/oracle.js'
import { index, scratch } from '../verify/indexed.js'

const COLUMNS = [
  'error',
  'failed',
  'denied',
  'mfa_used',
  'console',
  'bearer_token',
  'source_identity',
  'principal_tags',
  'bytes_in',
  'bytes_out',
] as const
type Facts = readonly (string | number | null)[]

function oracle(folder: string): Record<string, Facts> {
  const script = path.join(import.meta.dirname, 'everyday-oracle.py')
  const options = { encoding: 'utf8', maxBuffer: 1 << 28 } as const
  return JSON.parse(execFileSync('python3', [script, folder], options)) as Record<string, Facts>
}

function factsIn(db: Connection): Record<string, Facts> {
  const rows = readTuples(db, { sql: `SELECT event_id, ${COLUMNS.join(', ')} FROM events`, params: [] })
  return Object.fromEntries(rows.map(([id, ...facts]) => [String(id), facts]))
}

function one<Value>(label: string, values: readonly Value[]): Value {
  return values[pick(label, values.length)]!
}

const CODES = [
  undefined,
  undefined,
  undefined,
  'AccessDenied',
  'AccessDeniedException',
  'Client.UnauthorizedOperation',
  'Client.AuthFailure',
  'AuthorizationError',
  'NotAuthorizedException',
  'UnauthorizedException',
  'ForbiddenException',
  'AllAccessDisabled',
  'NoSuchBucket',
  'ThrottlingException',
  'Client.InvalidPermission.Duplicate',
  'UnauthorizedPartnerIntegrationException',
  'KMSInvalidStateException',
]
const AGENTS = [
  'aws-cli/2.15.30',
  'console.amazonaws.com',
  'AWS Internal',
  '[S3Console/0.4, aws-internal/3]',
  'Mozilla/5.0 Firefox/140.0',
  'cloudformation.amazonaws.com',
]

/** Every fact in every version of records, in combinations that no pattern repeats. */
function oddRecord(n: number): CloudTrailRecord {
  const of = <Value>(name: string, values: readonly Value[]): Value => one(`${name} ${n}`, values)
  const step = of('step', ['ConsoleLogin', 'SwitchRole', 'ExitRole', 'CredentialVerification', undefined])
  const record = makeRecord(n, {
    eventVersion: of('version', ['1.0', '1.02', '1.05', '1.08', '1.09', '1.11']),
    errorCode: of('code', CODES),
    errorMessage: of('message', [undefined, undefined, 'User: x is not authorized to perform: s3:Get']),
    userAgent: of('agent', AGENTS),
    sessionCredentialFromConsole: of('from', [undefined, undefined, 'true', true, 'false']),
    ...(step === undefined
      ? {}
      : { eventName: step, eventType: of('type', ['AwsConsoleSignIn', 'AwsApiCall']) }),
    responseElements: step === undefined ? null : { [step]: of('result', ['Success', 'Failure']) },
    serviceEventDetails: of('details', [undefined, { [step ?? 'x']: 'Failure' }]),
    additionalEventData: of('additional', [
      undefined,
      null,
      {
        MFAUsed: of('mfa', ['Yes', 'No', 'YES']),
        callWithBearerToken: of('bearer', [true, 'true', false]),
      },
      { bytesTransferredIn: of('in', [0, 12, 0.0]), bytesTransferredOut: of('out', [0, 5_000_000_000, 17]) },
    ]),
    eventContext: of('context', [
      undefined,
      { tagContext: { principalTags: [{ key: 'team', value: 'père' }] } },
    ]),
    requestParameters: of('parameters', [null, { principalTags: { project: 'x' } }, { bucketName: 'b' }]),
  })
  const caller = record['userIdentity'] as CloudTrailRecord
  const by = of('by', [undefined, 'signin.amazonaws.com', 'cloudformation.amazonaws.com'])
  const attributes = { mfaAuthenticated: of('session', ['true', 'false']) }
  const sessionContext = {
    ...(caller['sessionContext'] as object | undefined),
    attributes,
    sourceIdentity: 'ann',
  }
  record['userIdentity'] = {
    ...caller,
    ...(by === undefined ? {} : { invokedBy: by }),
    ...(of('has session', [true, false]) ? { sessionContext } : {}),
  }
  return record
}

async function oddCase(count: number): Promise<{ folder: string; db: Connection }> {
  const folder = path.join(scratch(), 'archive')
  putLog(
    folder,
    logPath(0),
    Array.from({ length: count }, (_, n) => oddRecord(n)),
  )
  const casePath = path.join(scratch(), 'case.sqlite')
  await index(casePath, [folder])
  return { folder, db: openReader(casePath) }
}

function found(db: Connection, filters: Partial<Filters>): string[] {
  const question = { kind: 'window', window: {}, filters: { ...NO_FILTERS, ...filters } } as const
  return Array.from(askQuestion(db, question, { order: 'asc' }).rows, (row) => String(row.event_id)).sort()
}

const FILTERS = {
  failed: 'failed',
  denied: 'denied',
  console: 'console',
  noMfa: 'mfa_used',
} as const

describe.skipIf(!hasPython)('everyday facts', () => {
  it('are columns, as a second reading of the records has them', async () => {
    const { folder, db } = await oddCase(1500)
    const expected = oracle(folder)
    expect(factsIn(db)).toEqual(expected)
    for (const [at, name] of COLUMNS.entries())
      expect(new Set(Object.values(expected).map((facts) => facts[at])).size, name).toBeGreaterThan(1)
  })

  it('are filters of questions and of counts', async () => {
    const { folder, db } = await oddCase(600)
    const expected = Object.entries(oracle(folder))
    for (const [filter, column] of Object.entries(FILTERS)) {
      const at = COLUMNS.indexOf(column)
      const ids = expected.flatMap(([id, facts]) => (facts[at] === (filter === 'noMfa' ? 0 : 1) ? [id] : []))
      expect(ids.length).toBeGreaterThan(20)
      expect(found(db, { [filter]: true }), filter).toEqual(ids.sort())
      const scope = { window: {}, filters: { ...NO_FILTERS, [filter]: true } }
      expect(summarise(db, scope, { limit: 5, includeServices: true }).totals.events, filter).toBe(ids.length)
    }
    const both = expected.filter(([, facts]) => facts[2] === 1 && facts[4] === 1).map(([id]) => id)
    expect(found(db, { denied: true, console: true })).toEqual(both.sort())
  })

  it.skipIf(!hasInvictus)('of real records are the same (skipped without data)', async () => {
    expect(factsIn(openReader(await invictusCase()))).toEqual(oracle(INVICTUS))
  })
})
