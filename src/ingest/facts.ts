/** Facts about the bytes of a source, regardless of content. */
import type { SourceRow } from '../model/batch.js'

export type Facts = Pick<
  SourceRow,
  'sha256' | 'contentSize' | 'contentSha256' | 'storage' | 'gzipMembers' | 'trailingBytes'
>

export const NO_FACTS: Facts = {
  sha256: null,
  contentSize: null,
  contentSha256: null,
  storage: 'none',
  gzipMembers: null,
  trailingBytes: null,
}
