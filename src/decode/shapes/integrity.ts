import { classify, type ValueClass } from '../classify.js'
import type { ValueShape } from './shape.js'

/** Material for `digest verify`, without records. */
function kept(name: string, kind: ValueClass): ValueShape {
  return { name, claims: (value) => classify(value) === kind, parts: () => [] }
}

/** A digest file of a trail. */
export const digest = kept('digest', 'digest')
/** Output of list-public-keys. */
export const publicKeys = kept('public-keys', 'keys')
/** result_sign.json of a saved Lake query. */
export const lakeSign = kept('lake-sign', 'lake-sign')
