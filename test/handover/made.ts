/** A case made by the real indexer, and hand-overs of it. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll } from 'vitest'
import { makeHandover, type HandoverOrder, type HandoverResult } from '../../src/handover/handover.js'
import { Redactor } from '../../src/handover/redaction/redactor.js'
import type { PseudonymKind } from '../../src/handover/redaction/pseudonyms.js'
import { manifestPath, sha256OfFile, type Manifest } from '../../src/handover/manifest.js'
import { ROW_KINDS } from '../../src/model/event.js'
import { NO_FILTERS, type Question } from '../../src/model/question.js'
import { logPath, makeRecord, putLog, type CloudTrailRecord } from '../helpers/archive.js'
import { index, scratch } from '../verify/indexed.js'

export const EVERYTHING: Question = { kind: 'window', window: {}, filters: NO_FILTERS }

/** The first case of a file of tests costs a second or two: indexed once. */
export function indexedCase(records: () => readonly CloudTrailRecord[][]): { readonly path: string } {
  const made = { path: '' }
  beforeAll(async () => {
    const root = scratch()
    records().forEach((own, number) => putLog(root, logPath(number), own))
    made.path = path.join(scratch(), 'case.sqlite')
    await index(made.path, [root])
  })
  return made
}

export function numbered(from: number, to: number): CloudTrailRecord[] {
  return Array.from({ length: to - from }, (_, at) => makeRecord(from + at))
}

export function handOver(
  casePath: string,
  over: Partial<HandoverOrder> = {},
): HandoverResult & { out: string } {
  const out = over.out ?? path.join(scratch(), 'out.sqlite')
  const order: HandoverOrder = {
    casePath,
    out,
    question: EVERYTHING,
    kinds: ROW_KINDS,
    toolVersion: '0.0.0-test',
    redact: false,
    signKey: undefined,
    onProgress: () => undefined,
    ...over,
  }
  return { ...makeHandover(order), out }
}

/** A copy with its manifest (and signature) that may be changed. */
export function copyOf(out: string): string {
  const copy = path.join(scratch(), path.basename(out))
  for (const end of ['', '.manifest.json', '.manifest.json.sig']) {
    try {
      writeFileSync(copy + end, readFileSync(out + end), { mode: 0o600 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return copy
}

/** Makes the manifest fit the file again, as someone who changed it would. */
export function fitManifest(out: string, over: Partial<Manifest> = {}): void {
  const manifest = JSON.parse(readFileSync(manifestPath(out), 'utf8')) as Manifest
  const size = readFileSync(out).length
  writeFileSync(manifestPath(out), JSON.stringify({ ...manifest, sha256: sha256OfFile(out), size, ...over }))
}

/** With a key of its own, that knows these values and AWS's words. */
export function redactorOf(
  known: Partial<Record<PseudonymKind, readonly string[]>>,
  words: readonly string[] = ['lambda.amazonaws.com'],
): Redactor {
  const redactor = new Redactor(Buffer.alloc(32, 7), words)
  for (const [kind, values] of Object.entries(known))
    for (const value of values) redactor.learnValue(kind as PseudonymKind, value)
  return redactor
}
