/** A JSON object of unknown content. Read it through `normalise/fields.ts`. */
export type JsonObject = Readonly<Record<string, unknown>>
