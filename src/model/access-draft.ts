import type { Entry, SqlValue } from './dictionary.js'

/** The sender of a request according to the access log. */
export interface ClientEntry extends Entry {
  /** `-` without credentials. */
  readonly requester: SqlValue
  /** Every string that finds the requester, in lower case. */
  names: readonly { readonly name: string; readonly kind: string }[]
}

/** An access-log line, ready for a shard. */
export interface AccessDraft {
  readonly timeMs: SqlValue
  readonly client: ClientEntry
  readonly call: Entry
  readonly requestId: SqlValue
  readonly hostId: SqlValue
  readonly objectKey: SqlValue
  /** As plainKey reads it; null where that is the same. */
  readonly decodedKey: SqlValue
  readonly requestUri: SqlValue
  readonly bytesSent: SqlValue
  readonly objectSize: SqlValue
  readonly totalMs: SqlValue
  readonly turnAroundMs: SqlValue
  readonly referer: SqlValue
  readonly versionId: SqlValue
  /** Words that the columns hold only in another form; null if there are none. */
  readonly text: string | null
}
