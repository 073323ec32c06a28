/** A text of one kind, read as it comes. */
export interface TextContent {
  push(bytes: Buffer, last: boolean): void
}
