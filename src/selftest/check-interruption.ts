import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT } from '../model/case-error.js'
import { logicalDigest } from '../query/case/case-facts.js'
import { lockCase } from '../store/lock.js'
import { indexInto, withCase } from './check-index.js'
import { expectEqual, type Bench, type Check } from './check.js'

const KILLS = 5

export const interruptionChecks: readonly Check[] = [
  {
    id: 'P5',
    promise: 'a killed run loses nothing that it reported, and the next run continues',
    run: async (bench) => {
      const { archive, casePath, toolVersion } = bench
      const expected = withCase(casePath, (db) => [logicalDigest(db), ...countsOf(db)])
      const ms = await timeOf(bench)
      let killed = 0
      for (let n = 0; n < KILLS; n++) {
        const again = path.join(bench.folder, `killed-${n}.sqlite`)
        const child = begin(bench, again)
        const ended = endOf(child)
        await sleep((ms * (n + 1)) / (KILLS + 1))
        child.kill('SIGKILL')
        if ((await ended) === null) killed++
        if (existsSync(again))
          withCase(again, (db) => {
            expectEqual('the case after a kill', db.pragma('integrity_check', { simple: true }), 'ok')
          })
        await indexInto(again, [archive.root], toolVersion)
        expectEqual(
          'digest and rows after a kill',
          withCase(again, (db) => [logicalDigest(db), ...countsOf(db)]),
          expected,
        )
      }
      return `${killed} runs killed with SIGKILL, each resumed to the same digest and rows`
    },
  },
  {
    id: 'P7',
    promise: 'only one run writes to a case',
    run: async (bench) => {
      const lock = lockCase(bench.casePath)
      try {
        const started = performance.now()
        expectEqual('exit code of a second run', await endOf(begin(bench, bench.casePath)), EXIT.locked)
        return `a second run ends with ${EXIT.locked} after ${Math.round(performance.now() - started)} ms`
      } finally {
        lock.release()
      }
    },
  },
]

function countsOf(db: Parameters<typeof logicalDigest>[0]): unknown[] {
  const tables = ['source', 'event', 'redelivery', 'event_resource', 'session', 'resource']
  return tables.map((table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
}

async function timeOf(bench: Bench): Promise<number> {
  const started = performance.now()
  await endOf(begin(bench, path.join(bench.folder, 'undisturbed.sqlite')))
  return performance.now() - started
}

function begin({ program, archive }: Bench, casePath: string): ChildProcess {
  const [node = '', ...first] = program
  return spawn(node, [...first, 'index', archive.root, '--case', casePath, '--workers', '2'], {
    stdio: 'ignore',
  })
}

/** @returns the exit code; null if a signal ended it. */
function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
}
