/** A text through the decoder, without a case. */
import { ContentDecoder, type FoundNotice, type FoundRecord, type Verdict } from '../../src/decode/decode.js'
import { LIMITS, type Limits } from '../../src/decode/limits.js'
import type { Problem } from '../../src/model/problem.js'

export interface Decoded {
  readonly verdict: Verdict | null
  readonly detail: string
  /** Places where a record was expected. */
  readonly found: number
  readonly rejected: number
  readonly records: readonly FoundRecord[]
  readonly problems: readonly Problem[]
  readonly notices: readonly FoundNotice[]
}

export function decodeText(text: string | Buffer, piece = Infinity, limits: Limits = LIMITS): Decoded {
  const records: FoundRecord[] = []
  const problems: Problem[] = []
  const notices: FoundNotice[] = []
  const ignore = (): void => undefined
  const sink = {
    record: (record: FoundRecord) => {
      records.push(record)
      return false
    },
    problem: (problem: Problem) => problems.push(problem),
    aggregate: ignore,
    accessLine: ignore,
    notice: (notice: FoundNotice) => notices.push(notice),
  }
  const decoder = new ContentDecoder(sink, limits)
  const bytes = Buffer.from(text)
  const step = Math.min(piece, Math.max(bytes.length, 1))
  for (let at = 0; at < bytes.length; at += step)
    if (!decoder.push(Buffer.from(bytes.subarray(at, at + step)), false)) break
  decoder.push(Buffer.alloc(0), true)
  const { verdict, detail } = decoder.verdict()
  return {
    verdict,
    detail,
    found: verdict?.values ?? 0,
    rejected: verdict?.rejected ?? 0,
    records,
    problems,
    notices,
  }
}
