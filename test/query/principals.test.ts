import { beforeAll, describe, expect, it } from 'vitest'
import { NO_FILTERS, type Scope } from '../../src/model/question.js'
import type { PrincipalRow } from '../../src/model/principal-list.js'
import { listPrincipals } from '../../src/query/principals/principal-list.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { runCommand } from '../verify/indexed.js'
import {
  caseOf,
  firstAndLast,
  hasInvictus,
  invictusCase,
  manyRecords,
  plain,
  plansOf,
  pythonCounts,
  type Plain,
} from '../helpers/count-case.js'

const EVERYTHING: Scope = { window: {}, filters: NO_FILTERS }
const RECORDS = manyRecords(700)
const START = Date.parse('2024-03-04T00:10:00Z')

let casePath: string
let db: Connection

beforeAll(async () => {
  casePath = await caseOf(RECORDS)
  db = openReader(casePath)
})

type Counts = readonly [
  events: number,
  errors: number,
  first: string | null,
  last: string | null,
  regions: string[],
  ips: string[],
  keys: string[],
]

/** Counted anew, by plain rules. */
function slowly(isWanted: (event: Plain) => boolean = () => true): Map<string, Counts> {
  const groups = new Map<string, Plain[]>()
  for (const event of RECORDS.map(plain).filter(isWanted))
    groups.set(event.caller, [...(groups.get(event.caller) ?? []), event])
  const values = (events: readonly Plain[], valueOf: (event: Plain) => unknown) =>
    [
      ...new Set(
        events.map(valueOf).filter((value): value is string => typeof value === 'string' && value !== ''),
      ),
    ].sort()
  return new Map(
    [...groups].map(([caller, events]) => [
      caller,
      [
        events.length,
        events.filter(({ failed }) => failed).length,
        ...firstAndLast(events.map(({ ms }) => ms)),
        values(events, ({ record }) => record['awsRegion']),
        values(events, ({ record }) => record['sourceIPAddress']),
        values(
          events,
          ({ record }) => (record['userIdentity'] as { accessKeyId?: string } | undefined)?.accessKeyId,
        ),
      ],
    ]),
  )
}

function counted(rows: readonly PrincipalRow[]): Map<string, Counts> {
  return new Map(
    rows.map((row) => {
      const name = row.principal === '(no caller)' ? 'nobody' : row.principal_key
      expect([row.regions, row.source_ips, row.access_keys]).toEqual([
        row.region_list.length,
        row.source_ip_list.length,
        row.access_key_list.length,
      ])
      return [
        name,
        [
          row.events,
          row.errors,
          row.first_seen,
          row.last_seen,
          [...row.region_list],
          [...row.source_ip_list],
          [...row.access_key_list],
        ],
      ]
    }),
  )
}

describe('principals', () => {
  it('count as plain JavaScript counts', () => {
    const { rows, total } = listPrincipals(db, EVERYTHING, 'events')
    expect(counted(rows)).toEqual(slowly())
    expect(total).toBe(slowly().size)
  })

  it.each<[string, Scope, (event: Plain) => boolean]>([
    [
      'a service',
      { ...EVERYTHING, filters: { ...NO_FILTERS, services: ['s3'] } },
      ({ record }) => record['eventSource'] === 's3.amazonaws.com',
    ],
    ['failures', { ...EVERYTHING, filters: { ...NO_FILTERS, errors: ['*'] } }, ({ failed }) => failed],
    [
      'an access key',
      { ...EVERYTHING, filters: { ...NO_FILTERS, accessKeys: ['AKIAFIRSTAGAIN000001'] } },
      ({ caller }) => caller === 'user:AIDAFIRSTAGAIN',
    ],
    [
      'a window',
      { ...EVERYTHING, window: { sinceMs: START, untilMs: START + 600_000 } },
      ({ ms }) => ms !== null && ms >= START && ms < START + 600_000,
    ],
    [
      'most of the time, and an account',
      { window: { sinceMs: START }, filters: { ...NO_FILTERS, accounts: ['111122223333'] } },
      ({ ms, record }) => ms !== null && ms >= START && record['recipientAccountId'] === '111122223333',
    ],
    ['nothing', { ...EVERYTHING, filters: { ...NO_FILTERS, events: ['NoSuchCall'] } }, () => false],
  ])('count only the events of the scope: %s', (_, scope, isWanted) => {
    expect(counted(listPrincipals(db, scope, 'events').rows)).toEqual(slowly(isWanted))
  })

  it('say whose account it is when AWS has published it as its own', () => {
    const row = listPrincipals(db, EVERYTHING, 'events').rows.find(
      ({ principal_kind }) => principal_kind === 'account',
    )
    expect(row).toMatchObject({
      principal: '771736226457 Amazon EFS (us-east-2)',
      account_owner: 'Amazon EFS (us-east-2)',
    })
  })

  it('keep a user apart from one of the same name that was made later', () => {
    const rows = listPrincipals(db, EVERYTHING, 'events').rows.filter(
      ({ principal }) => principal === 'again',
    )
    expect(rows.map(({ principal_key, arn }) => [principal_key, arn]).sort()).toEqual([
      ['user:AIDAFIRSTAGAIN', 'arn:aws:iam::111122223333:user/again'],
      ['user:AIDASECONDAGAIN', 'arn:aws:iam::111122223333:user/again'],
    ])
  })

  it('name a role, not one of its sessions', () => {
    const names = listPrincipals(db, EVERYTHING, 'events').rows.filter(
      ({ principal_kind }) => principal_kind === 'role',
    )
    expect(names.map(({ principal }) => principal).sort()).toEqual(['Audit', 'Deep', 'Deploy'])
  })

  it('have the same name in the view, also where a service did all of it', async () => {
    const session = (role: string, name: string, issuer: boolean) => ({
      type: 'AssumedRole',
      principalId: `AROA${role.toUpperCase()}:${name}`,
      arn: `arn:aws:sts::111122223333:assumed-role/${role}/${name}`,
      accountId: '111122223333',
      invokedBy: 'rds.amazonaws.com',
      ...(issuer
        ? {
            sessionContext: {
              sessionIssuer: {
                type: 'Role',
                principalId: `AROA${role.toUpperCase()}`,
                arn: `arn:aws:iam::111122223333:role/${role}`,
                accountId: '111122223333',
                userName: role,
              },
            },
          }
        : {}),
    })
    const more = [
      session('AWSServiceRoleForRDS', 'SLRManagement', true),
      session('NoIssuer', 'one', false),
      {
        type: 'IAMUser',
        principalId: 'AIDAONLYVIA',
        userName: 'only-via',
        invokedBy: 'athena.amazonaws.com',
      },
    ].map((userIdentity, index) => ({ ...RECORDS[0]!, eventID: `view-${index}`, userIdentity }))
    const reader = openReader(await caseOf([...RECORDS, ...more]))
    const viewed = reader
      .prepare<[], [string, string | null]>(
        "SELECT principal_key, coalesce(principal, '(no caller)') FROM principals",
      )
      .raw()
      .all()
    const listed = listPrincipals(reader, EVERYTHING, 'events').rows.map(
      ({ principal_key, principal, account_owner }) => [
        principal_key,
        account_owner === null ? principal : principal.replace(` ${account_owner}`, ''),
      ],
    )
    expect(viewed.sort()).toEqual(listed.sort())
    const names = viewed.map(([, name]) => name)
    expect(names).toEqual(expect.arrayContaining(['AWSServiceRoleForRDS', 'NoIssuer', 'only-via']))
    reader.close()
  })

  it('come in the requested order, with their total', () => {
    const all = listPrincipals(db, EVERYTHING, 'events')
    expect(all.rows.map(({ events }) => events)).toEqual(
      all.rows.map(({ events }) => events).sort((one, other) => other - one),
    )
    const last = listPrincipals(db, EVERYTHING, 'last_seen', 3)
    expect(last.total).toBe(all.total)
    const newest = [...all.rows]
      .sort((one, other) => ((one.last_seen ?? '') < (other.last_seen ?? '') ? 1 : -1))
      .slice(0, 3)
    expect(last.rows.map(({ last_seen }) => last_seen)).toEqual(newest.map(({ last_seen }) => last_seen))
  })
})

describe('query plans of principals', () => {
  const eventSteps = (scope: Scope) =>
    plansOf(db, (watched) => listPrincipals(watched, scope, 'events'))
      .map(([, step]) => step)
      .filter((step) => /^(?:SCAN|SEARCH) e\b/.test(step))

  it('of a whole case count by the index of callers, and go twice through the events, joining nothing', () => {
    expect(eventSteps(EVERYTHING)).toEqual([
      'SCAN e USING COVERING INDEX event_by_identity',
      'SCAN e',
      'SCAN e',
    ])
  })

  it.each<[string, Scope]>([
    ['a window', { ...EVERYTHING, window: { sinceMs: START, untilMs: START + 60_000 } }],
    ['a call', { ...EVERYTHING, filters: { ...NO_FILTERS, events: ['CreateUser'] } }],
  ])('of %s look up its events by an index', (_, scope) => {
    const steps = eventSteps(scope)
    expect(steps.length).toBeGreaterThan(2)
    for (const step of steps)
      expect(step).toMatch(/^SEARCH e USING (?:INTEGER PRIMARY KEY|COVERING INDEX|INDEX)/)
  })
})

describe('coldtrail principals', () => {
  it('prints lists in JSON, counts in CSV, and nothing that acts on a terminal', async () => {
    const { default: Principals } = (await import('../../src/commands/principals.js')) as { default: unknown }
    const lines = await runCommand(Principals, '--case', casePath, '--format', 'jsonl')
    const rows = lines.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PrincipalRow)
    expect(counted(rows)).toEqual(slowly())
    const csv = await runCommand(Principals, '--case', casePath, '--format', 'csv', '--limit', '2')
    expect(csv.stdout.split('\n')[0]).toBe(
      'principal,principal_kind,account_id,events,errors,first_seen,last_seen,regions,source_ips,access_keys,account_owner,arn,principal_key',
    )
    expect(csv.stderr).toBe(`2 of ${slowly().size} principals shown; --limit N shows more\n`)
    const table = await runCommand(
      Principals,
      '--case',
      casePath,
      '--columns',
      'principal,source_ip_list,events',
    )
    expect(table.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    const json = await runCommand(Principals, '--case', casePath, '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({ more: 0 })
    expect((await runCommand(Principals, '--case', casePath, '--columns', 'nonsense')).exit).toBe(2)
  })
})

describe.skipIf(!hasInvictus)('principals of real data', () => {
  it('count as Python counts', async () => {
    const real = openReader(await invictusCase())
    const { rows } = listPrincipals(real, EVERYTHING, 'events')
    const { caller } = pythonCounts()
    const expected = new Map(
      Object.entries(caller).map(([key, [events, errors, first, last, , ...lists]]) => [
        key,
        [events, errors, first, last, ...lists],
      ]),
    )
    // A failed sign-in has no principalId: Python and the case give it keys of their own.
    const known = (key: string) => !/^user:(?!AIDA)/.test(key)
    const found = [...counted(rows)].filter(([key]) => known(key))
    expect(new Map(found)).toEqual(new Map([...expected].filter(([key]) => known(key))))
    expect(found.length).toBeGreaterThan(15)
  })
})
