import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { LIMITS } from '../../src/decode/limits.js'
import { indexSource } from '../../src/ingest/index-source.js'
import type { StageTimes } from '../../src/model/batch.js'
import { ROOM } from '../../src/model/event-id.js'
import { AccessNormaliser } from '../../src/normalise/access-log.js'
import { Normaliser } from '../../src/normalise/normalise.js'
import { Shard } from '../../src/store/shard.js'
import { logText, makeRecord, put } from '../helpers/archive.js'
import { scratch } from '../verify/indexed.js'
import { sourcesOf } from './sources.js'

it.each([
  ['whole', 'json', LIMITS.wholeBytes, ['read', 'hash', 'records', 'store']],
  ['whole', 'json.gz', LIMITS.wholeBytes, ['read', 'hash', 'inflate', 'records', 'store']],
  ['streamed', 'json', 100, ['read', 'hash', 'records', 'store']],
  ['streamed', 'json.gz', 100, ['inflate', 'hash', 'records', 'store']],
] as const)('a source that is %s (%s) says where its time went', async (_, ending, wholeBytes, spent) => {
  const folder = scratch()
  const text = logText(Array.from({ length: 200 }, (_record, n) => makeRecord(n)))
  const file = put(folder, `a.${ending}`, ending === 'json' ? text : gzipSync(text))
  const stages: StageTimes = { read: 0, hash: 0, inflate: 0, records: 0, store: 0 }
  const shard = new Shard(path.join(folder, 'a.shard'), 1, ROOM, { rows: false, text: false })
  const [source] = sourcesOf([file], 1)
  await indexSource(source!, {
    shard,
    normaliser: new Normaliser(LIMITS.maxDepth),
    accessNormaliser: new AccessNormaliser(),
    limits: { ...LIMITS, wholeBytes },
    reference: false,
    lenient: false,
    stages,
    containers: [],
  })
  expect(shard.events).toBe(200)
  shard.close()
  for (const stage of spent) expect({ stage, spent: stages[stage] > 0 }).toEqual({ stage, spent: true })
})
