/** Output flags of the commands that list counts. */
import * as Flags from '@oclif/core/flags'
import { FORMATS } from '../../render/format.js'

export const formatFlag = Flags.option({
  description: 'Output format.',
  options: FORMATS,
  default: 'table' as const,
  helpGroup: 'OUTPUT',
})()

export const listFlags = {
  format: Flags.option({
    description: 'Output format. A table shows 200 rows by default; the others show all.',
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
