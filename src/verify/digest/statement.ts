/** What a validation did, what it shows and what it does not establish, in sentences for an expert report. */
import type { CheckedFileKind, DigestGap, FileState, VerificationCounts } from '../../model/verification.js'

export interface StatementFacts {
  readonly counts: VerificationCounts
  readonly gaps: readonly DigestGap[]
  readonly openStarts: readonly string[]
  readonly keysSha256: readonly string[]
  /** Signatures from saved object metadata. */
  readonly saved: number
}

const NAMES: Record<CheckedFileKind, string> = {
  digest: 'digest',
  log: 'log',
  'lake-sign': 'Lake sign',
  'lake-result': 'Lake result',
}

export function makeStatement(facts: StatementFacts): string[] {
  const ratios = (Object.keys(NAMES) as CheckedFileKind[]).flatMap((kind) => ratio(kind, facts.counts[kind]))
  if (ratios.length === 0) return ['No log file and no digest is in the case: there is nothing to validate.']
  return [...ratios, ...method(facts), ...shows(facts), ...doesNotShow(facts)]
}

/** In the words of aws cloudtrail validate-logs, if the meaning is the same. */
function ratio(kind: CheckedFileKind, counts: VerificationCounts[CheckedFileKind]): string[] {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0)
  if (total === 0) return []
  const share = (state: FileState, word: string): string[] => {
    const n = counts[state] ?? 0
    return n === 0 ? [] : [`${n}/${total} ${NAMES[kind]} files ${word}`]
  }
  const valid = `${counts.VALID ?? 0}/${total} ${NAMES[kind]} files valid`
  const others = [
    ...share('INVALID', 'INVALID'),
    ...share('MISSING', 'INVALID: not found'),
    ...share('UNSIGNED TAIL', 'UNSIGNED TAIL: the signature is not at hand'),
    ...share('CONSISTENT', 'CONSISTENT, signatures not checked'),
    ...share('NOT COVERED', 'NOT COVERED by a digest that can be relied on'),
  ]
  return [[valid, ...others].join(', ')]
}

function method({ keysSha256, saved, counts }: StatementFacts): string[] {
  const compared =
    'The SHA-256 of the decompressed content of each log file, taken when it was indexed, was compared with the digest that lists it; digests were read and hashed again. That the stored bytes still have these hashes is checked by coldtrail verify.'
  if (total(counts, 'digest') === 0) return []
  if (keysSha256.length === 0)
    return [`${compared} No public keys were given, so that no signature was checked.`]
  const files = keysSha256.map((hash) => `SHA-256 ${hash}`).join(', ')
  const metadata = saved === 0 ? '' : ', or in saved object metadata'
  return [
    compared,
    `Each digest's signature (RSA PKCS#1 v1.5, SHA-256, over digestEndTime, bucket and key, the digest's SHA-256 and the signature before it) was taken from the digest that follows it${metadata}, and checked with the public key of its fingerprint. Fingerprints were made again as the MD5 of the keys in the given file (${files}).`,
  ]
}

function shows({ counts, keysSha256, gaps, openStarts }: StatementFacts): string[] {
  const lines: string[] = []
  if (keysSha256.length > 0 && (counts.log.VALID ?? 0) > 0) {
    lines.push(
      `It shows: ${many(counts.log.VALID ?? 0, 'log file')} with the content that the holder of the private keys, CloudTrail, signed for them.`,
    )
  }
  if ((counts.log.CONSISTENT ?? 0) > 0) {
    lines.push(
      'It shows: log files and digests agree. It does not show that CloudTrail wrote the digests: all could have been made anew.',
    )
  }
  if (gaps.length > 0)
    lines.push(
      `${many(gaps.length, 'time')} without digests: validation or logging was off, or the digests before a starting digest are gone.`,
    )
  if (openStarts.length > 0)
    lines.push(
      `Of ${many(openStarts.length, 'chain')} the oldest digest names one before it that is not in the case: what was collected begins there.`,
    )
  return lines
}

function doesNotShow({ counts, keysSha256 }: StatementFacts): string[] {
  const cannot = [
    ...(keysSha256.length > 0
      ? ['that the keys file is genuine: it has to come from AWS (list-public-keys) by a way that is known']
      : []),
    ...((counts.digest['UNSIGNED TAIL'] ?? 0) > 0
      ? ['that digests whose signature is not at hand, and the log files that only they list, are unaltered']
      : []),
    'that a chain was not cut off at its end: compare the end of the newest digests with the time of acquisition',
    'anything about events that CloudTrail did not record (trail off, event selectors, other regions), or log files that no digest lists',
    'the original bucket: a local path gives the location of a file only from AWSLogs/ on',
  ]
  return [`This validation does not establish: ${cannot.join('; ')}.`]
}

function total(counts: VerificationCounts, kind: CheckedFileKind): number {
  return Object.values(counts[kind]).reduce((sum, n) => sum + n, 0)
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
