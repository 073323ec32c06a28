import { isRecord } from '../classify.js'
import { itself, type ValueShape } from './shape.js'

/** One record, one a line, or one behind the other without a separator (Firehose). */
export const jsonValues: ValueShape = {
  name: 'json-values',
  claims: (value, container) => container === null && isRecord(value),
  parts: itself,
}
