import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { MANIFEST } from '../../src/handover/manifest.js'
import { verifyHandover } from '../../src/handover/verify.js'
import { EXIT } from '../../src/model/case-error.js'
import { NO_FILTERS } from '../../src/model/question.js'
import { scratch } from '../verify/indexed.js'
import { figure, SOAK, times } from '../helpers/counts.js'
import { copyOf, EVERYTHING, fitManifest, handOver, indexedCase, numbered } from './made.js'

/** Two files of 40; the second begins with five records of the first: delivered twice. */
const FILES = [numbered(0, 40), [...numbered(0, 5), ...numbered(40, 75)]]
const TEXTS = new Map(FILES.flat().map((record) => [record['eventID'] as string, JSON.stringify(record)]))
const made = indexedCase(() => FILES)

type Row = Record<string, string | number | null>

function ask(file: string, sql: string): Row[] {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare<[], Row>(sql).all()
  } finally {
    db.close()
  }
}

function change(file: string, sql: string): void {
  const db = new Database(file)
  db.exec(sql)
  db.close()
}

const hasTool = (name: string): boolean => spawnSync(name, ['--help']).error === undefined

describe('what is in it', () => {
  let out = ''
  beforeAll(() => {
    out = handOver(made.path).out
  })

  it('has every event once with its exact record and hash', () => {
    const rows = ask(out, 'SELECT event_id, record, record_sha256, event_time FROM events')
    expect(new Map(rows.map((row) => [row['event_id'], row['record']]))).toEqual(TEXTS)
    for (const { record, record_sha256 } of rows)
      expect(record_sha256).toBe(createHash('sha256').update(String(record)).digest('hex'))
  })

  it('has both appearances of an event that was delivered twice, with the hash of each file', () => {
    const id = String(FILES[0]![0]!['eventID'])
    const places = ask(out, `SELECT * FROM appearances WHERE event_id = '${id}'`)
    expect(new Set(places.map((place) => place['source_path'])).size).toBe(2)
    for (const { source_path, source_sha256 } of places)
      expect(source_sha256).toBe(
        createHash('sha256')
          .update(readFileSync(String(source_path)))
          .digest('hex'),
      )
    expect(ask(out, 'SELECT count(*) AS n FROM appearances')).toEqual([{ n: 80 }])
  })

  it('has principals, sources and coverage that add up', () => {
    expect(ask(out, 'SELECT sum(events) AS n FROM principals')).toEqual([{ n: 75 }])
    expect(ask(out, 'SELECT count(*) AS n, sum(records) AS r FROM sources')).toEqual([{ n: 2, r: 80 }])
    expect(ask(out, 'SELECT sum(events_in_case) AS c, sum(events_here) AS h FROM coverage')).toEqual([
      { c: 75, h: 75 },
    ])
    expect(ask(out, "SELECT value FROM meta WHERE key = 'question'")).toEqual([
      { value: JSON.stringify(EVERYTHING) },
    ])
  })

  it('explains every column', () => {
    const unexplained = ask(
      out,
      `SELECT t.name, c.name AS column_name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
       WHERE t.type = 'table' AND t.name NOT LIKE '%\\_fts%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite_%'
       AND NOT EXISTS (SELECT 1 FROM data_dictionary d WHERE d.table_name = t.name AND d.column_name = c.name)`,
    )
    expect(unexplained).toEqual([])
  })

  it('finds words of the record', () => {
    const found = ask(out, `SELECT count(*) AS n FROM events_fts WHERE events_fts MATCH '"CreateUser"'`)
    const expected = [...TEXTS.values()].filter((text) => text.includes('"CreateUser"')).length
    expect(found).toEqual([{ n: expected }])
    expect(expected).toBeGreaterThan(0)
  })
})

describe('a selection', () => {
  it('is what the question selects, counted in coverage', () => {
    const { out, manifest } = handOver(made.path, {
      question: { kind: 'window', window: {}, filters: { ...NO_FILTERS, services: ['s3'] } },
    })
    const expected = [...TEXTS].filter(([, text]) => text.includes('"s3.amazonaws.com"')).map(([id]) => id)
    expect(
      ask(out, 'SELECT event_id FROM events')
        .map((row) => row['event_id'])
        .sort(),
    ).toEqual(expected.sort())
    expect(manifest.counts['events']).toBe(expected.length)
    const [sums] = ask(out, 'SELECT sum(events_in_case) AS c, sum(events_here) AS h FROM coverage')
    expect(sums).toEqual({ c: 75, h: expected.length })
    const stray = 'SELECT count(*) AS n FROM event_resources WHERE events_id NOT IN (SELECT id FROM events)'
    expect(ask(out, stray)).toEqual([{ n: 0 }])
  })

  it('of nothing is a file with nothing', () => {
    const { out } = handOver(made.path, {
      question: { kind: 'request', value: 'none', window: {}, filters: NO_FILTERS },
    })
    expect(verifyHandover(out, null).findings).toEqual([])
    expect(ask(out, 'SELECT count(*) AS n FROM events')).toEqual([{ n: 0 }])
  })
})

describe('the files', () => {
  it('opens in the sqlite3 shell from a folder that nobody may write, and leaves nothing', (test) => {
    if (!hasTool('sqlite3')) test.skip('no sqlite3 here')
    const { out } = handOver(made.path)
    const folder = path.dirname(out)
    const before = readdirSync(folder)
    chmodSync(folder, 0o555)
    try {
      const sql = `SELECT count(*) FROM events; SELECT count(*) FROM events_fts WHERE events_fts MATCH 'AwsApiCall'; PRAGMA integrity_check; PRAGMA journal_mode;`
      const shell = spawnSync('sqlite3', ['-readonly', out, sql], { encoding: 'utf8' })
      expect(shell.stderr).toBe('')
      expect(shell.stdout.trim().split('\n')).toEqual(['75', '75', 'ok', 'delete'])
      expect(readdirSync(folder)).toEqual(before)
    } finally {
      chmodSync(folder, 0o755)
    }
  })

  it('are read-only and described by the manifest', () => {
    const { out, manifest, files } = handOver(made.path)
    expect(statSync(out).mode & 0o777).toBe(0o444)
    const read = MANIFEST.parse(JSON.parse(readFileSync(`${out}.manifest.json`, 'utf8')))
    expect(read).toEqual(JSON.parse(JSON.stringify(manifest)))
    expect(read.sha256).toBe(createHash('sha256').update(readFileSync(out)).digest('hex'))
    expect(read).toMatchObject({ file: 'out.sqlite', size: statSync(out).size, redacted: false })
    expect(read.counts).toMatchObject({ events: 75, appearances: 80, sources: 2, problems: 0 })
    expect(Object.keys(read.versions)).toEqual(expect.arrayContaining(['coldtrail', 'node', 'sqlite', 'zod']))
    expect(files).toEqual([out, `${out}.manifest.json`])
  })

  it.each(['', '.manifest.json', '.manifest.json.sig', '.pseudonyms.json'])(
    'never takes the place of another (OUT%s)',
    (end) => {
      const out = path.join(scratch(), 'out.sqlite')
      writeFileSync(out + end, 'mine')
      expect(() => handOver(made.path, { out })).toThrow('exists already')
      expect(readdirSync(path.dirname(out))).toEqual([path.basename(out) + end])
      expect(readFileSync(out + end, 'utf8')).toBe('mine')
    },
  )

  it('leaves no files if the folder is missing or the key is invalid', () => {
    const folder = scratch()
    const gone = path.join(folder, 'none', 'out.sqlite')
    expect(() => handOver(made.path, { out: gone })).toThrow(expect.objectContaining({ exit: EXIT.usage }))
    const key = path.join(folder, 'key')
    writeFileSync(key, 'no key', { mode: 0o600 })
    const out = path.join(folder, 'out.sqlite')
    expect(() => handOver(made.path, { out, signKey: key })).toThrow('could not sign')
    expect(readdirSync(folder)).toEqual(['key'])
  })
})

describe('verify', () => {
  let out = ''
  beforeAll(() => {
    out = handOver(made.path).out
  })
  const findingsOf = (file: string): string => verifyHandover(file, null).findings.join('\n')

  it('finds nothing in what was handed over', () => {
    expect(verifyHandover(out, null)).toMatchObject({
      findings: [],
      signature: expect.stringMatching(/^none/) as string,
    })
  })

  it('finds one flipped bit, every time', { tags: SOAK }, (context) => {
    const flips = times(1000, 20_000)
    const copy = copyOf(out)
    const bytes = readFileSync(copy)
    let found = 0
    for (let n = 0; n < flips; n++) {
      const draw = createHash('sha256').update(`flip ${n}`).digest()
      const at = draw.readUInt32LE(0) % bytes.length
      const changed = Buffer.from(bytes)
      changed[at] = changed[at]! ^ (1 << (draw[4]! % 8))
      writeFileSync(copy, changed)
      if (findingsOf(copy).includes('SHA-256')) found++
    }
    expect(found).toBe(flips)
    figure(context, `${found} of ${flips} single-bit flips found`)
  })

  it('finds a changed record by its hash when the manifest was made to fit', () => {
    const copy = copyOf(out)
    change(
      copy,
      `UPDATE events SET record = replace(record, 'AwsApiCall', 'AwsApiCalI') WHERE id = (SELECT max(id) FROM events)`,
    )
    expect(findingsOf(copy)).toContain('SHA-256')
    fitManifest(copy)
    expect(findingsOf(copy)).toMatch(/record of event .* does not match its hash/)
  })

  it.each([
    [
      'a word fewer',
      "INSERT INTO events_fts (events_fts, rowid, record) SELECT 'delete', id, record FROM events WHERE id = (SELECT max(id) FROM events)",
    ],
    ['a word more', "INSERT INTO events_fts (rowid, record) SELECT max(id), 'zzzz' FROM events"],
  ])('finds full text with %s than the records when the manifest was made to fit', (_what, sql) => {
    const copy = copyOf(out)
    change(copy, sql)
    fitManifest(copy)
    expect(findingsOf(copy)).toMatch(/^the full text of events has /m)
  })

  it('finds a record that was changed with its hash by the digest over all', () => {
    const copy = copyOf(out)
    const db = new Database(copy)
    const hash = createHash('sha256').update('{}').digest('hex')
    db.prepare(
      "UPDATE events SET record = '{}', record_sha256 = ? WHERE id = (SELECT max(id) FROM events)",
    ).run(hash)
    db.close()
    fitManifest(copy)
    expect(findingsOf(copy)).toContain('logical digest')
  })

  it('finds any value that was changed, in whichever column, when the manifest was made to fit', () => {
    const columns = ask(
      out,
      `SELECT t.name AS table_name, c.name AS column_name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
       WHERE t.type = 'table' AND t.name NOT LIKE '%\\_fts%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite_%' AND NOT c.pk`,
    )
    const missed = columns.filter(({ table_name: table, column_name: column }) => {
      const copy = copyOf(out)
      const db = new Database(copy)
      const { changes } = db
        .prepare(
          `UPDATE ${table} SET ${column} = CASE WHEN ${column} IS NULL THEN 'x' WHEN typeof(${column}) = 'text' THEN ${column} || ' ' ELSE ${column} + 1 END
           WHERE rowid = (SELECT min(rowid) FROM ${table} WHERE ${table === 'meta' ? "key = 'question'" : 'TRUE'})`,
        )
        .run()
      db.close()
      fitManifest(copy)
      return changes > 0 && findingsOf(copy) === ''
    })
    expect(missed).toEqual([])
    expect(columns.length).toBeGreaterThan(80)
  })

  it.each([
    'question',
    'kinds',
    'notes',
    'created',
    'created_by',
    'case_logical_digest',
    'logical_digest',
    'redacted',
  ])('finds a difference in %s between file and manifest', (key) => {
    const copy = copyOf(out)
    change(copy, `UPDATE meta SET value = 'yes' WHERE key = '${key}'`)
    fitManifest(copy)
    expect(findingsOf(copy)).toBe(`${key} differs between meta and manifest`)
  })

  it('finds a record that was changed after a replacement character for invalid bytes', () => {
    const copy = copyOf(out)
    change(
      copy,
      `UPDATE events SET record = replace(record, 'AwsApiCall', '\ufffd') WHERE id = (SELECT max(id) FROM events)`,
    )
    fitManifest(copy)
    expect(findingsOf(copy)).toMatch(/record of event .* does not match its hash/)
  })

  it.each(['events', 'appearances', 'event_resources', 'principals', 'sources'])(
    'finds a row that was removed from %s',
    (table) => {
      const copy = copyOf(out)
      change(copy, `DELETE FROM ${table} WHERE rowid = (SELECT min(rowid) FROM ${table})`)
      fitManifest(copy)
      expect(findingsOf(copy)).toContain('the manifest says')
    },
  )

  it('finds a swapped manifest, and that there is none', () => {
    const other = handOver(made.path, {
      question: { kind: 'window', window: {}, filters: { ...NO_FILTERS, services: ['kms'] } },
    })
    const copy = copyOf(out)
    writeFileSync(`${copy}.manifest.json`, readFileSync(`${other.out}.manifest.json`))
    expect(findingsOf(copy)).toContain('SHA-256')
    const alone = path.join(scratch(), 'alone.sqlite')
    writeFileSync(alone, readFileSync(out))
    expect(() => verifyHandover(alone, null)).toThrow('no manifest')
    writeFileSync(`${alone}.manifest.json`, '{"file": 1')
    expect(() => verifyHandover(alone, null)).toThrow('is not a manifest')
  })

  it('does not run a view that took the place of the events', () => {
    const copy = copyOf(out)
    change(
      copy,
      `DROP TABLE events; CREATE VIEW events AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT * FROM n`,
    )
    fitManifest(copy)
    expect(findingsOf(copy)).toContain('not the tables of a hand-over file')
  })

  it('finds a journal that SQLite would play back', () => {
    const copy = copyOf(out)
    writeFileSync(`${copy}-journal`, 'x')
    expect(findingsOf(copy)).toContain('exists: SQLite would read changes from it')
  })
})

describe('signature', () => {
  const hasSsh = hasTool('ssh-keygen')
  const keyIn = (folder: string, name: string): string => {
    const key = path.join(folder, name)
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key])
    return key
  }
  const signersOf = (folder: string, key: string) => {
    const file = path.join(folder, 'signers')
    writeFileSync(file, `analyst@example.org ${readFileSync(`${key}.pub`, 'utf8')}`)
    return { file, identity: 'analyst@example.org' }
  }

  it('holds for its signer, and for nobody and nothing else', (test) => {
    if (!hasSsh) test.skip('no ssh-keygen here')
    const folder = scratch()
    const [own, foreign] = [keyIn(folder, 'own'), keyIn(folder, 'foreign')]
    const { out, files } = handOver(made.path, { signKey: own })
    expect(files).toContain(`${out}.manifest.json.sig`)
    const signers = signersOf(folder, own)
    expect(verifyHandover(out, signers)).toMatchObject({ findings: [] })
    expect(verifyHandover(out, null).findings).toEqual([])
    expect(verifyHandover(out, { ...signers, identity: 'else@example.org' }).findings).toHaveLength(2)

    const changed = copyOf(out)
    fitManifest(changed, { created: '2020-01-01T00:00:00Z' })
    expect(verifyHandover(changed, null).findings.join()).toContain('signature of the manifest is invalid')

    const resigned = copyOf(handOver(made.path, { signKey: foreign }).out)
    expect(verifyHandover(resigned, signers).findings.join()).toContain('signature')
    const unsigned = copyOf(handOver(made.path).out)
    expect(verifyHandover(unsigned, signers).findings.join()).toContain(
      'no good signature by analyst@example.org',
    )
    const broken = copyOf(out)
    writeFileSync(
      `${broken}.manifest.json.sig`,
      readFileSync(`${out}.manifest.json.sig`, 'utf8').replace(/\w{8}/, 'AAAAAAAA'),
    )
    expect(verifyHandover(broken, null).findings.join()).toContain('is invalid')
    expect(existsSync(`${out}.pseudonyms.json`)).toBe(false)
  })
})
