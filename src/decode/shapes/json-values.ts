import { isRecord } from '../classify.js'
import { itself, type ValueShape } from './shape.js'

/** A record, a record a line, or records concatenated without a separator (Firehose). */
export const jsonValues: ValueShape = {
  name: 'json-values',
  claims: (value, container) => container === null && isRecord(value),
  parts: itself,
}
