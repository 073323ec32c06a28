/** Limits that protect the machine from hostile or huge input, each with its reason. */
export interface Limits {
  /**
   * Content up to this is read in one piece, larger content is streamed. Delivered files have at most 50 MB compressed,
   * in practice a few MB.
   */
  readonly wholeBytes: number
  /** One JSON value. CloudTrail's largest record is 256 KB (1 MB in Lake); digests of busy hours reach a few MB. */
  readonly maxValueBytes: number
  /** Content of one source. */
  readonly maxContentBytes: number
  /** A stream over `bombBytes` with a higher ratio is a bomb: real logs compress 7 to 40 times. */
  readonly maxRatio: number
  readonly bombBytes: number
  /** Nesting that is searched; SQLite's json_extract stops at 1,000. */
  readonly maxDepth: number
  /** Members of one container. One account makes 2 million files a year, which are better unpacked. */
  readonly maxMembers: number
  /**
   * More members than this with fewer than `hollowBytes` each on average are not logs: an empty delivered file has 300
   * bytes.
   */
  readonly hollowMembers: number
  readonly hollowBytes: number
  /**
   * More values in a source than this, with fewer than `hollowValueBytes` each on average, are not records: an eventID
   * alone has 36.
   */
  readonly hollowValues: number
  readonly hollowValueBytes: number
}

const MIB = 1024 * 1024

export const LIMITS: Limits = {
  wholeBytes: 64 * MIB,
  maxValueBytes: 32 * MIB,
  maxContentBytes: 1024 * 1024 * MIB,
  maxRatio: 200,
  bombBytes: 64 * MIB,
  maxDepth: 200,
  maxMembers: 500_000,
  hollowMembers: 10_000,
  hollowBytes: 64,
  hollowValues: 1_000_000,
  hollowValueBytes: 32,
}

/** @param read compressed bytes read so far. */
export function isOverLimit(size: number, read: number, limits: Limits): boolean {
  const { maxContentBytes, bombBytes, maxRatio } = limits
  return size > maxContentBytes || (size > bombBytes && size > read * maxRatio)
}
