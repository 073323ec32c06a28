import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCase } from '../../src/store/create.js'
import { KnownSources, Ledger, type Copy } from '../../src/store/ledger.js'
import type { Connection } from '../../src/store/open.js'
import { startRun } from '../../src/store/runs.js'
import { scratch } from '../verify/indexed.js'

const RUN = { arguments: [], toolVersion: '0.0.0-test' }

/** A case with one indexed source, and what a test does to it. */
function withCase(use: (db: Connection, ledger: Ledger) => void): void {
  const db = createCase(path.join(scratch(), 'case.sqlite'), '0.0.0-test')
  const runId = startRun(db, RUN)
  db.exec(
    `INSERT INTO source (id, run_id, path, size, sha256, kind, shape, status, storage, records, events, duplicates, replaced, rejected)
     VALUES (1, ${runId}, '/a', 5, 'aa', 'trail', 'records', 'indexed', 'original', 7, 6, 0, 0, 1)`,
  )
  use(db, new Ledger(db, runId))
  db.close()
}

const copies = (count: number, sha256 = 'aa'): Copy[] =>
  Array.from({ length: count }, (_, n) => ({
    file: { path: `/copy/${n}`, size: 5, mtimeMs: 1.5 },
    hints: { accountId: '111122223333', region: 'us-east-1', deliveredAt: 7 },
    sha256,
    of: 1,
  }))

/** Raised by each transaction that changes the file (file format, 1.3). */
const changes = (db: Connection): number => readFileSync(db.name).readUInt32BE(24)

/** Statements that go through all rows of a table where an index would do. */
function scansOf(db: Connection, work: () => void): string[] {
  const asked: string[] = []
  const prepare = db.prepare.bind(db)
  db.prepare = (sql: string) => {
    asked.push(sql)
    return prepare(sql)
  }
  try {
    work()
  } finally {
    db.prepare = prepare
  }
  return asked.flatMap((sql) => {
    const nulls = Array.from({ length: sql.split('?').length - 1 }, () => null)
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...nulls) as { detail: string }[]
    return plan.filter(({ detail }) => detail.startsWith('SCAN')).map(({ detail }) => `${detail}: ${sql}`)
  })
}

describe('copies of known files', () => {
  it('are written in one transaction, by look-ups of an index', () => {
    withCase((db, ledger) => {
      const before = changes(db)
      const scans = scansOf(db, () => {
        ledger.addCopies(copies(300))
      })
      expect({ scans, transactions: changes(db) - before }).toEqual({ scans: [], transactions: 1 })
    })
  })

  it('have the columns that a copy in the same run has', () => {
    withCase((db, ledger) => {
      ledger.addCopies(copies(1))
      expect(db.prepare("SELECT * FROM source WHERE status = 'duplicate'").get()).toMatchObject({
        path: '/copy/0',
        duplicate_of: 1,
        storage: 'none',
        records: 7,
        events: 0,
        duplicates: 6,
        rejected: 1,
        path_account_id: '111122223333',
        path_region: 'us-east-1',
        path_delivered_ms: 7,
        mtime_ms: 1,
        other_rows: 0,
      })
    })
  })
})

describe('known sources', () => {
  it('are found by hash and path, and through an index among thousands with the same hash', () => {
    withCase((db, ledger) => {
      ledger.addCopies(copies(2000))
      const scans = scansOf(db, () => {
        const known = new KnownSources(db)
        expect(known.original('aa')).toBe(1)
        expect(known.original('bb')).toBeUndefined()
        const file = { size: 5, mtimeMs: 0 }
        expect(known.has({ ...file, path: '/a' }, 'aa')).toBe(true)
        expect(known.has({ ...file, path: '/copy/1999' }, 'aa')).toBe(true)
        expect(known.has({ ...file, path: '/copy/1999' }, 'bb')).toBe(false)
        expect(known.has({ ...file, path: '/b' }, 'aa')).toBe(false)
        // Another name that is shown in the same way.
        expect(known.has({ ...file, path: '/a', pathHex: '2f61' }, 'aa')).toBe(false)
      })
      expect(scans).toEqual([])
      const plan = db
        .prepare(
          "EXPLAIN QUERY PLAN SELECT id FROM source WHERE sha256 = ? AND status = 'indexed' AND member IS NULL LIMIT 1",
        )
        .all(null) as { detail: string }[]
      expect(plan.map(({ detail }) => detail)).toEqual([
        'SEARCH source USING INDEX source_by_sha256 (sha256=? AND status=?)',
      ])
    })
  })
})

describe('paths that are not read', () => {
  const links = (count: number): { path: string; kind: 'not-regular'; detail: string }[] =>
    Array.from({ length: count }, (_, n) => ({ path: `/link/${n}`, kind: 'not-regular', detail: 'a link' }))
  const problems = (db: Connection): number =>
    db.prepare<[], number>('SELECT count(*) FROM problem').pluck().get() ?? 0

  it('are written in one transaction, and replace the rows of an earlier run', () => {
    withCase((db, ledger) => {
      ledger.addSkippedPaths(links(300))
      const before = changes(db)
      const scans = scansOf(db, () => {
        ledger.addSkippedPaths(links(310))
      })
      expect({ scans, transactions: changes(db) - before, rows: problems(db) }).toEqual({
        scans: [],
        transactions: 1,
        rows: 310,
      })
    })
  })

  it('keep each of several findings of one run on a path', () => {
    withCase((db, ledger) => {
      const [link] = links(1)
      ledger.addSkippedPaths([link!, { ...link!, detail: 'another' }])
      expect(problems(db)).toBe(2)
    })
  })

  it('are forgotten when they can be read now', () => {
    withCase((db, ledger) => {
      ledger.addSkippedPaths(links(2).map((link) => ({ ...link, kind: 'unreadable' as const })))
      const before = changes(db)
      ledger.forgetMended((name) => name === '/link/1')
      expect(db.prepare('SELECT path FROM problem').pluck().all()).toEqual(['/link/0'])
      expect(changes(db) - before).toBe(1)
    })
  })
})

it('sums of a run agree with what was found', () => {
  withCase((db, ledger) => {
    ledger.addCopies(copies(3))
    ledger.addSkippedPaths([{ path: '/x', kind: 'unreadable', detail: 'EACCES' }])
    const none = { found: 0, alreadyIndexed: 0, skipped: 0 }
    const { files, members, records } = ledger.totals({
      files: { found: 7, alreadyIndexed: 1, skipped: 1 },
      members: none,
    })
    expect(files).toEqual({
      found: 7,
      indexed: 1,
      duplicate: 3,
      alreadyIndexed: 1,
      neighbours: 0,
      skipped: 1,
      rejected: 1,
    })
    expect(members).toEqual({ ...none, indexed: 0, duplicate: 0, neighbours: 0, rejected: 0 })
    expect(records).toEqual({ found: 28, events: 6, duplicates: 18, replaced: 0, rejected: 4 })
  })
})
