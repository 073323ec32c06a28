/**
 * What was delivered, what is missing, and what cannot be known: `coldtrail coverage`. Quiet is never reported as
 * absence.
 */
import type { Coverage, CoverageDay, DigestCoverage, Gap, TrailEvent } from '../../model/coverage.js'
import type { Scope, TimeWindow } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { OwnedAccounts } from '../principals/account-owner.js'
import { readArchiveFiles, type ArchiveFile } from './delivered-files.js'
import { findGaps, type Span } from './delivery-gaps.js'
import { digestGaps, readDigests, type Digest } from './digest-files.js'
import { EventHours } from './event-hours.js'
import { deliveredTwice } from './delivered-twice.js'
import { eventKinds } from './event-kinds.js'
import { logBuckets } from './log-buckets.js'
import { missingFiles } from './missing-files.js'
import { failedDeliveries, trailEvents } from './trail-events.js'
import { archiveNotes, UNKNOWABLE } from './coverage-caveats.js'
import { readColumn } from '../../store/reader.js'
import { sql } from '../plan/statement.js'
import { isoTime } from '../../model/time.js'

/** Only filters on accounts and regions apply, since deliveries have no caller. */
export function readCoverage(db: Connection, scope: Scope): Coverage {
  const files = readArchiveFiles(db)
  const hours = new EventHours(db)
  const digests = readDigests(db, files)
  const buckets = logBuckets(db, digests)
  const events = trailEvents(db, buckets)
  const [untimed = 0] = readColumn<number>(db, sql`SELECT count(*) FROM event WHERE event_time_ms IS NULL`)
  const { keep } = new ScopeTest(scope)
  return {
    days: keep(daysOf(files, hours), ({ day }) => [Date.parse(day), Date.parse(day) + DAY - 1]),
    gaps: keep(gapsOf(files, hours, events), spanOfRow),
    digests: digestCoverage(digests, events, keep),
    missing: keep(missingFiles(db, files, digests), ({ delivered }) => momentOf(delivered)),
    failed_deliveries: failedDeliveries(db, scope, buckets),
    trail_events: keep(events, ({ time }) => momentOf(time)),
    kinds: eventKinds(db, scope),
    delivered_twice: deliveredTwice(db, scope, files, digests),
    events_without_time: untimed,
    notes: [...archiveNotes(db, files, digests), ...untimedNotes(untimed), ...ownerNotes(hours)],
    unknowable: UNKNOWABLE,
  }
}

function untimedNotes(untimed: number): string[] {
  return untimed === 0
    ? []
    : [`${untimed} events have no time that can be read: they are in no day and no gap. coldtrail problems names them.`]
}

function ownerNotes(hours: EventHours): string[] {
  const owned = new OwnedAccounts()
  for (const { accountId } of hours.places()) owned.add(accountId)
  return owned.notes().map((note) => `${note}.`)
}

const DAY = 86_400_000

interface Located {
  readonly account_id: string | null
  readonly aws_region: string | null
}

/** First and last moment; null without a time, which matches every window. */
type Moments = readonly [fromMs: number, toMs: number] | null

type Keep = <Row extends Located>(rows: readonly Row[], momentsOf: (row: Row) => Moments) => readonly Row[]

function momentOf(time: string | null): Moments {
  return time === null ? null : [Date.parse(time), Date.parse(time)]
}

function spanOfRow({ start, end }: { readonly start: string; readonly end: string }): Moments {
  return [Date.parse(start), Date.parse(end)]
}

/** Whether something overlaps the scope. */
class ScopeTest {
  readonly #accounts: ReadonlySet<string>
  readonly #regions: ReadonlySet<string>
  readonly #window: TimeWindow

  constructor({ filters, window }: Scope) {
    this.#accounts = new Set(filters.accounts)
    this.#regions = new Set(filters.regions.map((region) => region.toLowerCase()))
    this.#window = window
  }

  readonly keep: Keep = (rows, momentsOf) => {
    const { sinceMs = -Infinity, untilMs = Infinity } = this.#window
    const isEverywhere = this.#accounts.size === 0 && this.#regions.size === 0
    if (isEverywhere && sinceMs === -Infinity && untilMs === Infinity) return rows
    return rows.filter((row) => {
      if (!isEverywhere && !this.#isPlace(row)) return false
      const moments = momentsOf(row)
      return moments === null || (moments[0] < untilMs && moments[1] >= sinceMs)
    })
  }

  #isPlace({ account_id, aws_region }: Located): boolean {
    const isAccount = this.#accounts.size === 0 || this.#accounts.has(account_id ?? '')
    return isAccount && (this.#regions.size === 0 || this.#regions.has((aws_region ?? '').toLowerCase()))
  }
}

/** Deliveries of one account and region. */
interface Deliveries {
  readonly accountId: string | null
  readonly region: string | null
  readonly times: readonly number[]
}

/** From the names of log files; if an archive's files were renamed, from the times of its events. */
function deliveriesOf(files: readonly ArchiveFile[], hours: EventHours): Deliveries[] {
  const named = new Map<string, { accountId: string; region: string; times: Set<number> }>()
  for (const { name } of files) {
    if (name?.family !== 'CloudTrail' || name.deliveredMs === null) continue
    const { accountId, region, deliveredMs } = name
    const key = `${accountId}/${region}`
    const known = named.get(key)
    if (known === undefined) named.set(key, { accountId, region, times: new Set([deliveredMs]) })
    else known.times.add(deliveredMs)
  }
  if (named.size === 0)
    return hours.places().map(({ accountId, region, hours: own }) => ({ accountId, region, times: own }))
  return [...named.values()].map(({ accountId, region, times }) => ({
    accountId,
    region,
    times: [...times].sort((one, other) => one - other),
  }))
}

function gapsOf(files: readonly ArchiveFile[], hours: EventHours, events: readonly TrailEvent[]): Gap[] {
  const deliveries = deliveriesOf(files, hours)
  const archive = spanOf(deliveries)
  const gaps = deliveries.flatMap(({ accountId, region, times }) =>
    findGaps(times, archive).map(
      ({ kind, startMs, endMs, usualPauseMs, neighbours, activeNeighbours }): Gap => {
        return {
          account_id: accountId,
          aws_region: region,
          kind,
          start: isoTime(startMs),
          end: isoTime(endMs),
          duration_ms: endMs - startMs,
          usual_pause_ms: usualPauseMs,
          neighbours,
          active_neighbours: activeNeighbours,
          events_inside: hours.countInside(accountId, region, startMs, endMs),
          explained_by: explanations(events, accountId, startMs, endMs),
        }
      },
    ),
  )
  return gaps.sort((one, other) => compare(one.start, other.start) || compare(placeOf(one), placeOf(other)))
}

function spanOf(deliveries: readonly Deliveries[]): Span {
  const startMs = deliveries.reduce((least, { times }) => Math.min(least, times[0] ?? Infinity), Infinity)
  const endMs = deliveries.reduce((most, { times }) => Math.max(most, times.at(-1) ?? -Infinity), -Infinity)
  return { startMs, endMs }
}

/** A stop takes effect within the minutes that a delivery takes. */
const EXPLAINS_WITHIN = 30 * 60_000

/** Of trails, and of the buckets that they deliver to. */
const EXPLAINING: ReadonlySet<string> = new Set(['cloudtrail.amazonaws.com', 's3.amazonaws.com'])

/** In any region: a trail can only be stopped from its home region. */
function explanations(
  events: readonly TrailEvent[],
  accountId: string | null,
  startMs: number,
  endMs: number,
): string[] {
  const inReach = events.filter(({ time, account_id, event_source }) => {
    if (time === null || account_id !== accountId || !EXPLAINING.has(event_source)) return false
    const ms = Date.parse(time)
    return ms >= startMs - EXPLAINS_WITHIN && ms <= endMs + EXPLAINS_WITHIN
  })
  return inReach.map(({ event_id }) => event_id)
}

function digestCoverage(
  digests: readonly Digest[],
  events: readonly TrailEvent[],
  keep: Keep,
): DigestCoverage {
  const gaps = digestGaps(digests).map(({ chain, kind, startMs, endMs }) => ({
    account_id: chain.accountId,
    aws_region: chain.region,
    trail: chain.trail,
    kind,
    start: isoTime(startMs),
    end: isoTime(endMs),
    hours: Math.max(1, Math.round((endMs - startMs) / 3_600_000)),
    explained_by: explanations(events, chain.accountId, startMs, endMs),
  }))
  return {
    files: digests.length,
    unread: digests.filter(({ isRead }) => !isRead).length,
    gaps: [...keep(gaps, spanOfRow)].sort(
      (one, other) => compare(one.start, other.start) || compare(placeOf(one), placeOf(other)),
    ),
  }
}

function daysOf(files: readonly ArchiveFile[], hours: EventHours): CoverageDay[] {
  const days = new Map<
    string,
    { account_id: string | null; aws_region: string | null; day: string; files: number; events: number }
  >()
  const at = (account_id: string | null, aws_region: string | null, ms: number) => {
    const day = new Date(ms).toISOString().slice(0, -14)
    const key = JSON.stringify([account_id, aws_region, day])
    const known = days.get(key) ?? { account_id, aws_region, day, files: 0, events: 0 }
    days.set(key, known)
    return known
  }
  for (const { name } of files) {
    if (name?.family === 'CloudTrail' && name.deliveredMs !== null)
      at(name.accountId, name.region, name.deliveredMs).files += 1
  }
  for (const { accountId, region, hours: own, counts } of hours.places()) {
    own.forEach((ms, index) => (at(accountId, region, ms).events += counts[index] ?? 0))
  }
  return [...days.values()].sort(
    (one, other) => compare(placeOf(one), placeOf(other)) || compare(one.day, other.day),
  )
}

function placeOf({
  account_id,
  aws_region,
}: {
  readonly account_id: string | null
  readonly aws_region: string | null
}): string {
  return `${account_id ?? ''} ${aws_region ?? ''}`
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
