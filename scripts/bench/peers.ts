/** What other tools take for the same archive on the same machine. Neither hashes, indexes nor keeps the evidence. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Corpus } from './corpus.js'
import type { Job } from './jobs.js'
import type { Cost } from './measure.js'

export const PEERS = ['gzip', 'duckdb', 'duckdb-file', 'python'] as const
export type PeerName = (typeof PEERS)[number]

const LOADER = path.join(import.meta.dirname, 'duckdb-load.js')
const SCRIPT = path.join(import.meta.dirname, 'python-load.py')
const THREADS = '2'

export function peerJobs(corpus: Corpus, work: string, names: readonly PeerName[]): Job[] {
  const { folder, key } = corpus
  const database = path.join(work, 'peer.duckdb')
  const table = path.join(work, 'peer.sqlite')
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
    python: {
      name: 'python',
      meaning: 'Python, one thread: one table with the record, FTS5 over it, eight indexes',
      command: { argv: ['python3', SCRIPT, folder, table] },
      output: table,
      check: loadedAll,
    },
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
      check: loadedAll,
    }
  }

  function loadedAll({ stdout }: Cost): void {
    const { rows } = JSON.parse(stdout) as { rows: number }
    if (rows !== key.records) throw new Error(`a peer loaded ${rows} of ${key.records} records`)
  }
}

/** Whether what the peer needs is there: DuckDB's package, or a Python whose SQLite has FTS5. */
export function isInstalled(name: PeerName): boolean {
  if (name === 'gzip') return true
  if (name === 'python') return spawnSync('python3', ['-c', TRY_FTS5]).status === 0
  return existsSync(path.join(import.meta.dirname, 'node_modules/@duckdb/node-api'))
}

const TRY_FTS5 = "import sqlite3; sqlite3.connect(':memory:').execute('CREATE VIRTUAL TABLE t USING fts5(a)')"
