/** Problems that are the reason why nothing of a source could be used. */
import type { Problem } from '../model/problem.js'

/** Of the bytes around the text. */
export const STREAM_DAMAGE: ReadonlySet<Problem['kind']> = new Set<Problem['kind']>([
  'truncated-gzip',
  'corrupt-gzip',
  'too-large',
  'bad-member',
])

/** Of text that is read: in other text it would be noise. */
export const TEXT_DAMAGE: ReadonlySet<Problem['kind']> = new Set<Problem['kind']>([
  'truncated-json',
  'bad-json',
  'bad-csv',
  'record-too-large',
])
