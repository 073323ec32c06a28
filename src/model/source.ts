/** Claims made by the path of a delivered object. Hints only: content decides, and a renamed file has none. */
export interface PathHints {
  readonly family?: string | undefined
  readonly accountId?: string | undefined
  readonly organizationId?: string | undefined
  readonly region?: string | undefined
  /** Delivery minute in ms since 1970, UTC. */
  readonly deliveredAt?: number | undefined
  /** Day of the YYYY/MM/DD folders, `YYYY-MM-DD`. */
  readonly day?: string | undefined
}

/** A file as found, before it is read. */
export interface FoundFile {
  /** Path as given by the user joined with the walk, for display; lossy only if `pathHex` is set. */
  readonly path: string
  /** The path's bytes in hex, if they are not valid UTF-8. */
  readonly pathHex?: string | undefined
  readonly size: number
  readonly mtimeMs: number
}

/** A path that is not read, and why. */
export interface SkippedPath {
  readonly path: string
  readonly kind: 'unreadable' | 'not-regular'
  readonly detail: string
}

/** Kind of a source by its content. */
export type SourceKind = 'trail' | 'insight' | 'digest' | 'other'

/** `gzip` and `plain` are the file's own bytes; `deflate` is a raw-deflated piece of its content. */
export type SegmentEncoding = 'gzip' | 'plain' | 'deflate'
