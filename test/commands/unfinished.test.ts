/** A case that a killed run left in the middle: names of callers and resources wait for the end of the load, and are found. */
import path from 'node:path'
import { makeValues } from '../../src/normalise/made-values.js'
import { beforeAll, expect, it } from 'vitest'
import FindPrincipal from '../../src/commands/find/principal.js'
import FindResource from '../../src/commands/find/resource.js'
import { index as indexBatch } from '../../src/ingest/worker.js'
import { unwrap } from '../../src/ingest/worker-failure.js'
import { finishLoad } from '../../src/store/finish.js'
import { mergeShards } from '../../src/store/merge.js'
import { makeRecord, putLog } from '../helpers/archive.js'
import { beginCase, taskOf } from '../ingest/loading.js'
import { sourcesOf } from '../ingest/sources.js'
import { runCommand, scratch } from '../verify/indexed.js'

const folder = scratch()
const half = path.join(folder, 'half.sqlite')
const whole = path.join(folder, 'whole.sqlite')

beforeAll(async () => {
  const file = putLog(folder, 'log.json', [
    makeRecord(1, {
      userIdentity: { type: 'IAMUser', userName: 'alice', accountId: '111122223333' },
      eventSource: 's3.amazonaws.com',
      eventName: 'GetObject',
      requestParameters: { bucketName: 'a-bucket' },
      resources: undefined,
    }),
  ])
  for (const casePath of [half, whole]) {
    const { db, runId } = beginCase(folder, casePath)
    const shardPath = `${casePath}.shard`
    unwrap(await indexBatch(taskOf(sourcesOf([file], 1), shardPath, { runId })))
    mergeShards(db, [shardPath], { bulk: true })
    if (casePath === whole) finishLoad(db, { runId, makeValues }, () => undefined)
  }
})

it.each([
  [FindPrincipal, 'alice'],
  [FindResource, 'a-bucket'],
] as const)(
  '%#: what is committed is found by its names, and the answer says that it may lack events',
  async (command, value) => {
    const asked = await runCommand(command, value, '--case', half, '--format', 'jsonl')
    expect(asked.stderr).toContain('indexing has not finished')
    const finished = await runCommand(command, value, '--case', whole, '--format', 'jsonl')
    expect(finished.stdout.split('\n')).toHaveLength(2)
    expect(asked.stdout).toBe(finished.stdout)
  },
)
