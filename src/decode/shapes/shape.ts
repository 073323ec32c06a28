/** A shape is a way in which records are wrapped. It is told by content: a value that is not of the shape is declined. */
import type { Step } from '../../model/locator.js'
import type { RowFields } from '../row-fields.js'
import type { JsonObject } from '../../model/record.js'

/** What a wrapper holds, one entry for each place where a record should be. */
export type Part =
  /** The value at the end of these steps: a record, a string that holds one, or another wrapper. */
  | {
      readonly path: readonly Step[]
      readonly value: unknown
      /** Fields of the record that the wrapper repeats: a reduced form, for a value that holds no record. */
      readonly outer?: JsonObject | undefined
    }
  /** Fields of a record that were kept where the record itself was not. */
  | { readonly reduced: JsonObject; readonly fields?: RowFields | undefined }
  /** Not a record by design, e.g. a probe: said, not counted. */
  | { readonly note: string }

export interface ValueShape {
  readonly name: string
  /** Is this value of the shape? `container` is the key of the list it stood in, '' for a bare list, null for none. */
  claims(value: unknown, container: string | null): boolean
  parts(value: unknown): Iterable<Part>
}

/** The value is the record. */
export function itself(value: unknown): Part[] {
  return [{ path: [], value }]
}
