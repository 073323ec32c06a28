import { beforeAll, describe, expect, it } from 'vitest'
import { NO_FILTERS, type Scope } from '../../src/model/question.js'
import { CONTROL_NAMES, type ControlRow, type Summary } from '../../src/model/summary.js'
import { CONTROL_CALLS } from '../../src/query/summary/control-calls.js'
import { ISSUING_CALLS } from '../../src/query/lineage/issued.js'
import { summarise } from '../../src/query/summary/summary.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { makeRecord, type CloudTrailRecord } from '../helpers/archive.js'
import {
  caseOf,
  hasInvictus,
  invictusCase,
  isoText,
  manyRecords,
  plansOf,
  pythonCounts,
} from '../helpers/count-case.js'
import { runCommand } from '../verify/indexed.js'

const EVERYTHING: Scope = { window: {}, filters: NO_FILTERS }
const START = Date.parse('2024-03-06T00:00:00Z')
const ACCOUNT = '111122223333'

const user = (name: string): CloudTrailRecord => ({
  type: 'IAMUser',
  principalId: `AIDA${name.toUpperCase()}`,
  accountId: ACCOUNT,
  userName: name,
  arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
})

/** Who made which call in which minute; `no` of what was denied. */
const MADE: readonly (readonly [by: string, service: string, name: string, minute: number, no?: 'no'])[] = [
  ['mallory', 'iam', 'CreateAccessKey', 5],
  ['mallory', 'iam', 'CreateAccessKey', 3, 'no'],
  ['pipeline', 'iam', 'CreateAccessKey', 1],
  ['pipeline', 'iam', 'CreateAccessKey', 2],
  ['pipeline', 'iam', 'CreateAccessKey', 9],
  ['mallory', 'iam', 'AttachUserPolicy', 6, 'no'],
  ['mallory', 'lambda', 'AddPermission20150331v2', 7],
  ['mallory', 'lambda', 'AddPermission', 8],
  ['pipeline', 'lambda', 'AddPermission', 7],
  ['pipeline', 'lambda', 'AddPermission', 8],
  ['pipeline', 'lambda', 'AddPermission', 9],
  ['mallory', 'sqs', 'SetQueueAttributes', 1],
  ['mallory', 'sqs', 'SetQueueAttributes', 2],
  ['pipeline', 'sqs', 'SetQueueAttributes', 1],
  ['watcher', 'sqs', 'SetQueueAttributes', 1],
  ['watcher', 'sqs', 'SetQueueAttributes', 1, 'no'],
  ['watcher', 'sqs', 'SetQueueAttributes', 1, 'no'],
  // Of another service, and only alike.
  ['mallory', 'sns', 'AddPermission', 4],
  ['mallory', 'iam', 'DeleteAccessKey', 10],
  ['mallory', 'glue', 'CreateUser', 10],
  ['mallory', 'cloudtrail', 'StopLogging', 11, 'no'],
]

const NOTED = MADE.map(([by, service, name, minute, no], at) =>
  makeRecord(9000 + at, {
    userIdentity: user(by),
    eventTime: isoText(START + minute * 60_000),
    eventSource: `${service}.amazonaws.com`,
    eventName: name,
    readOnly: false,
    errorCode: no && 'AccessDenied',
    errorMessage: no && 'no',
  }),
)
/** What a service does for itself is shown only when it is asked for. */
const BY_SERVICE = makeRecord(9900, {
  userIdentity: { type: 'AWSService', invokedBy: 'dynamodb.amazonaws.com' },
  eventTime: isoText(START),
  eventSource: 'kms.amazonaws.com',
  eventName: 'CreateGrant',
})

let casePath: string
let db: Connection

beforeAll(async () => {
  const others = manyRecords(300).filter(({ eventName }) => !isListed(eventName))
  casePath = await caseOf([...others, ...NOTED, BY_SERVICE])
  db = openReader(casePath)
})

function isListed(name: unknown): boolean {
  return Object.values(CONTROL_CALLS)
    .flat()
    .some((call) => call.endsWith(`:${String(name)}`))
}

function control(scope = EVERYTHING, limit = Infinity, includeServices = false): Summary['control'] {
  return summarise(db, scope, { limit, includeServices }).control
}

function watchedControl(): { readonly readTimes: number; readonly steps: ReadonlySet<string> } {
  const plans = plansOf(db, (watched) =>
    summarise(watched, EVERYTHING, { limit: Infinity, includeServices: false }),
  )
  const firsts = plans.filter(([statement]) => statement.startsWith('SELECT event_id'))
  const scans = plans.filter(([statement]) => /FROM event e\b/.test(statement))
  return { readTimes: scans.length, steps: new Set(firsts.map(([, step]) => step)) }
}

type Reported = readonly [
  call: string,
  by: string,
  events: number,
  errors: number,
  first: number,
  last: number,
]

function reported({ value, principal, events, errors, first_seen, last_seen }: ControlRow): Reported {
  const minute = (text: string | null) => (Date.parse(text ?? '') - START) / 60_000
  return [value, principal.split(' ')[0] ?? '', events, errors, minute(first_seen), minute(last_seen)]
}

describe('access given and credentials made', () => {
  it('are counted by call and principal, with denials and times, dated names with the others', () => {
    const { credentials, access, recording } = control()
    expect(credentials.rows.map(reported)).toEqual([
      ['iam:CreateAccessKey', 'mallory', 2, 1, 3, 5],
      ['iam:CreateAccessKey', 'pipeline', 3, 0, 1, 9],
    ])
    expect(access.rows.map(reported)).toEqual([
      ['sns:AddPermission', 'mallory', 1, 0, 4, 4],
      ['lambda:AddPermission', 'mallory', 2, 0, 7, 8],
      ['sqs:SetQueueAttributes', 'pipeline', 1, 0, 1, 1],
      // Each call has been shown once: now the others who made them.
      ['lambda:AddPermission', 'pipeline', 3, 0, 7, 9],
      ['sqs:SetQueueAttributes', 'mallory', 2, 0, 1, 2],
      ['sqs:SetQueueAttributes', 'watcher', 3, 2, 1, 1],
      // Last, since it was only tried.
      ['iam:AttachUserPolicy', 'mallory', 1, 1, 6, 6],
    ])
    expect(recording.rows.map(reported)).toEqual([['cloudtrail:StopLogging', 'mallory', 1, 1, 11, 11]])
    expect(credentials.rows.map(({ principals }) => principals)).toEqual([2, 2])
    expect(credentials.rows[0]?.event_id).toBe(NOTED[1]?.['eventID'])
  })

  it('are cut to the limit, and say how many there are', () => {
    const { access, credentials } = control(EVERYTHING, 1)
    expect([access.total, access.rows.length, credentials.total]).toEqual([7, 1, 2])
  })

  it('keep to the scope, and to people unless services are asked for', () => {
    const scope = { ...EVERYTHING, window: { sinceMs: START + 5 * 60_000 } }
    expect(control(scope).credentials.rows.map(reported)).toEqual([
      ['iam:CreateAccessKey', 'mallory', 1, 0, 5, 5],
      ['iam:CreateAccessKey', 'pipeline', 1, 0, 9, 9],
    ])
    const calls = control(EVERYTHING, Infinity, true).access.rows.map(({ value }) => value)
    expect(calls).toContain('kms:CreateGrant')
  })

  it('come out of what the summary counts anyway: of events only the first of each row is read', () => {
    const { readTimes, steps } = watchedControl()
    expect(readTimes).toBe(1)
    expect(steps).toEqual(new Set(['SEARCH event USING INTEGER PRIMARY KEY (rowid=?)']))
  })

  it('are near the top of the report, with what to type, which finds them', async () => {
    const { default: command } = (await import('../../src/commands/summary.js')) as { default: unknown }
    const { stdout } = await runCommand(command, '--case', casePath)
    const titles = stdout.split('\n').filter((line) => /^[A-Z]{2}/.test(line))
    expect(titles.slice(0, 4)).toEqual([
      'CREDENTIALS AND PRINCIPALS, made or changed: principal × call (2)',
      'ACCESS GIVEN, or what limits it taken away: principal × call (7)',
      'RECORDING, stopped or changed: principal × call (1)',
      expect.stringMatching(/^PRINCIPALS/),
    ])
    expect(stdout).toContain(
      'events of the first row: coldtrail find principal user:AIDAMALLORY --event iam:CreateAccessKey\n',
    )
    const { default: find } = (await import('../../src/commands/find/principal.js')) as { default: unknown }
    const found = await runCommand(
      find,
      ...['user:AIDAMALLORY', '--event', 'lambda:AddPermission', '--format', 'jsonl', '--case', casePath],
    )
    expect(found.stdout.trim().split('\n')).toHaveLength(2)
  })
})

describe('the list of calls', () => {
  const all = CONTROL_NAMES.flatMap((name) => CONTROL_CALLS[name])

  it('has each call once, as --event takes it, without an API date', () => {
    expect(new Set(all).size).toBe(all.length)
    for (const call of all) expect(call).toMatch(/^[a-z0-9-]+:[A-Z][A-Za-z]+$/)
  })

  it('has every call that lineage takes for a new key, password or principal', () => {
    const made = ISSUING_CALLS.filter(({ kind }) => ['key', 'password', 'principal'].includes(kind))
    expect(made.length).toBeGreaterThan(4)
    for (const { service, name } of made) expect(CONTROL_CALLS.credentials).toContain(`${service}:${name}`)
  })
})

describe.skipIf(!hasInvictus)('access given in real data', () => {
  it('is what Python counts by the names of calls', async () => {
    const real = openReader(await invictusCase())
    const { control: found } = summarise(real, EVERYTHING, { limit: Infinity, includeServices: true })
    const counts = new Map<string, [events: number, errors: number]>()
    for (const { value, events, errors } of CONTROL_NAMES.flatMap((name) => found[name].rows)) {
      const name = value.split(':')[1] ?? ''
      const known = counts.get(name) ?? [0, 0]
      counts.set(name, [known[0] + events, known[1] + errors])
    }
    const python = Object.entries(pythonCounts().eventName)
      .map(([name, [events, errors]]) => [name.replace(/\d{8}(?:v\d)?$/, ''), [events, errors]] as const)
      .filter(([name]) => isListed(name))
    expect(counts.size).toBeGreaterThan(20)
    expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(python))
    expect(found.access.rows.map(({ value }) => value)).toContain('s3:PutBucketPolicy')
  })
})
