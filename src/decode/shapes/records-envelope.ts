import { isRecord } from '../classify.js'
import { itself, type ValueShape } from './shape.js'

/** `{"Records":[…]}`: delivered objects, and the console's Event history as JSON (same envelope). */
export const recordsEnvelope: ValueShape = {
  name: 'records-envelope',
  claims: (value, container) => container === 'Records' && isRecord(value),
  parts: itself,
}
