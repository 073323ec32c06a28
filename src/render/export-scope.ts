import type { RowKind } from '../model/event.js'

/** What rows an export can hold. */
export interface ExportScope {
  readonly kinds: readonly RowKind[]
  /** Digests were validated: each event says what its file is. */
  readonly hasDigestStates: boolean
}
