import { isRecord } from '../classify.js'
import { itself, type ValueShape } from './shape.js'

/** `[…]`: output of jq and exports of many tools. */
export const eventArray: ValueShape = {
  name: 'event-array',
  claims: (value, container) => container === '' && isRecord(value),
  parts: itself,
}
