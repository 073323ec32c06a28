/**
 * Account, region and time in the path or key of a delivered object. A local path gives the place only from AWSLogs/
 * on: bucket and prefix are lost. Ignores `.gz`, since many unpack their copies.
 */
export interface DeliveredName {
  /** From AWSLogs/ on, if the path has the full form of a delivered object; null if it was copied elsewhere. */
  readonly place: string | null
  /** The file name. */
  readonly name: string
}

const PLACE =
  /^(?:.*\/)?(AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/CloudTrail[A-Za-z-]*\/(?:[^/]+\/)?\d{4}\/\d\d\/\d\d\/(?:[^/]+\/)?[^/]+)$/
const DIGEST_NAME = /^(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_.+_\d{8}T\d{6}Z(?:_backfill)?\.json$/
const LOG_NAME = /^\d{12}_CloudTrail(?:-(?!Digest_)[A-Za-z]+)?_[a-z0-9-]+_\d{8}T\d{4}Z/

export function deliveredName(path: string): DeliveredName {
  const slashed = path.replaceAll('\\', '/').replace(/(?:\.gz)+$/i, '')
  return { place: PLACE.exec(slashed)?.[1] ?? null, name: slashed.slice(slashed.lastIndexOf('/') + 1) }
}

export function isDigestName(name: string): boolean {
  return DIGEST_NAME.test(name)
}

export function isLogName(name: string): boolean {
  return LOG_NAME.test(name)
}

/** Account and region of a digest, by its name. */
export function digestOwner(name: string): {
  readonly account: string | null
  readonly region: string | null
} {
  const [, account = null, region = null] = DIGEST_NAME.exec(name) ?? []
  return { account, region }
}

/** A chain of digests: a trail, an account, a region; backfill digests have a chain of their own. */
export function chainOf(key: string): { readonly chain: string; readonly backfill: boolean } {
  const { name } = deliveredName(key)
  const backfill = name.endsWith('_backfill.json')
  const chain = name.replace(/_\d{8}T\d{6}Z(?:_backfill)?\.json$/, '')
  return { chain: backfill ? `${chain} (backfill)` : chain, backfill }
}

export function s3Url(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`
}
