import { hash } from 'node:crypto'
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { makeHandover } from '../handover/handover.js'
import { manifestPath } from '../handover/manifest.js'
import { verifyHandover } from '../handover/verify.js'
import { NO_FILTERS } from '../model/question.js'
import { openPlainWriter, type Connection } from '../store/open.js'
import type { Finding } from '../verify/case/finding.js'
import { verifyCase } from '../verify/case/verify-case.js'
import { expectEqual, SelftestFailure, type Bench, type Check } from './check.js'

const FLIPS = 200

/** A change that `verify` must find, and one of its findings. */
const TAMPERED: Readonly<Record<string, readonly [sql: string, check: Finding['check']]>> = {
  'a deleted event': ['DELETE FROM event WHERE id = (SELECT id FROM event LIMIT 1 OFFSET 7)', 'event'],
  'another caller': [
    'UPDATE event SET identity_id = (SELECT max(id) FROM session WHERE id <> identity_id) WHERE id = (SELECT id FROM event LIMIT 1 OFFSET 9)',
    'event',
  ],
  'another time': [
    'UPDATE event SET event_time_ms = event_time_ms + 1000 WHERE id = (SELECT id FROM event LIMIT 1 OFFSET 11)',
    'event',
  ],
  'a renamed caller': ["UPDATE caller SET user_name = 'nobody' WHERE user_name = 'ana'", 'values'],
  'a hidden problem': ['DELETE FROM problem WHERE id = (SELECT min(id) FROM problem)', 'runs'],
  'a flipped bit in a stored file': [
    "UPDATE segment SET bytes = CAST(substr(bytes, 1, 40) || x'00' || substr(bytes, 42) AS BLOB) WHERE rowid = (SELECT rowid FROM segment LIMIT 1 OFFSET 20)",
    'bytes',
  ],
  'an edited run': ["UPDATE runs SET arguments = '[]'", 'runs'],
}

export const handoverChecks: readonly Check[] = [
  {
    id: 'P9a',
    promise: 'a changed case is found by verify',
    run: async (bench) => {
      expectEqual('findings in the case as it was indexed', await findingsOf(bench, bench.casePath), [])
      for (const [what, [sql, check]] of Object.entries(TAMPERED)) {
        const copy = path.join(bench.folder, 'tampered.sqlite')
        copyFileSync(bench.casePath, copy)
        change(copy, sql)
        const checks = (await findingsOf(bench, copy)).map((finding) => finding.check)
        if (!checks.includes(check)) throw new SelftestFailure(`${what} was not found (${checks.join(', ')})`)
      }
      const found = Object.keys(TAMPERED)
      return `no findings in the sound case; found: ${found.join(', ')}`
    },
  },
  {
    id: 'P9b',
    promise: 'a changed hand-over is found by handoff verify',
    run: (bench) => {
      const out = path.join(bench.folder, 'handoff.sqlite')
      const { manifest } = makeHandover({
        casePath: bench.casePath,
        out,
        question: { kind: 'principal', value: 'ana', window: {}, filters: NO_FILTERS },
        kinds: ['event', 'access-log'],
        toolVersion: bench.toolVersion,
        redact: false,
        signKey: undefined,
        onProgress: () => undefined,
      })
      const expected = bench.archive.records.filter(({ userName }) => userName === 'ana').length
      expectEqual('events handed over', manifest.counts['events'], expected)
      expectEqual('findings in the file as it was handed over', verifyHandover(out, null).findings, [])
      const copy = path.join(bench.folder, 'flipped.sqlite')
      copyFileSync(manifestPath(out), manifestPath(copy))
      const bytes = readFileSync(out)
      for (let n = 0; n < FLIPS; n++) flipAndLook(copy, bytes, n)
      chmodSync(out, 0o600)
      return `${expected} events handed over, no findings; ${FLIPS} of ${FLIPS} single-bit flips found`
    },
  },
]

function flipAndLook(copy: string, bytes: Buffer, n: number): void {
  const draw = hash('sha256', `flip ${n}`, 'buffer')
  const at = draw.readUInt32LE(0) % bytes.length
  const bit = 1 << (draw.readUInt8(4) % 8)
  const flipped = Buffer.from(bytes)
  flipped.writeUInt8(bytes.readUInt8(at) ^ bit, at)
  writeFileSync(copy, flipped)
  if (verifyHandover(copy, null).findings.length === 0)
    throw new SelftestFailure(`bit ${bit} of byte ${at} was not found`)
}

async function findingsOf({ toolVersion }: Bench, casePath: string): Promise<Finding[]> {
  const found: Finding[] = []
  const plan = { casePath, quick: false, sample: null, reread: null, workers: 0, toolVersion }
  await verifyCase(plan, { findings: (list) => void found.push(...list), progress: () => undefined })
  return found
}

function change(casePath: string, sql: string): void {
  const db: Connection = openPlainWriter(casePath)
  try {
    if (db.prepare(sql).run().changes === 0) throw new SelftestFailure(`nothing to change: ${sql}`)
  } finally {
    db.close()
  }
}
