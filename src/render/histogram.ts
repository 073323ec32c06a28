/** Counts over time as columns of block characters. */

const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
/** For terminals without block characters. */
const HALVES = [' ', '.', '#']

export interface HistogramOptions {
  readonly height: number
  /** Whether block characters can be printed. */
  readonly unicode: boolean
}

/** One line per level, from the top. Any count above zero is visible. */
export function drawHistogram(counts: readonly number[], { height, unicode }: HistogramOptions): string[] {
  const steps = unicode ? EIGHTHS : HALVES
  const perLevel = steps.length - 1
  const most = Math.max(1, ...counts)
  const levels = counts.map((count) =>
    count === 0 ? 0 : Math.max(1, Math.round((count / most) * height * perLevel)),
  )
  return Array.from({ length: height }, (_, line) => {
    const floor = (height - 1 - line) * perLevel
    const cells = levels.map((level) => steps[Math.min(Math.max(level - floor, 0), perLevel)] ?? ' ')
    return cells.join('').trimEnd()
  })
}

/** Bucket size: `1 min`, `6 h`, `7 d`. */
export function formatBucket(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 60) return `${minutes} min`
  return minutes < 1440 ? `${minutes / 60} h` : `${minutes / 1440} d`
}
