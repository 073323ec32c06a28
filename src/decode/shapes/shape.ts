/** A shape is one way of wrapping records. It is recognised by content and declines other values. */
import type { Step } from '../../model/locator.js'
import type { RowFields } from '../row-fields.js'
import type { JsonObject } from '../../model/record.js'

/** Path to what a reduced form is made of, if that is only part of the value: a row of many. */
type Home = readonly Step[] | undefined

/** Content of a wrapper, one entry per expected record. */
export type Part =
  /** The value at the end of these steps: a record, a string containing one, or another wrapper. */
  | {
      readonly path: readonly Step[]
      readonly value: unknown
      /** Record fields repeated by the wrapper: the reduced form, if the value contains no record. */
      readonly outer?: JsonObject | undefined
      readonly home?: Home
      /** For a record without one. */
      readonly time?: unknown
    }
  /** Record fields stored without the record itself. */
  | { readonly reduced: JsonObject; readonly fields?: RowFields | undefined; readonly home?: Home }
  /** Not a record by design, such as a probe: reported, not counted. */
  | { readonly note: string }

export interface ValueShape {
  readonly name: string
  /** Whether the value has this shape. `container` is the key of its list, '' for a bare list, null for none. */
  claims(value: unknown, container: string | null): boolean
  parts(value: unknown): Iterable<Part>
}

export function itself(value: unknown): Part[] {
  return [{ path: [], value }]
}
