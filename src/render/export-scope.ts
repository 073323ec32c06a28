import type { RowKind } from '../model/event.js'

export interface ExportScope {
  readonly kinds: readonly RowKind[]
  /** Digests were validated: each event has the state of its file. */
  readonly hasDigestStates: boolean
}
