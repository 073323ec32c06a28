/** Members of zips and tars are sources like files; what is wrong with a container is reported, and nothing is written to disk. */
import { existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { logText, makeRecord, put } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import { makeTar, makeTarGz, makeZip } from '../helpers/containers.js'
import Verify from '../../src/commands/verify.js'
import { ingest } from '../../src/ingest/ingest.js'
import { index, planOf, runCommand, scratch } from '../verify/indexed.js'

const folder = scratch()
let cases = 0
const caseFile = (): string => path.join(folder, `${String(cases++)}.sqlite`)

const RECORDS = Array.from({ length: 60 }, (_, n) => makeRecord(n))
const part = (n: number): Buffer => Buffer.from(logText(RECORDS.slice(n * 10, n * 10 + 10)))
/** Six files: plain and gzipped, under names that would leave the folder if they were more than labels. */
const MEMBERS = [
  { name: 'AWSLogs/a.json.gz', bytes: gzipSync(part(0)) },
  { name: '../../escape.json', bytes: part(1) },
  { name: '/etc/absolute.json', bytes: part(2) },
  { name: 'AWSLogs/a.json.gz', bytes: gzipSync(part(3)) },
  { name: 'C:\\windows\\x.json', bytes: part(4) },
  {
    name: 'lines.json',
    bytes: Buffer.from(
      RECORDS.slice(50)
        .map((r) => `${JSON.stringify(r)}\n`)
        .join(''),
    ),
  },
]

const EVENTS = 'SELECT event_id, event_time, event_name, principal, request_id FROM events ORDER BY event_id'

describe('containers', () => {
  const loose = caseFile()
  const build: Record<string, () => Promise<Buffer> | Buffer> = {
    zip: () => makeZip(MEMBERS.map((member, at) => ({ ...member, stored: at % 2 === 0 }))),
    tar: () => makeTar([{ name: 'd/', type: 'directory' }, ...MEMBERS]),
    'tar.gz': () => makeTarGz(MEMBERS),
  }

  it.each(Object.keys(build))(
    '%s: the same events as its files, with the member as provenance',
    async (kind) => {
      const root = path.join(folder, kind)
      put(root, 'archive.bin', await build[kind]!())
      if (!existsSync(loose)) {
        put(folder, 'loose/all.json', logText(RECORDS))
        await index(loose, [path.join(folder, 'loose')])
      }
      const file = caseFile()
      const before = readdirSync(root)
      const { files, members, records } = await index(file, [root])
      expect(readdirSync(root)).toEqual(before)
      expect(files).toMatchObject({ found: 1, indexed: 1, rejected: 0 })
      expect(members).toMatchObject({ found: 6, indexed: 6, rejected: 0 })
      expect(records).toEqual({ found: 60, events: 60, duplicates: 0, replaced: 0, rejected: 0 })
      expect(query(file, EVENTS)).toEqual(query(loose, EVENTS))
      const names = query<{ member: string }>(
        file,
        'SELECT member FROM source WHERE member IS NOT NULL ORDER BY id',
      )
      expect(names.map(({ member }) => member)).toEqual(
        MEMBERS.map(({ name }, at) => (at === 3 ? `${name} (2)` : name)),
      )
      expect(
        query(file, 'SELECT count(DISTINCT container_sha256) AS n FROM source WHERE member IS NOT NULL'),
      ).toEqual([{ n: 1 }])
      expect(query(file, 'SELECT shape FROM source WHERE member IS NULL')).toEqual([{ shape: kind }])

      // A second run finds nothing new; a copy of the container is a copy.
      expect((await index(file, [root])).files).toMatchObject({ found: 1, alreadyIndexed: 1 })
      put(root, 'copy.bin', await build[kind]!())
      const copied = await index(file, [root])
      expect(copied.files).toMatchObject({ found: 2, alreadyIndexed: 1, duplicate: 1 })
    },
  )

  it('goes on inside a container when a run was cut short', async () => {
    const root = path.join(folder, 'again')
    put(root, 'a.zip', makeZip(MEMBERS))
    const file = caseFile()
    await index(file, [root])
    const { default: Database } = await import('better-sqlite3')
    const db = new Database(file)
    const last = db.prepare('SELECT max(id) FROM source WHERE member IS NOT NULL').pluck().get() as number
    db.exec(
      `DELETE FROM event_resource WHERE event_rowid IN (SELECT id FROM event WHERE source_id = ${String(last)})`,
    )
    db.exec(
      `DELETE FROM event WHERE source_id = ${String(last)}; DELETE FROM segment WHERE source_id = ${String(last)}`,
    )
    db.exec(`DELETE FROM source WHERE id = ${String(last)} OR member IS NULL`)
    db.close()
    const { files, members, records } = await index(file, [root])
    expect(files).toMatchObject({ found: 1, alreadyIndexed: 0, indexed: 1 })
    expect(members).toMatchObject({ found: 6, alreadyIndexed: 5, indexed: 1 })
    expect(records.events).toBe(10)
    expect(query(file, 'SELECT count(*) AS n FROM event')).toEqual([{ n: 60 }])
  })
})

describe('a run that is interrupted', () => {
  const root = path.join(folder, 'stopped')
  beforeAll(() => {
    // Each is more than a batch holds, so that there is something to stop between.
    const large = (n: number): Buffer => Buffer.concat([part(n), Buffer.alloc(20 * 1024 * 1024, ' ')])
    put(root, 'a.json', large(0))
    const inside = [1, 2, 3].map((n) => ({ name: `m${String(n)}.json`, bytes: large(n) }))
    put(root, 'b.zip', makeZip(inside))
    put(root, 'c.zip', makeZip([{ name: 'only.json', bytes: part(4) }]))
  })

  it.each([0, 1, 2, 3])('accounts for every file and member, stopped after %i', async (after) => {
    const file = caseFile()
    const control = new AbortController()
    let done = 0
    const totals = await ingest(planOf(file, [root]), {
      signal: control.signal,
      onProgress: ({ filesDone }) => {
        done = Math.max(done, filesDone)
        if (done >= after) control.abort()
      },
    })
    for (const counts of [totals.files, totals.members]) {
      const { found, indexed, duplicate, alreadyIndexed, skipped, rejected } = counts
      expect({ after, counts, sum: indexed + duplicate + alreadyIndexed + skipped + rejected }).toEqual({
        after,
        counts,
        sum: found,
      })
    }
    expect(totals.files.found).toBe(3)
    expect(totals.interrupted).toBe(true)
    const whole = await index(file, [root])
    expect(whole.records.events + totals.records.events).toBe(50)
    expect(query(file, 'SELECT count(*) AS n FROM event')).toEqual([{ n: 50 }])
  })
})

async function problems(name: string, bytes: Buffer): Promise<{ kinds: unknown[]; events: number }> {
  const root = path.join(folder, `p-${name}`)
  put(root, name, bytes)
  const file = caseFile()
  const { records, files } = await index(file, [root])
  expect(records.found).toBe(records.events + records.duplicates + records.replaced + records.rejected)
  expect(files.found).toBe(
    files.indexed + files.duplicate + files.alreadyIndexed + files.skipped + files.rejected,
  )
  const kinds = query(file, 'SELECT kind, member FROM problem ORDER BY source_id, id')
  // Damaged evidence is no damaged case.
  expect(await runCommand(Verify, '--case', file)).toMatchObject({ exit: 0, stdout: '' })
  return { kinds, events: records.events }
}

describe('damaged containers', () => {
  it('a member with a wrong CRC keeps its records and is reported', async () => {
    const [first] = MEMBERS
    const zip = makeZip([{ ...first!, claim: { crc: 1 } }, MEMBERS[1]!])
    expect(await problems('crc.zip', zip)).toMatchObject({
      kinds: [{ kind: 'bad-member', member: 'AWSLogs/a.json.gz' }],
      events: 20,
    })
  })

  it('a member that does not inflate keeps what comes before the damage', async () => {
    const zip = makeZip([{ name: 'a.json', bytes: part(0) }, MEMBERS[1]!])
    zip.fill(0xff, 900, 960)
    const { kinds, events } = await problems('broken.zip', zip)
    expect(kinds).toContainEqual({ kind: 'bad-member', member: 'a.json' })
    expect(events).toBeGreaterThanOrEqual(10)
  })

  it('encrypted members and members with a false size are reported', async () => {
    const zip = makeZip([
      { name: 'secret.json', bytes: part(0), claim: { flags: 1 } },
      { name: 'short.json', bytes: part(1), claim: { size: 100 } },
      MEMBERS[2]!,
    ])
    const { kinds, events } = await problems('lies.zip', zip)
    expect(kinds).toContainEqual({ kind: 'unsupported', member: 'secret.json' })
    expect(kinds).toContainEqual({ kind: 'bad-member', member: 'short.json' })
    expect(events).toBeGreaterThanOrEqual(10)
  })

  it('a tar that was cut keeps its beginning', async () => {
    const tar = await makeTar(MEMBERS)
    const { kinds, events } = await problems('cut.tar', tar.subarray(0, tar.length / 2))
    expect(kinds).toContainEqual({ kind: 'bad-container', member: null })
    expect(events).toBeGreaterThanOrEqual(10)
    const [, second] = MEMBERS
    const between = tar.indexOf(second!.name) // the header of the second member
    expect(await problems('between.tar', tar.subarray(0, between))).toMatchObject({
      kinds: [{ kind: 'bad-container', member: null }],
      events: 10,
    })
    const gz = await makeTarGz(MEMBERS)
    const cut = await problems('cut.tar.gz', gz.subarray(0, gz.length - 1000))
    expect(cut.kinds).toContainEqual({ kind: 'bad-container', member: null })
    expect(cut.events).toBeGreaterThanOrEqual(10)
  })

  it('links are not followed', async () => {
    const tar = await makeTar([{ name: 'link', type: 'symlink' }, MEMBERS[1]!])
    expect(await problems('link.tar', tar)).toMatchObject({
      kinds: [{ kind: 'bad-member', member: null }],
      events: 10,
    })
  })
})

describe('bombs', () => {
  it('a container in a container is not opened', async () => {
    const inner = makeZip(MEMBERS)
    const { kinds } = await problems(
      'nested.zip',
      makeZip([
        { name: 'in.zip', bytes: inner },
        { name: 'in.tar.gz', bytes: await makeTarGz(MEMBERS) },
      ]),
    )
    expect(kinds).toEqual([
      { kind: 'unsupported', member: 'in.zip' },
      { kind: 'unsupported', member: 'in.tar.gz' },
    ])
  })

  it('a zip and a tar.gz of zeros end at the ratio', async () => {
    const zeros = Buffer.alloc(100 * 1024 * 1024)
    const zip = await problems('zeros.zip', makeZip([{ name: 'a', bytes: zeros }]))
    expect(zip).toMatchObject({ kinds: [{ kind: 'too-large', member: null }], events: 0 })
    const tar = await problems('zeros.tar.gz', await makeTarGz([{ name: 'a', bytes: zeros }]))
    expect(tar).toMatchObject({ kinds: [{ kind: 'too-large', member: null }], events: 0 })
    const inside = await problems(
      'inside.zip',
      makeZip([{ name: 'a.gz', bytes: gzipSync(zeros), stored: true }]),
    )
    expect(inside).toMatchObject({ kinds: [{ kind: 'too-large', member: 'a.gz' }], events: 0 })
  })

  it('a list that makes a member as long as the file is reported, and the length in the header is used', async () => {
    const zip = makeZip([MEMBERS[1]!, MEMBERS[2]!])
    const entry = zip.indexOf('PK\u0001\u0002', 0, 'latin1')
    zip.writeUInt32LE(zip.length, entry + 20)
    expect(await problems('over.zip', zip)).toMatchObject({ kinds: [{ kind: 'bad-container' }], events: 20 })
  })

  it('members over each other are refused', async () => {
    const log = { name: 'log.json', bytes: Buffer.from(JSON.stringify({ Records: RECORDS })), stored: true }
    // Each holds the one before it, with its header, and the list has all of them.
    let content: Buffer = log.bytes
    let list: Buffer = Buffer.alloc(0)
    let count = 0
    for (; count < 8; count++) {
      const zip = makeZip([{ ...log, name: `${count}.json`, bytes: content }])
      const start = zip.indexOf('PK\u0001\u0002', 0, 'latin1')
      const header = start - content.length
      for (let at = 42; at < list.length; at += 46 + list.readUInt16LE(at - 14))
        list.writeUInt32LE(list.readUInt32LE(at) + header, at)
      list = Buffer.concat([list, zip.subarray(start, start + 46 + zip.readUInt16LE(start + 28))])
      content = zip.subarray(0, start)
    }
    const end = Buffer.alloc(22)
    end.write('PK\u0005\u0006', 'latin1')
    end.writeUInt16LE(count, 8)
    end.writeUInt16LE(count, 10)
    end.writeUInt32LE(list.length, 12)
    end.writeUInt32LE(content.length, 16)
    expect(await problems('nested.zip', Buffer.concat([content, list, end]))).toMatchObject({
      kinds: [{ kind: 'bad-container', member: null }],
      events: 0,
    })
  })

  it('a tar of very many members is refused', async () => {
    const block = (await makeTar([{ name: 'empty' }])).subarray(0, 512)
    const tar = Buffer.alloc(512 * 510_000)
    for (let at = 0; at < tar.length; at += 512) block.copy(tar, at)
    const many = await problems('many.tar', tar)
    expect(many).toMatchObject({ kinds: [{ kind: 'too-large', member: null }], events: 0 })
  })

  it('a CSV with a cell of 300 MB is one problem', async () => {
    const file = put(folder, 'cell/huge.csv', 'eventid,eventjson\na,"')
    const filler = Buffer.alloc(1024 * 1024, 'x')
    for (let mb = 0; mb < 300; mb++) writeFileSync(file, filler, { flag: 'a' })
    writeFileSync(file, `"\nb,"${JSON.stringify(RECORDS[0]).replaceAll('"', '""')}"\n`, { flag: 'a' })
    const target = caseFile()
    const before = process.memoryUsage().rss
    const { records } = await index(target, [file])
    expect(process.memoryUsage().rss - before).toBeLessThan(700 * 1024 * 1024)
    expect(records).toEqual({ found: 2, events: 1, duplicates: 0, replaced: 0, rejected: 1 })
    expect(query(target, 'SELECT kind, byte_offset FROM problem')).toEqual([
      { kind: 'record-too-large', byte_offset: 18 },
    ])
    truncateSync(file)
  })
})
