/** Flags of the commands that count events instead of listing them: the filters of `find`, and how much is shown. */
import * as Flags from '@oclif/core/flags'
import { FORMATS } from '../../render/format.js'
import { findFlags } from './flags.js'

const { since, until, event, service, account, region, credentials, error } = findFlags

/** Which events are counted. */
export const filterFlags = {
  since,
  until,
  event,
  service,
  account,
  region,
  'source-ip': findFlags['source-ip'],
  'access-key': findFlags['access-key'],
  credentials,
  error,
  'write-only': findFlags['write-only'],
}

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
