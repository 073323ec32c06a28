import { beforeAll, describe, expect, it } from 'vitest'
import { NO_FILTERS, type Scope } from '../../src/model/question.js'
import {
  CONTROL_NAMES,
  type ControlList,
  type ListName,
  type RankedRow,
  type RareName,
  type RareRow,
  type Summary,
} from '../../src/model/summary.js'
import { BURST_LEAST, BURST_PAUSE_MS, findBursts, type Failure } from '../../src/query/summary/bursts.js'
import { groupBy, GROUP_COLUMNS } from '../../src/query/summary/group-by.js'
import { summarise } from '../../src/query/summary/summary.js'
import { Minutes } from '../../src/query/summary/timeline.js'
import { drawHistogram } from '../../src/render/histogram.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { makeRecord, type CloudTrailRecord } from '../helpers/archive.js'
import {
  caseOf,
  firstAndLast,
  hasInvictus,
  invictusCase,
  isoText,
  manyRecords,
  plain,
  plansOf,
  pythonCounts,
  type Plain,
} from '../helpers/count-case.js'
import { runCommand } from '../verify/indexed.js'

const EVERYTHING: Scope = { window: {}, filters: NO_FILTERS }
const ALL = { limit: Infinity, includeServices: true }
const BURST_START = Date.parse('2024-03-05T12:00:00Z')

/** A run of failures with pauses up to a minute, and some more after a longer one. */
function burst(first: number): CloudTrailRecord[] {
  const at = (n: number, ms: number): CloudTrailRecord =>
    makeRecord(first + n, {
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDAGUESSER',
        accountId: '111122223333',
        userName: 'guesser',
        arn: 'arn:aws:iam::111122223333:user/guesser',
      },
      eventTime: isoText(BURST_START + ms),
      eventSource: 'iam.amazonaws.com',
      eventName: n % 2 === 0 ? 'ListUsers' : 'ListRoles',
      errorCode: 'AccessDenied',
      errorMessage: 'no',
    })
  const run = Array.from({ length: 12 }, (_, n) => at(n, n * 60_000))
  return [...run, ...Array.from({ length: 5 }, (_, n) => at(12 + n, 12 * 60_000 + 1000 + n * 1000))]
}

const RECORDS = [...manyRecords(700), ...burst(5000)]
const EVENTS = RECORDS.map(plain)

let casePath: string
let db: Connection
let all: Summary
let folded: Summary

beforeAll(async () => {
  casePath = await caseOf(RECORDS)
  db = openReader(casePath)
  all = summarise(db, EVERYTHING, ALL)
  folded = summarise(db, EVERYTHING, { ...ALL, includeServices: false })
})

const field = (name: string) => (event: Plain) => (event.record[name] ?? null) as string | null

const VALUES: Partial<Record<ListName, (event: Plain) => string | null>> = {
  services: field('eventSource'),
  event_names: ({ record }) =>
    `${String(record['eventSource']).replace('.amazonaws.com', '')}:${String(record['eventName'])}`,
  source_ips: field('sourceIPAddress'),
  user_agents: field('userAgent'),
  regions: field('awsRegion'),
  accounts: field('recipientAccountId'),
}

type Counts = readonly [
  events: number,
  errors: number,
  principals: number,
  first: string | null,
  last: string | null,
]

function slowly(
  events: readonly Plain[],
  valueOf: (event: Plain) => string | null,
): Map<string | null, Counts> {
  const groups = new Map<string | null, Plain[]>()
  for (const event of events) groups.set(valueOf(event), [...(groups.get(valueOf(event)) ?? []), event])
  return new Map(
    [...groups].map(([value, own]) => [
      value,
      [
        own.length,
        own.filter(({ failed }) => failed).length,
        new Set(own.map(({ caller }) => caller)).size,
        ...firstAndLast(own.map(({ ms }) => ms)),
      ],
    ]),
  )
}

function counted(rows: readonly RankedRow[]): Map<string | null, Counts> {
  return new Map(
    rows.map(({ value, events, errors, principals, first_seen, last_seen }) => [
      value,
      [events, errors, principals, first_seen, last_seen],
    ]),
  )
}

const calls = EVENTS.filter(({ isInsight }) => !isInsight)
const withoutServices = calls.filter(({ isService }) => !isService)

describe('a summary', () => {
  it('counts as plain JavaScript counts', () => {
    const [first_seen, last_seen] = firstAndLast(EVENTS.map(({ ms }) => ms))
    const said = (value: unknown) => calls.filter(({ record }) => record['readOnly'] === value).length
    expect(all.totals).toEqual({
      events: EVENTS.length,
      errors: EVENTS.filter(({ failed }) => failed).length,
      reads: said(true),
      writes: said(false),
      unsaid: said(undefined),
      insights: 1,
      without_time: 1,
      first_seen,
      last_seen,
      principals: new Set(calls.map(({ caller }) => caller)).size,
    })
  })

  it.each(Object.entries(VALUES))(
    'ranks %s, with and without what services did for themselves',
    (name, valueOf) => {
      expect(counted(all.lists[name as ListName].rows)).toEqual(slowly(calls, valueOf))
      expect(counted(folded.lists[name as ListName].rows)).toEqual(slowly(withoutServices, valueOf))
      const order = folded.lists[name as ListName].rows.map(({ events }) => events)
      expect(order).toEqual([...order].sort((one, other) => other - one))
    },
  )

  it('says what it left out', () => {
    const services = EVENTS.filter(({ isService }) => isService)
    expect(folded.services).toEqual({
      included: false,
      events: services.length,
      errors: services.filter(({ failed }) => failed).length,
      principals: [
        { value: 'cloudtrail.amazonaws.com', events: services.length - 1 },
        { value: 'delivery.logs.amazonaws.com', events: 1 },
      ],
    })
    expect(all.totals).toEqual(folded.totals)
  })

  it('ranks errors by how many principals met them, not by how often one did', () => {
    const { rows } = folded.lists.error_codes
    expect(counted(rows)).toEqual(
      slowly(
        withoutServices.filter(({ failed }) => failed),
        field('errorCode'),
      ),
    )
    const order = rows.map(({ principals }) => principals)
    expect(order).toEqual([...order].sort((one, other) => other - one))
  })

  it.each(['event_names', 'regions', 'source_ips', 'user_agents'] as const)(
    'finds what is rare: %s',
    (name) => {
      expect(folded.rare[name].rows.map(withoutNames).sort(byJson)).toEqual(rareSlowly(name).sort(byJson))
      const ranks = folded.rare[name].rows.map(({ principals, events }) => [principals, events])
      expect(ranks).toEqual([...ranks].sort(([one = 0, n = 0], [other = 0, m = 0]) => one - other || n - m))
      for (const { event_id } of folded.rare[name].rows)
        expect(RECORDS.some((record) => record['eventID'] === event_id)).toBe(true)
    },
  )

  it('finds the run of failures, and where it ends', () => {
    const guesser = folded.bursts.rows.filter(({ principal }) => principal.startsWith('guesser'))
    expect(guesser).toEqual([
      {
        principal: 'guesser (111122223333)',
        start: isoText(BURST_START),
        end: isoText(BURST_START + 11 * 60_000),
        errors: 12,
        error_codes: ['AccessDenied'],
        event_names: 2,
        event_id: RECORDS.find((record) => record['eventTime'] === isoText(BURST_START))?.['eventID'],
      },
    ])
  })

  it('draws a timeline that holds every event once', () => {
    const timed = withoutServices.filter(({ ms }) => ms !== null)
    const { buckets, bucket_ms } = folded.timeline
    for (const [at, { start, events, errors }] of buckets.entries()) {
      const from = Date.parse(start)
      const own = timed.filter(({ ms }) => ms! >= from && ms! < from + bucket_ms)
      expect([events, errors]).toEqual([own.length, own.filter(({ failed }) => failed).length])
      if (at > 0) expect(from - Date.parse(buckets[at - 1]!.start)).toBe(bucket_ms)
    }
    expect(buckets.reduce((sum, { events }) => sum + events, 0)).toBe(timed.length)
    expect(buckets.length).toBeLessThanOrEqual(60)
  })

  it('counts only the events of the scope', () => {
    const scope: Scope = { window: { sinceMs: BURST_START }, filters: { ...NO_FILTERS, services: ['iam'] } }
    const { totals, lists } = summarise(db, scope, ALL)
    const wanted = calls.filter(
      ({ ms, record }) => ms !== null && ms >= BURST_START && record['eventSource'] === 'iam.amazonaws.com',
    )
    expect([totals.events, totals.errors]).toEqual([
      wanted.length,
      wanted.filter(({ failed }) => failed).length,
    ])
    expect(counted(lists.regions.rows)).toEqual(slowly(wanted, field('awsRegion')))
  })

  it('is the same in a case that holds nothing of the scope', () => {
    const empty = summarise(db, { window: { sinceMs: 0, untilMs: 1 }, filters: NO_FILTERS }, ALL)
    expect(empty.totals).toMatchObject({ events: 0, first_seen: null, last_seen: null, principals: 0 })
    expect(empty.timeline.buckets).toEqual([])
  })
})

/** What the made records do not have has no section. */
function controlList(section: string): ControlList | undefined {
  return CONTROL_NAMES.map((name) => (section === `control_${name}` ? folded.control[name] : undefined)).find(
    (list) => list !== undefined,
  )
}

function withoutNames({
  value,
  events,
  principal_events,
  principals,
  first_seen,
  known_for_ms,
}: RareRow): unknown {
  return { value, events, principal_events, principals, first_seen, known_for_ms }
}

function byJson(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1
}

/** Every pair of a principal and a value, as the documentation words it. */
function rareSlowly(name: RareName): unknown[] {
  const valueOf = VALUES[name]!
  const mine = (caller: string) => withoutServices.filter((event) => event.caller === caller)
  return [...new Set(withoutServices.map(({ caller }) => caller))].flatMap((caller) => {
    const own = mine(caller)
    const [known] = own.map(({ ms }) => ms ?? Infinity).sort((one, other) => one - other)
    return [...new Set(own.map(valueOf))].flatMap((value) => {
      const events = own.filter((event) => valueOf(event) === value)
      if (
        value === null ||
        value === '' ||
        events.length === own.length ||
        events.length > Math.max(5, own.length / 100)
      )
        return []
      const [first_seen] = firstAndLast(events.map(({ ms }) => ms))
      return [
        {
          value,
          events: events.length,
          principal_events: own.length,
          principals: new Set(
            withoutServices.filter((event) => valueOf(event) === value).map((event) => event.caller),
          ).size,
          first_seen,
          known_for_ms: first_seen === null ? null : Date.parse(first_seen) - known!,
        },
      ]
    })
  })
}

describe('summary --by', () => {
  const columns = GROUP_COLUMNS.filter((column) => column !== 'day' && column !== 'hour')

  it.each(columns)('%s counts as the view of events does', (column) => {
    const view = db
      .prepare<unknown[], Record<string, string | number | null>>(
        `SELECT ${column} AS value, principal_key, failed, event_time_ms AS ms FROM events WHERE principal_kind <> 'service' AND credential_class <> 'none'`,
      )
      .all()
    const groups = new Map<string | null, Set<unknown>>()
    for (const { value, principal_key, failed } of view) {
      if (column.startsWith('error_') && failed === 0) continue
      const text = value === null || value === undefined ? null : String(value)
      groups.set(text, (groups.get(text) ?? new Set()).add(principal_key))
    }
    const { rows, total } = groupBy(db, EVERYTHING, column, { limit: Infinity, includeServices: false })
    expect(new Map(rows.map(({ value, principals }) => [value, principals]))).toEqual(
      new Map([...groups].map(([value, keys]) => [value, keys.size])),
    )
    expect(total).toBe(groups.size)
  })

  it('days and hours are sorted by time', () => {
    for (const [period, length] of [
      ['day', 86_400_000],
      ['hour', 3_600_000],
    ] as const) {
      const { rows } = groupBy(db, EVERYTHING, period, ALL)
      const timed = calls.filter(({ ms }) => ms !== null)
      expect(counted(rows)).toEqual(slowly(timed, ({ ms }) => isoText(Math.floor(ms! / length) * length)))
      expect(rows.map(({ value }) => value)).toEqual(rows.map(({ value }) => value).sort())
    }
  })
})

describe('bursts', () => {
  const failure = (ms: number, row: number, principal = 1): Failure => ({
    principal,
    ms,
    row,
    action: 1,
    outcome: 1,
  })
  const run = (count: number, pause: number) =>
    Array.from({ length: count }, (_, at) => failure(at * pause, at))

  it('end at a pause that is too long, and need enough failures', () => {
    expect(findBursts(run(BURST_LEAST, BURST_PAUSE_MS)).map((found) => found.length)).toEqual([BURST_LEAST])
    expect(findBursts(run(BURST_LEAST, BURST_PAUSE_MS + 1))).toEqual([])
    expect(findBursts(run(BURST_LEAST - 1, 0))).toEqual([])
  })

  it('are of one principal', () => {
    const mixed = run(2 * BURST_LEAST - 2, 1000).map((one) => ({ ...one, principal: one.row % 2 }))
    expect(findBursts(mixed)).toEqual([])
  })
})

describe('a timeline', () => {
  it('holds an event of a forged time without a bucket for every minute between', () => {
    const minutes = new Minutes()
    minutes.add(0, false)
    minutes.add(Date.UTC(9999, 0, 1), true)
    const { buckets } = minutes.timeline()
    expect(buckets.length).toBeLessThanOrEqual(61)
    expect(buckets.reduce((sum, { events }) => sum + events, 0)).toBe(2)
  })

  it('shows what is little, and is drawn in ASCII where nothing else is known', () => {
    expect(drawHistogram([0, 1, 500, 1000], { height: 2, unicode: true })).toEqual(['   █', ' ▁██'])
    expect(drawHistogram([0, 1, 500, 1000], { height: 2, unicode: false })).toEqual(['   #', ' .##'])
  })
})

describe('query plans of a summary', () => {
  it('go through the events once', () => {
    const steps = plansOf(db, (watched) => summarise(watched, EVERYTHING, ALL)).map(([, step]) => step)
    expect(
      steps.filter(
        (step) =>
          /\b(e|event)\b/.test(step) &&
          !/^(SEARCH|SCAN) event USING COVERING INDEX|^SEARCH event$|^SEARCH event USING INTEGER PRIMARY KEY \(rowid[=>]\?\)$/.test(
            step,
          ),
      ),
    ).toEqual(
      // One run of rows: the case is small.
      ['SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'],
    )
  })
})

describe('coldtrail summary', () => {
  it('prints a report that pastes, and rows for programs', async () => {
    const { default: command } = (await import('../../src/commands/summary.js')) as { default: unknown }
    const report = await runCommand(command, '--case', casePath, '--limit', '3', '--timeline', 'on')
    expect(report.stdout).toContain(`events      ${EVENTS.length}, from `)
    expect(report.stdout).toContain('Left out of everything below; --include-service shows them')
    expect(report.stdout).toMatch(/\nTIMELINE, .* … /)
    expect(report.stdout).toMatch(/\nERRORS, by how many principals met them \(\d/)
    expect(report.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    const rows = await runCommand(command, '--case', casePath, '--format', 'jsonl')
    const sections = rows.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { section: string }).section)
    expect(new Set(sections)).toEqual(
      new Set(
        [
          'totals',
          'service_events',
          'timeline',
          ...Object.keys(all.control).map((name) => `control_${name}`),
          ...Object.keys(all.lists),
          ...Object.keys(all.rare).map((name) => `rare_${name}`),
          'error_bursts',
        ].filter((name) => {
          const list = name === 'rare_regions' ? folded.rare.regions : controlList(name)
          return list === undefined || list.total > 0
        }),
      ),
    )
    const by = await runCommand(command, '--case', casePath, '--by', 'aws_region', '--format', 'csv')
    expect(by.stdout.split('\n')[0]).toBe('value,events,errors,principals,first_seen,last_seen')
    const json = await runCommand(command, '--case', casePath, '--json')
    expect(JSON.parse(json.stdout)).toEqual(
      JSON.parse(JSON.stringify(summarise(db, EVERYTHING, { limit: 10, includeServices: false }))),
    )
  })
})

describe.skipIf(!hasInvictus)('a summary of real data', () => {
  it('counts as Python counts', async () => {
    const real = openReader(await invictusCase())
    const summary = summarise(real, EVERYTHING, ALL)
    const python = pythonCounts()
    expect([summary.totals.events, summary.totals.errors, summary.totals.reads]).toEqual(python.totals)
    const lists = {
      services: python.eventSource,
      source_ips: python.sourceIPAddress,
      user_agents: python.userAgent,
      regions: python.awsRegion,
      error_codes: python.errorCode,
    }
    for (const [name, expected] of Object.entries(lists)) {
      const counts = Object.entries(expected).map(
        ([value, [events, errors, first, last]]) =>
          [value === '\0' ? null : value, [events, errors, first, last]] as const,
      )
      const found = [...counted(summary.lists[name as ListName].rows)].map(
        ([value, [events, errors, , first, last]]) => [value, [events, errors, first, last]] as const,
      )
      expect(new Map(found)).toEqual(new Map(counts))
    }
  })
})
