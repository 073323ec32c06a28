/** A JSON object of unknown content. Read it through `normalise/fields.ts`. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Where a record lies: bytes of the decompressed content of its source. */
export interface RecordSpan {
  readonly offset: number
  readonly length: number
}
