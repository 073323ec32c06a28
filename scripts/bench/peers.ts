/** What other tools take for the same archive on the same machine. Neither hashes, indexes nor keeps the evidence. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Corpus } from './corpus.js'
import type { Job } from './jobs.js'

export const PEERS = ['gzip', 'duckdb', 'duckdb-file'] as const
export type PeerName = (typeof PEERS)[number]

const LOADER = path.join(import.meta.dirname, 'duckdb-load.js')
const THREADS = '2'

export function peerJobs(corpus: Corpus, work: string, names: readonly PeerName[]): Job[] {
  const { folder, key } = corpus
  const database = path.join(work, 'peer.duckdb')
  const jobs: Record<PeerName, Job> = {
    gzip: {
      name: 'gzip',
      meaning: 'gzip -dc of every file to /dev/null, one after another: the floor',
      command: {
        argv: [
          'sh',
          '-c',
          'find "$1" -name "*.gz" -print0 | xargs -0 -n 4000 gzip -dc > /dev/null',
          'sh',
          folder,
        ],
      },
    },
    duckdb: duckdb('duckdb', 'json', 'one JSON value a record, table in memory: the fastest load found'),
    'duckdb-file': duckdb('duckdb-file', 'columns', 'named columns, table in a file, checkpointed', database),
  }
  return names.map((name) => jobs[name])

  function duckdb(name: string, variant: string, meaning: string, output?: string): Job {
    return {
      name,
      meaning: `DuckDB read_json, ${THREADS} threads, ${meaning}`,
      command: {
        argv: [process.execPath, LOADER, variant, folder, THREADS, ...(output === undefined ? [] : [output])],
      },
      ...(output === undefined ? {} : { output }),
      check: ({ stdout }) => {
        const { rows } = JSON.parse(stdout) as { rows: number }
        if (rows !== key.records) throw new Error(`DuckDB loaded ${rows} of ${key.records} records`)
      },
    }
  }
}

export const duckdbInstalled = (): boolean =>
  existsSync(path.join(import.meta.dirname, 'node_modules/@duckdb/node-api'))
