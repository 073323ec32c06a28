/** Flags of the commands that count events instead of listing them: how much is shown, and how. */
import * as Flags from '@oclif/core/flags'
import { FORMATS } from '../../render/format.js'

export const formatFlag = Flags.option({
  description: 'Output format.',
  options: FORMATS,
  default: 'table' as const,
  helpGroup: 'OUTPUT',
})()

/** Which part of a list is shown, and how. */
export const listFlags = {
  format: Flags.option({
    description: 'Output format. A table shows 200 rows unless --limit says more; the others give all.',
    options: FORMATS,
    default: 'table' as const,
    helpGroup: 'OUTPUT',
  })(),
  columns: Flags.string({
    description: 'Columns to show, in this order.',
    helpValue: 'a,b,c',
    helpGroup: 'OUTPUT',
  }),
  limit: Flags.integer({
    description: 'Show at most N rows.',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    helpValue: 'N',
    helpGroup: 'OUTPUT',
  }),
}
