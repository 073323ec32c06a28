/** Problems that can be the reason why a source is unusable. */
import type { Problem } from '../model/problem.js'

/** Damage of the bytes around the text. */
export const STREAM_DAMAGE: ReadonlySet<Problem['kind']> = new Set<Problem['kind']>([
  'truncated-gzip',
  'corrupt-gzip',
  'too-large',
  'bad-member',
])

/** Damage of text in a known format; in other text it would be noise. */
export const TEXT_DAMAGE: ReadonlySet<Problem['kind']> = new Set<Problem['kind']>([
  'truncated-json',
  'bad-json',
  'bad-csv',
  'record-too-large',
])
