/** Bounds that keep hostile or huge input from taking the machine. Each has its reason beside it. */
export interface Limits {
  /** Content up to this is read in one piece; more is streamed. Delivered files are at most 50 MB compressed, a few MB in practice. */
  readonly wholeBytes: number
  /** One JSON value. CloudTrail's largest record is 256 KB (1 MB in Lake); digests of busy hours reach a few MB. */
  readonly maxValueBytes: number
  /** Content of one source. */
  readonly maxContentBytes: number
  /** A stream over `bombBytes` whose ratio is over this is a bomb: real logs compress 7 to 40 times. */
  readonly maxRatio: number
  readonly bombBytes: number
  /** Nesting that is searched; SQLite's json_extract stops at 1,000. */
  readonly maxDepth: number
  /** Members of one container; a year of one account is 2 million files, and is better unpacked. */
  readonly maxMembers: number
  /** More members than this with less than `hollowBytes` each on average are no logs: an empty delivered file has some 300 bytes. */
  readonly hollowMembers: number
  readonly hollowBytes: number
  /** More values of one source than this, with less than `hollowValueBytes` each on average, are no records: an eventID alone has 36. */
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

/** @param read bytes that the content came from, so far. */
export function isOverLimit(size: number, read: number, limits: Limits): boolean {
  const { maxContentBytes, bombBytes, maxRatio } = limits
  return size > maxContentBytes || (size > bombBytes && size > read * maxRatio)
}
