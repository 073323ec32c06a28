/** The built command line as a job: what a user waits for, process start included. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Corpus } from './corpus.js'
import type { Job } from './jobs.js'
import { measure, type Command } from './measure.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const BIN = path.join(ROOT, 'dist/bin.js')

/** Done, but problems were recorded: real data may have some; the table says so. */
const DONE_WITH_PROBLEMS = 3

export const coldtrailBuilt = (): boolean => existsSync(BIN)

export function coldtrail(args: readonly string[], accept: readonly number[] = [0]): Command {
  return { argv: [process.execPath, BIN, ...args], cwd: ROOT, accept }
}

export function indexJob(corpus: Corpus, caseFile: string, workers: number): Job {
  return {
    name: 'coldtrail',
    meaning: `coldtrail index --workers ${workers}: stored, hashed, indexed, durable`,
    command: coldtrail(
      ['index', corpus.folder, '--case', caseFile, '--workers', String(workers)],
      [0, DONE_WITH_PROBLEMS],
    ),
    output: caseFile,
    check: async () => {
      const sql = 'SELECT count(*) AS events FROM events'
      const answer = await measure(coldtrail(['sql', sql, '--case', caseFile, '--format', 'csv']))
      const events = Number(/^\d+$/m.exec(answer.stdout)?.[0])
      if (events !== corpus.key.events)
        throw new Error(`the case holds ${events} of ${corpus.key.events} events`)
    },
  }
}
