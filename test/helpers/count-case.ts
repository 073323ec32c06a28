/** Cases for the commands that count, and the plain rules by which tests count again. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Connection } from '../../src/store/open.js'
import { index, scratch } from '../verify/indexed.js'
import { logPath, makeRecord, putLog, uuid, type CloudTrailRecord } from './archive.js'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** Real data that the project does not hold; see its README. */
export const INVICTUS = path.resolve(ROOT, '../shared/data/invictus-cloudtrail')
export const hasInvictus = existsSync(INVICTUS)

/** Indexes records, spread over files; the case's path. */
export async function caseOf(records: readonly CloudTrailRecord[], files = 4): Promise<string> {
  const folder = scratch()
  for (let file = 0; file < files; file++) {
    const own = records.filter((_, at) => at % files === file)
    putLog(path.join(folder, 'archive'), logPath(file), own)
  }
  const casePath = path.join(folder, 'case.sqlite')
  await index(casePath, [path.join(folder, 'archive')])
  return casePath
}

export async function invictusCase(): Promise<string> {
  const casePath = path.join(scratch(), 'case.sqlite')
  await index(casePath, [INVICTUS])
  return casePath
}

export type PythonRow = readonly [
  events: number,
  errors: number,
  first: string,
  last: string,
  callers: number,
  regions: string[],
  ips: string[],
  keys: string[],
]

export type PythonCounts = Readonly<
  Record<
    'caller' | 'eventName' | 'eventSource' | 'sourceIPAddress' | 'userAgent' | 'awsRegion' | 'errorCode',
    Readonly<Record<string, PythonRow>>
  >
> & { readonly totals: readonly [events: number, errors: number, reads: number] }

/** Counted in the files themselves by the Python program next to the tests. */
export function pythonCounts(): PythonCounts {
  const script = path.join(ROOT, 'test/query/count-oracle.py')
  return JSON.parse(execFileSync('python3', [script, INVICTUS], { encoding: 'utf8' })) as PythonCounts
}

/** Records of every kind of caller, with some that are odd. */
export function manyRecords(count: number): CloudTrailRecord[] {
  const records = Array.from({ length: count }, (_, n) => makeRecord(n))
  return [...records, ...ODD.map((over, at) => makeRecord(count + at, over))]
}

const EFS_ACCOUNT = '771736226457'

const user = (id: string, key: string): CloudTrailRecord => ({
  type: 'IAMUser',
  principalId: id,
  arn: 'arn:aws:iam::111122223333:user/again',
  accountId: '111122223333',
  accessKeyId: key,
  userName: 'again',
})

const ODD: readonly CloudTrailRecord[] = [
  {
    userIdentity: { type: 'AWSAccount', accountId: EFS_ACCOUNT, principalId: 'AIDAEXAMPLEEFS' },
    eventName: 'Decrypt',
  },
  // Deleted and made again under the same name.
  { userIdentity: user('AIDAFIRSTAGAIN', 'AKIAFIRSTAGAIN000001') },
  { userIdentity: user('AIDASECONDAGAIN', 'AKIASECONDAGAIN00001') },
  { eventTime: undefined },
  {
    userIdentity: { type: 'AWSService', invokedBy: 'delivery.logs.amazonaws.com' },
    errorCode: 'AccessDenied',
  },
  {
    eventName: 'ConsoleLogin',
    errorCode: undefined,
    errorMessage: undefined,
    responseElements: { ConsoleLogin: 'Failure' },
  },
  { sourceIPAddress: '', userAgent: undefined },
  { userAgent: '\u001b]0;x\u0007\u202eagent', awsRegion: 'eu-south-2' },
  {
    ...Object.fromEntries(
      ['eventName', 'eventSource', 'userIdentity', 'sourceIPAddress', 'userAgent', 'readOnly'].map((name) => [
        name,
        undefined,
      ]),
    ),
    eventType: 'AwsCloudTrailInsight',
    eventCategory: 'Insight',
    sharedEventID: uuid('insight'),
    insightDetails: {
      state: 'Start',
      eventSource: 'ec2.amazonaws.com',
      eventName: 'RunInstances',
      insightType: 'ApiCallRateInsight',
    },
  },
]

interface UserIdentity {
  readonly type?: string
  readonly principalId?: string
  readonly accountId?: string
  readonly accessKeyId?: string
  readonly invokedBy?: string
}

/** One record, read by plain rules: nothing of this is shared with the indexer. */
export interface Plain {
  readonly record: CloudTrailRecord
  readonly ms: number | null
  readonly caller: string
  readonly isInsight: boolean
  readonly isService: boolean
  readonly failed: boolean
}

export function plain(record: CloudTrailRecord): Plain {
  const {
    type,
    principalId = '',
    accountId = '',
    invokedBy = '',
  } = (record['userIdentity'] ?? {}) as UserIdentity
  const isInsight = record['eventCategory'] === 'Insight'
  const time = record['eventTime']
  const response = record['responseElements'] as { readonly ConsoleLogin?: string } | null | undefined
  const callers: Readonly<Record<string, string>> = {
    Root: `root:${accountId}`,
    IAMUser: `user:${principalId}`,
    AssumedRole: `role:${principalId.split(':')[0] ?? ''}`,
    AWSService: `service:${invokedBy}`,
    AWSAccount: `account:${accountId}`,
  }
  return {
    record,
    ms: typeof time === 'string' ? Date.parse(time) : null,
    caller: isInsight ? 'nobody' : (callers[type ?? ''] ?? 'unknown'),
    isInsight,
    isService: type === 'AWSService',
    failed:
      record['errorCode'] !== undefined ||
      record['errorMessage'] !== undefined ||
      response?.ConsoleLogin === 'Failure',
  }
}

export function isoText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

export function firstAndLast(times: readonly (number | null)[]): [first: string | null, last: string | null] {
  const known = times.filter((ms) => ms !== null).sort((one, other) => one - other)
  return [
    known[0] === undefined ? null : isoText(known[0]),
    known.length === 0 ? null : isoText(known.at(-1)!),
  ]
}

/** Query plans of every statement that is read meanwhile: `[sql, step]`. */
export function plansOf(db: Connection, run: (db: Connection) => unknown): [sql: string, step: string][] {
  const statements: [string, readonly unknown[]][] = []
  const watched = new Proxy(db, {
    get: (target, name) => {
      if (name !== 'prepare') return Reflect.get(target, name) as unknown
      return (sql: string) =>
        watchedStatement(target.prepare(sql), (params) => statements.push([sql, params]))
    },
  })
  run(watched)
  return statements.flatMap(([sql, params]) => {
    const steps = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...params)
    return steps.map(({ detail }): [string, string] => [sql, detail])
  })
}

function watchedStatement<Statement extends object>(
  statement: Statement,
  note: (params: readonly unknown[]) => void,
): Statement {
  return new Proxy(statement, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function') return value
      return (...params: readonly unknown[]) => {
        if (name === 'all' || name === 'get' || name === 'iterate') note(params)
        const result: unknown = Reflect.apply(value, target, params)
        return result === target ? watchedStatement(target, note) : result
      }
    },
  })
}
