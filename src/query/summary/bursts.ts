/** Bursts of failures: someone tries keys, names or permissions, or something broke. */

export interface Failure {
  readonly principal: number
  readonly ms: number
  readonly row: number
  readonly action: number
  readonly outcome: number
}

/** Failures of one principal in time order. */
export type Run = readonly Failure[]

/** A longer pause ends a run. */
export const BURST_PAUSE_MS = 60_000
/** A burst has at least this many failures. */
export const BURST_LEAST = 10

/** Most failures first. */
export function findBursts(failures: readonly Failure[]): Run[] {
  const sorted = [...failures].sort(
    (one, other) => one.principal - other.principal || one.ms - other.ms || one.row - other.row,
  )
  const bursts: Run[] = []
  let run: Failure[] = []
  const close = () => {
    if (run.length >= BURST_LEAST) bursts.push(run)
    run = []
  }
  for (const failure of sorted) {
    const last = run.at(-1)
    if (last !== undefined && (last.principal !== failure.principal || failure.ms - last.ms > BURST_PAUSE_MS))
      close()
    run.push(failure)
  }
  close()
  return bursts.sort((one, other) => other.length - one.length || startOf(one) - startOf(other))
}

export function startOf(run: Run): number {
  return run[0]?.ms ?? 0
}
