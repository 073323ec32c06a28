/** A streaming reader of one kind of text. */
export interface TextContent {
  push(bytes: Buffer, last: boolean): void
}
