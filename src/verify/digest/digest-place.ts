/** Where a digest is, and which chain it belongs to. */
import { deliveredName } from '../../model/trail-name.js'

/** One chain of digests: a trail, an account, a region; backfill digests have a chain of their own. */
export function chainOf(key: string): { readonly chain: string; readonly backfill: boolean } {
  const { name } = deliveredName(key)
  const backfill = name.endsWith('_backfill.json')
  const chain = name.replace(/_\d{8}T\d{6}Z(?:_backfill)?\.json$/, '')
  return { chain: backfill ? `${chain} (backfill)` : chain, backfill }
}

export function s3Url(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`
}
