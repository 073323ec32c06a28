/** Events by account, region and hour. */
import type { Connection } from '../../store/open.js'
import { readNumber, readTuples } from '../../store/reader.js'
import { sql } from '../plan/statement.js'

const HOUR = 3_600_000

export interface PlaceHours {
  readonly accountId: string | null
  readonly region: string | null
  /** Starts of hours with events, ascending. */
  readonly hours: readonly number[]
  /** Number of events of each. */
  readonly counts: readonly number[]
}

interface Place {
  readonly id: number
  readonly accountId: string | null
  readonly region: string | null
  readonly hours: number[]
  readonly counts: number[]
}

export class EventHours {
  readonly #db: Connection
  readonly #places: readonly Place[]

  constructor(db: Connection) {
    this.#db = db
    const names = readTuples(db, sql`SELECT id, recipient_account_id, aws_region FROM place`) as [
      number,
      string | null,
      string | null,
    ][]
    const places = new Map(
      names.map(([id, accountId, region]): [number, Place] => [
        id,
        { id, accountId, region, hours: [], counts: [] },
      ]),
    )
    // There are no events before 1970, so the division rounds down.
    const counted = readTuples(
      db,
      sql`SELECT place_id, event_time_ms / 3600000, count(*) FROM event WHERE event_time_ms IS NOT NULL GROUP BY 1, 2`,
    ) as [number, number, number][]
    for (const [place, hour, events] of counted) {
      const known = places.get(place)
      known?.hours.push(hour * HOUR)
      known?.counts.push(events)
    }
    this.#places = [...places.values()].filter(({ hours }) => hours.length > 0)
  }

  places(): readonly PlaceHours[] {
    return this.#places
  }

  /**
   * Events strictly between two times. Whole hours are already counted; the partial first and last hour are counted
   * here.
   */
  countInside(accountId: string | null, region: string | null, afterMs: number, beforeMs: number): number {
    const place = this.#places.find((one) => one.accountId === accountId && one.region === region)
    if (place === undefined) return 0
    const firstWhole = Math.ceil((afterMs + 1) / HOUR) * HOUR
    const end = Math.floor(beforeMs / HOUR) * HOUR
    if (firstWhole >= end) return this.#count(place, afterMs + 1, beforeMs)
    const whole = place.counts.filter(
      (_, at) => (place.hours[at] ?? 0) >= firstWhole && (place.hours[at] ?? 0) < end,
    )
    const inside = whole.reduce((sum, events) => sum + events, 0)
    return inside + this.#count(place, afterMs + 1, firstWhole) + this.#count(place, end, beforeMs)
  }

  #count({ id }: Place, fromMs: number, beforeMs: number): number {
    const found = sql`SELECT count(*) FROM event WHERE event_time_ms >= ${fromMs} AND event_time_ms < ${beforeMs} AND place_id = ${id}`
    return readNumber(this.#db, found) ?? 0
  }
}
