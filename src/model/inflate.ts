/** Inflates a whole gzip file. Strict first; for a damaged file, keeps what precedes the damage and reports it. */
import { constants, gunzipSync, inflateRawSync } from 'node:zlib'
import type { Problem } from './problem.js'

export interface Inflated {
  readonly content: Buffer
  readonly problems: readonly Problem[]
  /** 1 for a delivered file; more if files were concatenated. */
  readonly members: number
  readonly trailingBytes: number
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Deflate's maximum ratio (zlib: technical details): a larger claimed size is not allocated. */
const MAX_DEFLATE_RATIO = 1032

/** Size claimed by the last member's trailer, modulo 2^32: exact for a delivered file, but not trusted. */
function claimedSize(bytes: Buffer): number {
  return bytes.length >= 18 ? bytes.readUInt32LE(bytes.length - 4) : 0
}

/** @returns null if the content is over `maxBytes`: the caller then streams it. */
function inflateWhole(bytes: Buffer, maxBytes: number): Inflated | null {
  try {
    return strict(bytes, maxBytes)
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code === 'ERR_BUFFER_TOO_LARGE') return null
    try {
      return salvage(bytes, maxBytes, code ?? '')
    } catch (failure) {
      if ((failure as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return null
      throw failure
    }
  }
}

/**
 * Also undoes a second compression, by a download tool or by `gzip *`, but not a third. Members and trailing bytes are
 * those of the file. @returns null if the content, or the compressed inner file, is over `maxBytes`.
 */
export function inflateNested(bytes: Buffer, maxBytes: number): Inflated | null {
  const outer = inflateWhole(bytes, maxBytes)
  if (outer === null || !isGzip(outer.content)) return outer
  const inner = inflateWhole(outer.content, maxBytes)
  if (inner === null) return null
  const problems = nestedProblems(outer.problems, inner.problems, inner.content.length)
  return { ...outer, content: inner.content, problems }
}

/** The inner stream ends where the outer one breaks, which is reported once. Offsets count bytes of the content. */
export function nestedProblems(
  outer: readonly Problem[],
  inner: readonly Problem[],
  contentSize: number,
): Problem[] {
  const broken = outer.some(({ kind }) => kind === 'truncated-gzip' || kind === 'corrupt-gzip')
  const ofFile = outer.map((problem) =>
    problem.byteOffset === undefined ? problem : { ...problem, byteOffset: contentSize },
  )
  const ofContent = inner.filter(({ kind }) => !broken || kind !== 'truncated-gzip')
  return [NESTED, ...ofFile, ...ofContent]
}

const NESTED: Problem = { kind: 'nested-gzip', detail: 'gzip inside gzip: inflated twice' }

function strict(bytes: Buffer, maxBytes: number): Inflated | null {
  const claimed = claimedSize(bytes)
  // One output chunk of exactly the claimed size avoids growing and joining (1.2 instead of 1.7 µs a record).
  const chunkSize = Math.max(64, Math.min(claimed, maxBytes, bytes.length * MAX_DEFLATE_RATIO))
  const { buffer, engine } = gunzipSync(bytes, {
    chunkSize,
    maxOutputLength: maxBytes,
    info: true,
  }) as unknown as {
    buffer: Buffer
    engine: { bytesWritten: number }
  }
  const trailingBytes = bytes.length - engine.bytesWritten
  const multi = trailingBytes === 0 && claimed !== buffer.length
  const members = multi ? countMembers(bytes) : 1
  return { content: buffer, problems: notes(buffer, members, trailingBytes), members, trailingBytes }
}

function notes(content: Buffer, members: number, trailingBytes: number): Problem[] {
  const problems: Problem[] = []
  if (trailingBytes > 0) {
    const detail = `${trailingBytes} bytes after the end of the gzip stream`
    problems.push({ kind: 'trailing-garbage', detail, byteOffset: content.length })
  }
  if (members > 1) problems.push({ kind: 'multi-member-gzip', detail: `${members} gzip members` })
  return problems
}

/** Counts members with the usual header; an estimate for the note, at least 2. */
function countMembers(bytes: Buffer): number {
  const magic = Buffer.from([0x1f, 0x8b, 0x08])
  let count = 0
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 10)) {
    if ((bytes[at + 3] as number) < 0x20) count++
  }
  return Math.max(2, count)
}

/**
 * Finds the longest prefix that inflates without an error by bisection: with SYNC_FLUSH, inflating a prefix returns all
 * its content and ignores the missing end.
 */
function salvage(bytes: Buffer, maxBytes: number, code: string): Inflated {
  const truncated = code === 'Z_BUF_ERROR'
  const good = truncated ? bytes.length : goodLength(bytes, maxBytes, gunzipSync)
  const content = inflatePrefix(bytes.subarray(0, good), maxBytes, gunzipSync) ?? Buffer.alloc(0)
  const rest = bytes.length - good
  const complete = !truncated && good >= 18 && endsMember(bytes, good)
  const problem: Problem = truncated
    ? { kind: 'truncated-gzip', detail: 'unexpected end of file', byteOffset: content.length }
    : complete
      ? {
          kind: 'trailing-garbage',
          detail: `${rest} bytes after the end of the gzip stream`,
          byteOffset: content.length,
        }
      : { kind: 'corrupt-gzip', detail: `damaged at byte ${good} of the file`, byteOffset: content.length }
  return { content, problems: [problem], members: 1, trailingBytes: complete ? rest : 0 }
}

/** Raw deflate up to where it breaks. @throws ERR_BUFFER_TOO_LARGE */
export function salvageRaw(bytes: Buffer, maxBytes: number): Buffer {
  const whole = inflatePrefix(bytes, maxBytes, inflateRawSync)
  if (whole !== null) return whole
  const good = bytes.subarray(0, goodLength(bytes, maxBytes, inflateRawSync))
  return inflatePrefix(good, maxBytes, inflateRawSync) ?? Buffer.alloc(0)
}

type Inflate = typeof gunzipSync

function goodLength(bytes: Buffer, maxBytes: number, inflate: Inflate): number {
  let low = 0
  let high = bytes.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (inflatePrefix(bytes.subarray(0, middle), maxBytes, inflate) === null) high = middle
    else low = middle
  }
  return low
}

function inflatePrefix(bytes: Buffer, maxBytes: number, inflate: Inflate): Buffer | null {
  try {
    return inflate(bytes, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: maxBytes,
    })
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw error
    return null
  }
}

/**
 * Whether a complete member, checksum included, ends within the last bytes of this prefix. Garbage can start like gzip.
 */
function endsMember(bytes: Buffer, good: number): boolean {
  for (let end = good; end > Math.max(18, good - 12); end--) {
    try {
      gunzipSync(bytes.subarray(0, end))
      return true
    } catch {
      // Not at this byte.
    }
  }
  return false
}
