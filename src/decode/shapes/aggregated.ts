import { classify } from '../classify.js'
import { itself, type ValueShape } from './shape.js'

/**
 * Aggregated events (eventCategory Aggregated): counts over five minutes, not events. They occur in every container.
 */
export const aggregated: ValueShape = {
  name: 'aggregated',
  claims: (value) => classify(value) === 'aggregate',
  parts: itself,
}
