/** One section of coverage as rows. */
import type { Coverage, CoverageSection } from '../model/coverage.js'

export type SectionRow = Readonly<Record<string, string | number | null | readonly string[]>>

export function sectionRows(coverage: Coverage, section: CoverageSection): readonly SectionRow[] {
  switch (section) {
    case 'days':
      return coverage.days.map((row) => ({ ...row }))
    case 'gaps':
      return coverage.gaps.map((row) => ({ ...row }))
    case 'digests':
      return coverage.digests.gaps.map((row) => ({ ...row }))
    case 'missing':
      return coverage.missing.map((row) => ({ ...row }))
    case 'trail-events':
      return coverage.trail_events.map((row) => ({ ...row }))
    case 'kinds':
      return coverage.kinds.map((row) => ({ ...row }))
    case 'failed-deliveries':
      return coverage.failed_deliveries.map((row) => ({ ...row }))
    case 'delivered-twice':
      return coverage.delivered_twice.map((row) => ({ ...row }))
  }
}
