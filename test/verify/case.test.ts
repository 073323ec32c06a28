import { copyFileSync, cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/verify/case/finding.js'
import { verifyCase, type VerifyPlan, type VerifyTotals } from '../../src/verify/case/verify-case.js'
import { verifyDigests } from '../../src/verify/digest/verify-digests.js'
import { makeRecord, put } from '../helpers/archive.js'
import { REGIONS, SignedArchive } from '../helpers/signed-archive.js'
import { putMore, recordsOf } from './every-kind.js'
import { index, scratch } from './indexed.js'

const [EAST, WEST] = REGIONS

const SOURCES_CHANGED = 'runs source: its rows differ from those that run 2 left (digest)'

interface Verified {
  readonly findings: readonly Finding[]
  readonly totals: VerifyTotals
}

async function verify(casePath: string, over: Partial<VerifyPlan> = {}): Promise<Verified> {
  const findings: Finding[] = []
  const plan: VerifyPlan = {
    casePath,
    quick: false,
    sample: null,
    reread: null,
    workers: 0,
    toolVersion: '0.0.0-test',
    ...over,
  }
  const totals = await verifyCase(plan, {
    findings: (found) => void findings.push(...found),
    progress: () => undefined,
  })
  return { findings, totals }
}

/** `check place: detail`, the place by its last part. */
async function findings(casePath: string, over: Partial<VerifyPlan> = {}): Promise<string[]> {
  const found = await verify(casePath, over)
  return found.findings
    .map(({ check, place, detail }) => `${check} ${path.basename(place)}: ${detail}`)
    .sort()
}

let folder: string
let archive: SignedArchive
let clean: string

/** Two runs: a signed archive; then more of every kind that a case can hold. */
beforeAll(async () => {
  folder = scratch()
  archive = new SignedArchive(path.join(folder, 'evidence'))
  clean = path.join(folder, 'clean.sqlite')
  await index(clean, [archive.root])
  const more = path.join(folder, 'more')
  putMore(more, archive)
  const [record] = recordsOf(archive)
  const long = Array.from({ length: 4000 }, (_, n) => ({
    ...record,
    eventID: `event-${n}`,
    requestParameters: { note: 'x'.repeat(900) },
  }))
  put(more, 'long.json', JSON.stringify({ Records: long }))
  await index(clean, [more])
})

/** A copy of the clean case, to be changed. */
function touch(change: (db: Database.Database) => void): string {
  const casePath = path.join(scratch(), 'case.sqlite')
  copyFileSync(clean, casePath)
  const db = new Database(casePath)
  db.unsafeMode(true)
  change(db)
  db.close()
  return casePath
}

const idOf = (db: Database.Database, file: string): number =>
  db.prepare('SELECT id FROM source WHERE path = ?').pluck().get(file) as number

describe('a case as it was indexed', () => {
  it('has no findings: copies, repeats, damage, odd records and pieces included', async () => {
    const { findings: found, totals } = await verify(clean)
    expect(found).toEqual([])
    expect(totals).toMatchObject({
      findings: 0,
      state: 'ready',
      notes: { otherVersion: 0, notHashed: 0, reread: 0, members: 0 },
    })
    expect(totals.sources).toBe(totals.sourcesInCase)
    const db = new Database(clean, { readonly: true })
    expect(db.prepare('SELECT count(*) FROM segment WHERE content_offset > 0').pluck().get()).toBeGreaterThan(
      0,
    )
    expect(db.prepare('SELECT count(*) FROM redelivery').pluck().get()).toBe(7)
    expect(db.prepare('SELECT count(*) FROM reduced_form').pluck().get()).toBe(1)
    for (const table of ['access_log', 'aggregate']) {
      expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBeGreaterThan(1)
    }
    const others = db.prepare('SELECT sum(other_rows) FROM source').pluck().get() as number
    expect(totals.records - others).toBe(db.prepare('SELECT count(*) FROM appearances').pluck().get())
    db.close()
  })

  it('is not written to', async () => {
    const before = readFileSync(clean)
    await verify(clean)
    expect(readFileSync(clean).equals(before)).toBe(true)
  })

  it('stays without findings when digests were validated', async () => {
    const casePath = path.join(scratch(), 'case.sqlite')
    copyFileSync(clean, casePath)
    await verifyDigests({ casePath, keyFiles: [], metadataFolder: null, toolVersion: '0' }, () => undefined)
    expect(await findings(casePath)).toEqual([])
  })

  it('by reference is read from the archive', async () => {
    const casePath = path.join(scratch(), 'case.sqlite')
    const copy = path.join(scratch(), 'evidence')
    cpSync(archive.root, copy, { recursive: true })
    await index(casePath, [copy], { reference: true })
    expect(await findings(casePath)).toEqual([])
    const gone = archive.log(EAST, 2)
    rmSync(path.join(copy, gone.name))
    writeFileSync(path.join(copy, archive.log(WEST, 2).name), gzipSync('{"Records":[]}'))
    const found = await findings(casePath)
    expect(found).toHaveLength(2)
    expect(found).toContainEqual(
      expect.stringContaining(`archive ${path.basename(gone.name)}: cannot be read: ENOENT`),
    )
    expect(found).toContainEqual(
      expect.stringMatching(
        `archive ${path.basename(archive.log(WEST, 2).name)}: the file has SHA-256 [0-9a-f]{64}, not`,
      ),
    )
  })
})

describe('what was changed is found', () => {
  it('a bit of a stored file', async () => {
    const log = archive.log(EAST, 2)
    const casePath = touch((db) => {
      const id = idOf(db, log.file)
      const bytes = db.prepare('SELECT bytes FROM segment WHERE source_id = ?').pluck().get(id) as Buffer
      bytes[Math.floor(bytes.length / 2)]! ^= 1
      db.prepare('UPDATE segment SET bytes = ? WHERE source_id = ?').run(bytes, id)
    })
    const found = await findings(casePath)
    expect(found[0]).toMatch(
      new RegExp(`^bytes ${path.basename(log.name)}: the (?:stored file has SHA-256|piece at byte 0)`),
    )
    expect(new Set(found.map((line) => line.split(':')[0]))).toEqual(
      new Set([`bytes ${path.basename(log.name)}`]),
    )
  })

  it('a bit of a stored piece, and a piece that is gone', async () => {
    const long = path.join(folder, 'more/long.json')
    const flipped = touch((db) => {
      const row = db
        .prepare('SELECT rowid, bytes FROM segment WHERE source_id = ? AND content_offset > 0')
        .get(idOf(db, long)) as { rowid: number; bytes: Buffer }
      row.bytes[row.bytes.length - 20]! ^= 16
      db.prepare('UPDATE segment SET bytes = ? WHERE rowid = ?').run(row.bytes, row.rowid)
    })
    expect((await findings(flipped)).join('\n')).toMatch(
      /^bytes long\.json: the (?:piece at byte 2097152|stored content has SHA-256)/m,
    )
    const gone = touch((db) =>
      db.prepare('DELETE FROM segment WHERE source_id = ? AND content_offset = 0').run(idOf(db, long)),
    )
    expect(await findings(gone)).toEqual([
      'bytes long.json: the piece at byte 2097152 of the content does not inflate to what was stored',
    ])
  })

  it('an event that was deleted', async () => {
    const log = archive.log(WEST, 3)
    const casePath = touch((db) =>
      db
        .prepare('DELETE FROM event WHERE id = (SELECT max(id) FROM event WHERE source_id = ?)')
        .run(idOf(db, log.file)),
    )
    expect(await findings(casePath)).toEqual([
      expect.stringMatching(/^event .* at byte \d+, \d+ bytes: the case has no row of it$/),
      expect.stringMatching(/^ledger .*: 3 rows of events, 4 were made$/),
      expect.stringMatching(/^rows .*: its rows differ from those made when it was indexed/),
    ])
  })

  it('an event whose repeats were deleted with it', async () => {
    const casePath = touch((db) => {
      const id = db
        .prepare('SELECT event_rowid FROM redelivery GROUP BY 1 HAVING count(*) = 1 LIMIT 1')
        .pluck()
        .get()
      db.prepare('DELETE FROM redelivery WHERE event_rowid = ?').run(id)
      db.prepare('DELETE FROM event WHERE id = ?').run(id)
    })
    const found = await findings(casePath)
    expect(found.filter((line) => line.startsWith('rows'))).toHaveLength(2)
    expect(found.filter((line) => line.startsWith('ledger'))).toHaveLength(2)
  })

  it.each([
    ['event_id', "'other'", 'event', /the record there has eventID/],
    ['request_id', "'other'", 'event', /another requestID/],
    ['event_time_ms', 'event_time_ms + 1000', 'event', /another eventTime/],
    [
      'identity_id',
      '(SELECT i.id FROM session i WHERE i.id <> identity_id LIMIT 1)',
      'event',
      /another caller/,
    ],
    ['record_offset', 'record_offset + 1', 'event', /no record lies there/],
    ['record_length', '1000000000', 'event', /another length \(\d+ bytes\)/],
    ['flags', '8', 'event', /another flags/],
    ['action_id', '1', 'references', /action_id names no row of action/],
    ['appearances', '3', 'references', /appearances is not the number of places/],
  ])('a change of event.%s', async (column, value, check, detail) => {
    const casePath = touch((db) => {
      db.exec(`UPDATE event SET ${column} = ${value} WHERE id = (SELECT min(id) FROM event)`)
    })
    const found = await verify(casePath)
    expect(found.findings.some((finding) => finding.check === check && detail.test(finding.detail))).toBe(
      true,
    )
  })

  it.each([
    ['caller', "user_name = 'somebody'"],
    ['session', "session_name = 'somebody'"],
    ['action', "event_name = 'Another'"],
    ['address', "source_ip_address = '192.0.2.99'"],
    ['client', "user_agent = 'another'"],
    ['place', "recipient_account_id = '999999999999'"],
    ['outcome', 'failed = 1 WHERE id = 0 --'],
  ])('a change of a shared value in %s', async (table, change) => {
    const casePath = touch((db) =>
      db.exec(`UPDATE ${table} SET ${change} WHERE id = (SELECT max(id) FROM ${table})`),
    )
    // Reduced forms of an event with that value do not fit any more.
    const found = (await findings(casePath)).filter((finding) => !finding.startsWith('event reduced_form: '))
    const isWord = (finding: string): boolean => finding.startsWith('words value_text: ')
    expect(found.filter((finding) => !isWord(finding))).toEqual([
      expect.stringMatching(`^values ${table}: row -?\\d+ is not the value`),
    ])
    expect(found.some(isWord)).toBe(table !== 'outcome')
  })

  it.each([
    [
      "UPDATE access_log SET object_key = 'another' WHERE id = (SELECT min(id) FROM access_log)",
      /^event access\.log: .*the line there has other values/,
    ],
    [
      "UPDATE access_client SET requester = 'somebody'",
      /^values access_client: row \d+ is not the value that its number is the hash of/,
    ],
    ["UPDATE access_client SET principal = 'somebody'", /^values access_client: row \d+ is not the value/],
    ["UPDATE access_call SET bucket = 'another'", /^values access_call: row \d+ is not the value/],
    ['DELETE FROM access_call', /^references access_log: \d+ rows: call_id names no row of access_call/],
    [
      'DELETE FROM access_log WHERE id = (SELECT min(id) FROM access_log)',
      /^ledger access\.log: \d+ rows of access logs/,
    ],
    [
      "UPDATE aggregate SET event_id = 'another'",
      /^event aggregated\.json: .*the aggregated event there has other values/,
    ],
    [
      "UPDATE redelivery SET locator = 'logEvents[1].message' WHERE locator = 'logEvents[0].message'",
      /^event subscription\.json: .*at logEvents\[1\]\.message: no record lies there/,
    ],
    [
      "UPDATE event SET locator = 'logEvents[9]' WHERE event_id = 'only-here'",
      /^event subscription\.json: only-here .* at logEvents\[9\]: no record lies there/,
    ],
    [
      "UPDATE event SET request_id = 'another' WHERE event_id = 'wide'",
      /^event utf16\.json: wide .*another requestID/,
    ],
  ])('what came in another form: %s', async (sql, expected) => {
    const found = await findings(touch((db) => db.exec(sql)))
    expect(
      found.some((line) => expected.test(line)),
      found.join('\n'),
    ).toBe(true)
  })

  it('a row of runs, changed, removed or reordered', async () => {
    const changed = touch((db) => db.exec(`UPDATE runs SET arguments = '["index","elsewhere"]' WHERE id = 1`))
    expect(await findings(changed)).toEqual(['runs runs: run 1 was changed: its hash differs'])
    const removed = touch((db) => db.exec('DELETE FROM runs WHERE id = 1'))
    expect(await findings(removed)).toContain('runs runs: run 2 does not hold the hash of the run before it')
    const last = touch((db) => db.exec('DELETE FROM runs WHERE id = 2'))
    expect((await findings(last)).join()).toContain('run_id names no row of runs')
    const swapped = touch((db) =>
      db.exec(
        'UPDATE runs SET id = -1 WHERE id = 1; UPDATE runs SET id = 1 WHERE id = 2; UPDATE runs SET id = 2 WHERE id = -1',
      ),
    )
    expect((await findings(swapped)).length).toBeGreaterThan(0)
  })

  it('a source that was removed with all its rows', async () => {
    const casePath = touch((db) => {
      const id = idOf(db, archive.log(WEST, 3).file)
      for (const table of ['event', 'segment', 'problem', 'redelivery'])
        db.prepare(`DELETE FROM ${table} WHERE source_id = ?`).run(id)
      db.prepare('DELETE FROM source WHERE id = ?').run(id)
    })
    const found = await findings(casePath)
    expect(found).toContain('ledger runs: run 1 counted 30 indexed files, the case holds 29')
    expect(found).toContain('ledger runs: run 1 counted 72 records, the case holds 68')
  })

  it('a changed hash or count of a source', async () => {
    const hashed = touch((db) =>
      db
        .prepare('UPDATE source SET content_sha256 = hex(zeroblob(32)) WHERE path = ?')
        .run(archive.log(EAST, 0).file),
    )
    expect(await findings(hashed)).toEqual([
      expect.stringMatching(/^bytes .*: the stored content has SHA-256/),
      SOURCES_CHANGED,
    ])
    const counted = touch((db) =>
      db.prepare('UPDATE source SET rejected = 1 WHERE path = ?').run(archive.log(EAST, 0).file),
    )
    expect(await findings(counted)).toEqual([
      expect.stringMatching(
        /^ledger .*gz: 4 records, but 4 events \+ 0 duplicates \+ 0 replaced \+ 1 rejected$/,
      ),
      expect.stringMatching(/^ledger case file: \d+ records, but \d+ are accounted for$/),
      expect.stringMatching(/^rows .*gz: its rejected is 1, its content gives 0$/),
      SOURCES_CHANGED,
    ])
  })

  it('a problem that was removed, and a copy that is none', async () => {
    const problem = touch((db) => db.exec("DELETE FROM problem WHERE kind = 'bad-record'"))
    expect(await findings(problem)).toEqual([
      'rows odd.json: its problems differ from those that its content gives',
      expect.stringMatching(/^rows odd\.json: its rows differ from those/),
      expect.stringMatching(/^runs problem: its rows differ from those that run 2 left/),
    ])
    const copy = touch((db) =>
      db.exec("UPDATE source SET sha256 = hex(zeroblob(32)) WHERE status = 'duplicate'"),
    )
    expect(await findings(copy)).toEqual([
      expect.stringMatching(/^bytes copy\.json\.gz: not a copy of/),
      SOURCES_CHANGED,
    ])
  })

  it('an index and a description that are missing', async () => {
    const casePath = touch((db) => {
      db.exec('DROP INDEX event_by_time')
      db.exec("DELETE FROM data_dictionary WHERE table_name = 'event' AND column_name = 'flags'")
    })
    expect(await findings(casePath)).toEqual([
      'runs data_dictionary: its rows differ from those that run 2 left (digest)',
      'schema data_dictionary: event.flags is not described',
      'schema schema: event_by_time is missing',
    ])
  })

  it('a trigger, before anything is read', async () => {
    const casePath = touch((db) => db.exec('CREATE TRIGGER hide AFTER INSERT ON event BEGIN SELECT 1; END'))
    await expect(verify(casePath)).rejects.toMatchObject({ exit: 12 })
  })

  it('damage of the full text', async () => {
    const casePath = touch((db) =>
      db.exec(
        'UPDATE event_text_data SET block = zeroblob(length(block)) WHERE id = (SELECT max(id) FROM event_text_data)',
      ),
    )
    expect((await findings(casePath)).join()).toMatch(/structure case file: .*(?:fts5|event_text)/)
  })

  it('full text that was emptied, of events and of callers', async () => {
    const events = touch((db) => db.exec("INSERT INTO event_text (event_text) VALUES ('delete-all')"))
    expect((await findings(events)).join('\n')).toMatch(/^words .*is not found by its own words: "/m)
    const callers = touch((db) => db.exec("INSERT INTO value_text (value_text) VALUES ('delete-all')"))
    expect((await findings(callers)).join('\n')).toMatch(
      /^words .*the caller of .* is not found by the words/m,
    )
  })

  it.each([
    ['event_text', 'event', /^words event_text: it has a word that no record gives.*"planted"/m],
    ['value_text', 'identity', /^words value_text: .*"planted" of row \d+ is one too many/m],
    ['access_text', 'access_log', /^words access_text: .*"planted" of row \d+ is one too many/m],
  ] as const)('a word in %s that no record has', async (text, table, said) => {
    const casePath = touch((db) =>
      db.exec(`INSERT INTO ${text} (rowid, body) SELECT id, 'planted' FROM ${table} LIMIT 1`),
    )
    expect((await findings(casePath)).join('\n')).toMatch(said)
  })

  it('lines of access logs that are not found by their words', async () => {
    const casePath = touch((db) => db.exec("INSERT INTO access_text (access_text) VALUES ('delete-all')"))
    expect((await findings(casePath)).join('\n')).toMatch(/^words access_text: .* is missing$/m)
  })

  it('nothing with --full', async () => {
    expect(await findings(clean, { full: true })).toEqual([])
  })

  it.each([
    ['of an action', 'value_text', 'getsecretvalue', {}],
    ['of an event, with --full', 'event_text', '', { full: true }],
  ] as const)('one letter of a word %s changed in the full text', async (_what, table, fixed, over) => {
    let changed = ''
    const casePath = touch((db) => {
      db.exec(`CREATE VIRTUAL TABLE temp.w USING fts5vocab(main, '${table}', 'row')`)
      const terms = db
        .prepare<[], string>('SELECT term FROM temp.w WHERE length(term) > 6 ORDER BY term')
        .pluck()
        .all()
      // The first of a page is written whole, others without what they share with the one before.
      const rows = db
        .prepare<[], { id: number; block: Buffer }>(`SELECT id, block FROM ${table}_data WHERE id > 10`)
        .all()
      const wanted = fixed !== '' && terms.includes(fixed) ? [fixed] : terms
      for (const { id, block } of rows) {
        const end = wanted.map((term) => term.slice(-5)).find((part) => block.includes(part))
        if (end === undefined) continue
        const at = block.indexOf(end) + 3
        block[at] = block[at] === 0x7a ? 0x79 : (block[at] as number) + 1
        db.prepare(`UPDATE ${table}_data SET block = ? WHERE id = ?`).run(block, id)
        changed = end
        return
      }
    })
    expect(changed).not.toBe('')
    expect((await findings(casePath, over)).join('\n')).toMatch(/^words .*is not found by /m)
  })

  it('damage of the database file', async () => {
    const casePath = touch(() => undefined)
    const bytes = readFileSync(casePath)
    const size = bytes.readUInt16BE(16)
    // The second half of the pages: every one is zeroed, so that some tables are unreadable.
    bytes.fill(0, Math.floor(bytes.length / size / 2) * size)
    writeFileSync(casePath, bytes)
    const found = await verify(casePath)
    expect(found.findings.some(({ check }) => check === 'structure')).toBe(true)
  })
})

describe('--reread', () => {
  it('compares with the archive where it was, and where it lies now', async () => {
    const root = scratch()
    const there = path.join(root, 'there')
    cpSync(archive.root, there, { recursive: true })
    const casePath = path.join(root, 'case.sqlite')
    await index(casePath, [there])
    expect((await verify(casePath, { reread: [] })).totals).toMatchObject({
      findings: 0,
      notes: { reread: 30 },
    })
    const elsewhere = path.join(root, 'elsewhere/x')
    cpSync(there, elsewhere, { recursive: true })
    renameSync(there, path.join(root, 'gone'))
    expect(await findings(casePath, { reread: [elsewhere] })).toEqual([])
    rmSync(path.join(elsewhere, archive.log(EAST, 0).name))
    writeFileSync(path.join(elsewhere, archive.log(EAST, 2).name), 'changed')
    const found = await findings(casePath, { reread: [elsewhere] })
    expect(found).toHaveLength(2)
    expect(found).toContain(`archive ${path.basename(archive.log(EAST, 0).name)}: is not under ${elsewhere}`)
    expect(found).toContainEqual(
      expect.stringMatching(
        `^archive ${path.basename(archive.log(EAST, 2).name)}: .* has SHA-256 [0-9a-f]{64} \\(7 bytes\\), not`,
      ),
    )
    expect(await findings(casePath, { reread: [] })).toHaveLength(30)
  })

  it('wants a folder', async () => {
    await expect(verify(clean, { reread: ['/no/such'] })).rejects.toThrow('is not a folder')
  })
})

describe('the quick ways', () => {
  it('a sample looks at so many sources', async () => {
    expect((await verify(clean, { sample: 5 })).totals).toMatchObject({ sources: 5, findings: 0 })
    expect((await verify(clean, { sample: 5000 })).totals.sources).toBeGreaterThan(30)
  })

  it('quick finds what needs no bytes', async () => {
    const casePath = touch((db) => db.exec('DELETE FROM event WHERE id = (SELECT max(id) FROM event)'))
    const { findings: found, totals } = await verify(casePath, { quick: true })
    expect(found.map(({ check }) => check)).toEqual(['ledger'])
    expect(totals).toMatchObject({ sources: 0, bytes: 0 })
  })
})

it('an event with several resources keeps its digest', async () => {
  const folder = scratch()
  const casePath = path.join(folder, 'case.sqlite')
  const records = Array.from({ length: 40 }, (_, n) => makeRecord(n))
  put(folder, 'evidence/log.json', JSON.stringify({ Records: records }))
  await index(casePath, [path.join(folder, 'evidence')])
  expect(await findings(casePath)).toEqual([])
})
