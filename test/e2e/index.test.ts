import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { logPath, logText, makeArchive, makeRecord, put, putLog, shuffled } from '../helpers/archive.js'
import { contentOf, integrity, leftovers, query } from '../helpers/cli-case.js'
import { killGroup, until } from '../helpers/cli-undisturbed.js'
import {
  find,
  findIds,
  index,
  info,
  listProblems,
  run,
  start,
  tempFolder,
  type Indexed,
} from '../helpers/cli.js'
import { figure } from '../helpers/counts.js'

const EVER = ['--until', '9000-01-01'] as const

/** Fourteen files over four days; some records are delivered twice, one file is there under a second name. */
function sampleArchive(): { root: string; files: string[]; events: number; records: number } {
  const root = tempFolder('archive')
  const archive = makeArchive(root, { files: 12, recordsPerFile: 40, days: 4, redeliveredEvery: 3 })
  const plain = put(root, 'plain/export.JSON', logText([makeRecord(9001), makeRecord(9002)]))
  const copy = path.join(root, 'again', 'copy.json.gz')
  mkdirSync(path.dirname(copy))
  copyFileSync(archive.files[4]!, copy)
  return {
    root,
    files: [...archive.files, plain, copy],
    events: archive.events + 2,
    records: archive.records + 2 + 40 + 5,
  }
}

/** Starts a run and ends it with SIGKILL as soon as it has written something. */
async function killed(paths: readonly string[], caseFile: string, workers: string): Promise<void> {
  const indexing = start(['index', ...paths, '--case', caseFile, '--workers', workers], { detached: true })
  await until(() => existsSync(`${caseFile}.work`))
  killGroup(indexing, 'SIGKILL')
  await indexing.done
}

describe('index', () => {
  const archive = sampleArchive()
  const folder = tempFolder('cases')
  const caseOf = (name: string): string => path.join(folder, `${name}.sqlite`)
  let first: Indexed
  beforeAll(async () => {
    first = await index([archive.root], caseOf('one'), ['--workers', '1'])
  })

  it('makes the same case in ten runs: 1, 2 and 8 workers, shuffled arguments, killed and resumed', async (context) => {
    const digest = (await info(caseOf('one'))).logical_digest
    const content = contentOf(caseOf('one'))
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    const others: [string, readonly string[], string][] = [
      ['two', [archive.root], '2'],
      ['eight', [archive.root], '8'],
      ['shuffled a', shuffled(archive.files, 'a'), '1'],
      ['shuffled b', shuffled(archive.files, 'b'), '2'],
      ['shuffled c', shuffled(archive.files, 'c'), '8'],
      ['killed', [archive.root], '1'],
      ['killed and shuffled', shuffled(archive.files, 'd'), '2'],
      ['killed and shuffled again', shuffled(archive.files, 'e'), '8'],
      ['in two halves', shuffled(archive.files, 'f'), '2'],
    ]
    for (const [name, paths, workers] of others) {
      if (name.startsWith('killed')) await killed(paths, caseOf(name), workers)
      if (name === 'in two halves') await index(paths.slice(0, 7), caseOf(name))
      const { code, totals } = await index(paths, caseOf(name), ['--workers', workers])
      expect({ name, code, files: totals.files.found }).toEqual({
        name,
        code: 0,
        files: archive.files.length,
      })
      expect({ name, digest: (await info(caseOf(name))).logical_digest }).toEqual({ name, digest })
      // In two runs another appearance of an event can be the first one.
      if (name !== 'in two halves')
        expect({ name, content: contentOf(caseOf(name)) }).toEqual({ name, content })
    }
    figure(context, `${others.length + 1} runs, 1 logical digest`)
  })

  it('accounts for every file and record, in --json', async () => {
    const { code, stderr, totals } = first
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(totals.files).toMatchObject({
      found: archive.files.length,
      indexed: 13,
      duplicate: 1,
      rejected: 0,
      skipped: 0,
      alreadyIndexed: 0,
    })
    expect(totals.records).toMatchObject({ found: archive.records, events: archive.events, rejected: 0 })
    const held = await info(caseOf('one'))
    expect(held).toMatchObject({ events: archive.events, state: 'ready', records: totals.records })
    expect(await find(caseOf('one'), 'window', ...EVER)).toHaveLength(archive.events)
  })

  it('prints the same totals for people on stderr, and keeps stdout empty', async () => {
    const { code, stdout, stderr } = await run(['index', archive.root, '--case', caseOf('people')])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    for (const [what, found] of [
      ['files', archive.files.length],
      ['records', archive.records],
    ] as const) {
      const line = stderr.split('\n').find((text) => text.startsWith(what)) ?? ''
      const [left = '', right = ''] = line.split('=')
      expect({ line, found: numbers(left)[0] }).toEqual({ line, found })
      expect({ line, sum: numbers(right).reduce((sum, n) => sum + n, 0) }).toEqual({ line, sum: found })
    }
  })

  it('finds nothing new in a second run, and changes nothing', async () => {
    const before = contentOf(caseOf('one'))
    const { code, totals } = await index([archive.root], caseOf('one'))
    expect(code).toBe(0)
    expect(totals.files).toMatchObject({
      found: archive.files.length,
      alreadyIndexed: archive.files.length,
      indexed: 0,
      duplicate: 0,
    })
    expect(totals.records).toEqual({ found: 0, events: 0, duplicates: 0, replaced: 0, rejected: 0 })
    expect(contentOf(caseOf('one'))).toEqual(before)
  })

  it('leaves one sound file and nothing next to it', () => {
    expect(integrity(caseOf('one'))).toBe('ok')
    expect(leftovers(caseOf('one'))).toEqual([])
  })

  it('recognises a file by its bytes, not by its name, place or date', async () => {
    const root = tempFolder('renamed')
    const { files } = makeArchive(root, { files: 3, recordsPerFile: 4 })
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    await index([root], caseFile)
    renameSync(files[0]!, path.join(root, 'moved.bin'))
    const { totals } = await index([root], caseFile)
    expect(totals.files).toMatchObject({ found: 3, alreadyIndexed: 2, duplicate: 1, indexed: 0 })
    // The same name with other bytes is a new file.
    putLog(root, path.relative(root, files[1]!), [makeRecord(777)])
    const again = await index([root], caseFile)
    expect(again.totals.files).toMatchObject({ found: 3, alreadyIndexed: 2, indexed: 1 })
    expect((await info(caseFile)).events).toBe(13)
  })

  it('takes up only what is new in a grown archive, and ends as if all had been there at once', async () => {
    const root = tempFolder('grown')
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const { files } = makeArchive(root, { files: 9, recordsPerFile: 30, redeliveredEvery: 2 })
    const late = files.filter((_, at) => at % 3 === 1)
    const hidden = late.map((file) => ({ file, bytes: readFileSync(file), time: statSync(file).mtime }))
    for (const { file } of hidden) rmSync(file)
    await index([root], caseFile, ['--workers', '2'])
    for (const { file, bytes, time } of hidden) {
      writeFileSync(file, bytes)
      utimesSync(file, time, time)
    }
    const grown = await index([root], caseFile, ['--workers', '2'])
    expect(grown.totals.files).toMatchObject({ found: 9, alreadyIndexed: 6, indexed: 3 })
    const whole = path.join(tempFolder(), 'case.sqlite')
    await index([root], whole)
    const [ours, theirs] = [await info(caseFile), await info(whole)]
    expect(ours.logical_digest).toBe(theirs.logical_digest)
    expect({ events: ours.events, appearances: ours.appearances }).toEqual({
      events: theirs.events,
      appearances: theirs.appearances,
    })
    const content = { firstPlace: false, sourceStatus: false }
    expect(contentOf(caseFile, content)).toEqual(contentOf(whole, content))
  })

  it('counts the same file under two names once, in one run and over two', async () => {
    const root = tempFolder('twice')
    const { files } = makeArchive(root, { files: 2, recordsPerFile: 6 })
    copyFileSync(files[0]!, path.join(root, 'a-copy.gz'))
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const { code, totals } = await index([root], caseFile)
    expect(code).toBe(0)
    expect(totals.files).toMatchObject({ found: 3, indexed: 2, duplicate: 1 })
    expect(totals.records).toMatchObject({ found: 18, events: 12, duplicates: 6 })
    copyFileSync(files[1]!, path.join(root, 'b-copy.gz'))
    const later = await index([root], caseFile)
    expect(later.totals.files).toMatchObject({ found: 4, indexed: 0, duplicate: 1, alreadyIndexed: 3 })
    expect((await info(caseFile)).events).toBe(12)
    // Every path is remembered.
    const paths = query<{ path: string }>(caseFile, 'SELECT path FROM sources ORDER BY path').map(
      (row) => row.path,
    )
    expect(paths).toEqual([...files, path.join(root, 'a-copy.gz'), path.join(root, 'b-copy.gz')].sort())
  })

  it('lists every place where an event was delivered', async () => {
    const root = tempFolder('appearances')
    const files = ['a.json', 'b.json', 'c.json'].map((name, at) =>
      putLog(root, name, [makeRecord(1), makeRecord(100 + at)]),
    )
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const { code, totals } = await index([root], caseFile)
    expect({ code, records: totals.records }).toEqual({
      code: 0,
      records: { found: 6, events: 4, duplicates: 2, replaced: 0, rejected: 0 },
    })
    const id = makeRecord(1)['eventID'] as string
    const [row] = await find(caseFile, 'request', makeRecord(1)['requestID'] as string)
    expect(row).toMatchObject({ event_id: id, appearances: 3, source_path: files[0] })
    const shown = await run(['show', id, '--case', caseFile])
    expect(shown.stdout).toBe(JSON.stringify(makeRecord(1)))
    for (const file of files) expect(shown.stderr).toContain(file)
  })

  it('keeps both records of an eventID that was delivered with different content, and says so', async () => {
    const root = tempFolder('conflict')
    putLog(root, 'a.json', [makeRecord(1)])
    putLog(root, 'b.json', [makeRecord(1, { sourceIPAddress: '192.0.2.99' })])
    const reordered = Object.fromEntries(Object.entries(makeRecord(1)).reverse())
    putLog(root, 'c.json', [reordered])
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const { totals } = await index([root], caseFile)
    expect(totals).toMatchObject({
      records: { found: 3, events: 2, duplicates: 1 },
      conflicts: 1,
      problems: { conflict: 1 },
    })
    const rows = await find(caseFile, 'window', ...EVER)
    expect(rows.map((row) => row.source_ip_address).sort()).toEqual(
      [makeRecord(1)['sourceIPAddress'], '192.0.2.99'].sort(),
    )
    const [problem] = await listProblems(caseFile)
    expect(problem).toMatchObject({
      kind: 'conflict',
      event_id: makeRecord(1)['eventID'],
      path: path.join(root, 'b.json'),
      byte_offset: 12,
    })
  })

  it('with --reference keeps no bytes, answers the same, and notices a changed or missing file', async () => {
    const root = tempFolder('reference')
    const { files } = makeArchive(root, { files: 3, recordsPerFile: 8 })
    const [kept, referred] = [
      path.join(tempFolder(), 'kept.sqlite'),
      path.join(tempFolder(), 'referred.sqlite'),
    ]
    await index([root], kept)
    await index([root], referred, ['--reference'])
    expect(query(referred, 'SELECT count(*) AS n FROM segment')).toEqual([{ n: 0 }])
    expect((await info(referred)).logical_digest).toBe((await info(kept)).logical_digest)
    const ask = ['find', 'window', ...EVER, '--format', 'jsonl', '--records', '--case']
    const [left, right] = [await run([...ask, kept]), await run([...ask, referred])]
    expect({ code: right.code, same: left.stdout === right.stdout }).toEqual({ code: 0, same: true })
    const inFirst = (await find(referred, 'window', ...EVER)).find(
      (row) => row.source_path === files[0],
    )!.event_id
    writeFileSync(files[0]!, gzipSync(logText([makeRecord(5000)])))
    const changed = await run(['show', inFirst, '--case', referred])
    expect({ code: changed.code, stdout: changed.stdout }).toEqual({ code: 12, stdout: '' })
    expect(changed.stderr).toMatch(/SHA-256/)
    rmSync(files[0]!)
    const missing = await run(['show', inFirst, '--case', referred])
    expect({ code: missing.code, stdout: missing.stdout }).toEqual({ code: 12, stdout: '' })
  })

  it('skips whole files by the day in their path, counts them, and loses no event of the window', async () => {
    const root = tempFolder('days')
    const { files } = makeArchive(root, { files: 20, recordsPerFile: 3, days: 20 })
    // Late delivery: an event of 6 March in the first file of 7 March.
    const lateId = 'late-delivery'
    putLog(root, logPath(50, 3), [makeRecord(900, { eventTime: '2024-03-06T23:58:00Z', eventID: lateId })])
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const { code, totals } = await index([root], caseFile, ['--since', '2024-03-06', '--until', '2024-03-07'])
    expect(code).toBe(0)
    expect(totals.files.skipped).toBeGreaterThanOrEqual(12)
    expect(totals.files).toMatchObject({ found: 21, rejected: 0, alreadyIndexed: 0 })
    const read = query<{ path: string }>(caseFile, 'SELECT path FROM sources').map((row) => row.path)
    expect(read).toContain(files[2])
    expect(read).not.toContain(files[1])
    expect(read).not.toContain(files[19])
    expect(await findIds(caseFile, 'window', '--since', '2024-03-06', '--until', '2024-03-07')).toContain(
      lateId,
    )
    // Without the window the rest follows.
    const rest = await index([root], caseFile)
    expect(rest.totals.files).toMatchObject({
      found: 21,
      skipped: 0,
      alreadyIndexed: 21 - totals.files.skipped,
      indexed: totals.files.skipped,
    })
  })

  it('makes the same case of large and small files together, in any concurrency', async () => {
    const root = tempFolder('mixed')
    makeArchive(root, { files: 60, recordsPerFile: 4, redeliveredEvery: 5 })
    // Over 64 MB: read in pieces, while other files are read in between by the same thread.
    const pad = 'y'.repeat(100_000)
    for (const large of [1, 2, 3]) {
      const records = Array.from({ length: 700 }, (_, at) =>
        makeRecord(large * 10_000 + at, { additionalEventData: { pad } }),
      )
      putLog(root, `AWSLogs/large-${large}.json`, records)
    }
    const [one, two] = ['1', '2'].map((workers) => path.join(tempFolder(), `${workers}.sqlite`))
    const first = await index([root], one!, ['--workers', '1'])
    const second = await index([root], two!, ['--workers', '2'])
    expect([first.code, second.code]).toEqual([0, 0])
    expect(contentOf(two!)).toEqual(contentOf(one!))
    // Every event has all the rows it points to: the view shows it.
    const count = (table: string): unknown => query(two!, `SELECT count(*) AS n FROM ${table}`)
    expect(count('events')).toEqual(count('event'))
    expect(count('events')).toEqual([{ n: 240 + 2100 }])
  })

  it('takes its paths from standard input', async () => {
    const root = tempFolder('stdin')
    const { files } = makeArchive(root, { files: 4, recordsPerFile: 2 })
    const odd = putLog(root, 'with space ünd "quotes".json', [makeRecord(400)])
    const given = [files[0]!, files[2]!, odd]
    for (const [flags, input] of [
      [['--files-from', '-'], `${given.join('\n')}\n`],
      [['--files0-from', '-'], given.map((file) => `${file}\0`).join('')],
    ] as const) {
      const caseFile = path.join(tempFolder(), 'case.sqlite')
      const { code, totals } = await index([], caseFile, flags, { input })
      expect({ code, files: totals.files.found, events: totals.records.events }).toEqual({
        code: 0,
        files: 3,
        events: 5,
      })
    }
  })

  it('reads gzip and plain files with any name', async () => {
    const root = tempFolder('names')
    const text = (n: number): string => logText([makeRecord(n)])
    put(root, '.hidden.json.gz', gzipSync(text(1)))
    put(root, 'UPPER.JSON.GZ', gzipSync(text(2)))
    put(root, 'gz-in-disguise.json', gzipSync(text(3)))
    put(root, 'plain-in-disguise.json.gz', text(4))
    put(root, 'no-extension', text(5))
    put(root, '.dot/.folder/x.json', text(6))
    put(root, '-rf', text(7))
    put(root, 'line\nbreak.json', text(8))
    put(root, 'glob[1]*.json', text(9))
    put(root, '[10]/{a,b}.json', text(10))
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const { code, totals } = await index([root], caseFile)
    expect({ code, files: totals.files.indexed, events: totals.records.events }).toEqual({
      code: 0,
      files: 10,
      events: 10,
    })
  })

  it('reads every shape of records that issue and formats name', async () => {
    const root = tempFolder('shapes')
    const text = (n: number): string => JSON.stringify(makeRecord(n))
    put(root, 'envelope.json', logText([makeRecord(1)]))
    put(root, 'pretty.json', JSON.stringify({ Records: [makeRecord(2)] }, null, 2))
    put(root, 'array.json', `[${text(3)},\n${text(4)}]`)
    put(root, 'one.json', text(5))
    put(root, 'lines.jsonl', `${text(6)}\n${text(7)}\n`)
    put(root, 'joined.json', `${text(8)}${text(9)}`)
    put(root, 'envelopes.jsonl', `${logText([makeRecord(10)])}\n${logText([makeRecord(11)])}`)
    put(root, 'more-keys.json', `{"a":[1,{"Records":2}],"Records":[${text(12)}],"z":{"Records":[]}}`)
    put(root, 'empty-list.json', '[]')
    put(root, 'empty-records.json', '{"Records":[]}')
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const { code, totals } = await index([root], caseFile)
    expect({ code, problems: totals.problems }).toEqual({ code: 0, problems: {} })
    expect(totals).toMatchObject({ files: { found: 10, indexed: 10 }, records: { found: 12, events: 12 } })
    const wanted = Array.from({ length: 12 }, (_, at) => makeRecord(at + 1)['eventID'] as string).sort()
    expect(await findIds(caseFile, 'window', ...EVER)).toEqual(wanted)
  })

  it('leaves out what --exclude names', async () => {
    const root = tempFolder('exclude')
    makeArchive(root, { files: 3, recordsPerFile: 2 })
    putLog(root, 'AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2024/03/04/digest.json.gz', [
      makeRecord(99),
    ])
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const { totals } = await index([root], caseFile, ['--exclude', '**/CloudTrail-Digest/**'])
    expect(totals.files).toMatchObject({ found: 3, indexed: 3 })
  })

  it('ends with 2 and a hint when it is asked wrongly', async () => {
    const root = tempFolder('wrong')
    makeArchive(root, { files: 1, recordsPerFile: 1 })
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const wrong: readonly (readonly string[])[] = [
      ['index', '--case', caseFile],
      ['index', path.join(root, 'missing'), '--case', caseFile],
      ['index', root, '--case', path.join(root, 'AWSLogs', 'case.sqlite')],
      ['index', root, '--case', path.join(root, 'no', 'such', 'folder', 'case.sqlite')],
      ['index', root, '--case', caseFile, '--workers', '-1'],
      ['index', root, '--case', caseFile, '--since', '03/04/2024'],
      ['index', root, '--case', caseFile, '--no-such-flag'],
      ['index', '--files-from', path.join(root, 'no-list'), '--case', caseFile],
    ]
    for (const args of wrong) {
      const { code, stdout, stderr } = await run(args)
      expect({ args, code, stdout, said: stderr.length > 20 }).toEqual({
        args,
        code: 2,
        stdout: '',
        said: true,
      })
    }
  })

  it('ends with 3 when problems were recorded, and says where to look', async () => {
    const root = tempFolder('three')
    makeArchive(root, { files: 1, recordsPerFile: 1 })
    put(root, 'notes.txt', 'not a log')
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    const { code, stderr } = await run(['index', root, '--case', caseFile])
    expect(code).toBe(3)
    expect(stderr).toContain('coldtrail problems')
    const reported = await run(['problems', '--case', caseFile])
    expect(reported.code).toBe(0)
    expect(reported.stdout).toContain('notes.txt')
  })
})

/** Numbers in a text, with or without separators of thousands. */
function numbers(text: string): number[] {
  return (text.match(/\d[\d,\u00a0\u202f' ]*/g) ?? []).map((digits) => Number(digits.replace(/\D/g, '')))
}
