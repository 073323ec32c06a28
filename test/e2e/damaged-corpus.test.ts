/** 1,000 good and 40 damaged files: each damage is listed with reason and offset, and every readable record is there, as Python finds it. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { logText, makeRecord, put } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import { hasPython } from '../helpers/oracle.js'
import { index, scratch } from '../verify/indexed.js'

if (!hasPython) console.log('skipped: python3 is missing, so there is no independent answer key')

const GOOD = 1000
const EACH = 5
const RECORDS = 6

const folder = scratch()
const root = path.join(folder, 'in')
const file = path.join(folder, 'case.sqlite')

let next = 0
/** Unlike any other record; its text begins with eventVersion. */
const records = (): string[] =>
  Array.from({ length: RECORDS }, () => {
    const n = next++
    return JSON.stringify(
      makeRecord(n, { eventID: `event-${String(n)}`, requestParameters: { text: `ü ${String(n)}` } }),
    )
  })

/** In turn: as delivered, inflated, one a line, as a list, in two members. */
function goodFile(n: number): void {
  const texts = records()
  const name = `good/${String(n % 7)}/${String(n)}`
  if (n % 5 === 0) put(root, `${name}.json.gz`, gzipSync(logText(texts)))
  else if (n % 5 === 1) put(root, `${name}.json`, logText(texts))
  else if (n % 5 === 2) put(root, `${name}.ndjson.gz`, gzipSync(texts.map((text) => `${text}\n`).join('')))
  else if (n % 5 === 3) put(root, `${name}.json`, `[\n${texts.join(',\n')}\n]`)
  else
    put(
      root,
      `${name}.json.gz`,
      Buffer.concat([gzipSync(logText(texts.slice(0, 2))), gzipSync(logText(texts.slice(2)))]),
    )
}

interface Damage {
  readonly bytes: Buffer
  /** Of the problem; null where the file has none, 'end' at the end of what can be inflated. */
  readonly offset: number | null | 'end'
}

const bytesBefore = (text: string, part: string): number =>
  Buffer.byteLength(text.slice(0, text.indexOf(part)))

const DAMAGES: Readonly<Record<string, (n: number) => Damage>> = {
  'truncated-gzip': (n) => {
    const whole = gzipSync(logText(records()))
    return { bytes: whole.subarray(0, Math.floor((whole.length * (50 + n * 8)) / 100)), offset: 'end' }
  },
  'corrupt-gzip': (n) => {
    const whole = gzipSync(logText(records()))
    whole.fill(
      0xff,
      Math.floor((whole.length * (40 + n * 8)) / 100),
      Math.floor((whole.length * (45 + n * 8)) / 100),
    )
    return { bytes: whole, offset: 'end' }
  },
  'trailing-garbage': (n) => ({
    bytes: Buffer.concat([gzipSync(logText(records())), Buffer.from('garbage'.repeat(n + 1))]),
    offset: 'end',
  }),
  'truncated-json': (n) => {
    const texts = records()
    const text = logText(texts)
    const cut = text.indexOf(texts[n]!) + 40
    return { bytes: Buffer.from(text.slice(0, cut)), offset: bytesBefore(text, texts[n]!) }
  },
  'bad-json': (n) => {
    const texts = records()
    const bad = texts[n]!.replace('"eventName":', '"eventName"')
    const text = logText(texts.with(n, bad))
    return { bytes: Buffer.from(text), offset: bytesBefore(text, bad) }
  },
  'bad-record': (n) => {
    const odd = ['17', '"text"', '{"no":"record"}', '[1,2]', 'true'][n]!
    const texts = records()
    const text = logText(texts.toSpliced(n, 0, odd))
    return { bytes: Buffer.from(text), offset: bytesBefore(text, `${odd},${texts[n]!}`) }
  },
  empty: () => ({ bytes: Buffer.alloc(0), offset: null }),
  'unknown-shape': (n) => ({
    bytes: [
      Buffer.from('Dear colleague, the logs are in the other folder.'),
      Buffer.from(`{"a":${String(n)}}`),
      gzipSync('no log'),
      Buffer.alloc(5000),
      Buffer.from('key: value, and no list of records'),
    ][n]!,
    offset: null,
  }),
}

interface Key {
  readonly sizes: Readonly<Record<string, number>>
  readonly records: readonly (readonly [path: string, offset: number, length: number, eventId: string])[]
}

describe.skipIf(!hasPython)('1,000 good and 40 damaged files', () => {
  const damaged: { readonly kind: string; readonly path: string; readonly offset: Damage['offset'] }[] = []
  let key: Key
  let totals: Awaited<ReturnType<typeof index>>

  beforeAll(async () => {
    for (let n = 0; n < GOOD; n++) goodFile(n)
    for (const [kind, make] of Object.entries(DAMAGES)) {
      for (let n = 0; n < EACH; n++) {
        const { bytes, offset } = make(n)
        damaged.push({ kind, path: put(root, `damaged/${kind}-${String(n)}.bin`, bytes), offset })
      }
    }
    const script = path.resolve(import.meta.dirname, '../helpers/salvage.py')
    const run = spawnSync('python3', [script, root], { encoding: 'utf8', maxBuffer: 1 << 28 })
    key = JSON.parse(run.stdout) as Key
    totals = await index(file, [root])
  })

  it('lists 40 of 40 damaged files, with reason and offset', () => {
    expect(damaged).toHaveLength(40)
    for (const { kind, path: name, offset } of damaged) {
      const expected = offset === 'end' ? key.sizes[name] : offset
      const problems = query(file, 'SELECT kind, byte_offset FROM problem WHERE path = ?', name)
      expect({ name, problems }).toMatchObject({
        problems: expect.arrayContaining([
          expect.objectContaining(expected === null ? { kind } : { kind, byte_offset: expected }),
        ]) as unknown,
      })
    }
  })

  it('says nothing of the good files but that some have two members', () => {
    const others = query(
      file,
      "SELECT kind, count(*) AS n FROM problem WHERE path LIKE '%/good/%' GROUP BY kind",
    )
    expect(others).toEqual([{ kind: 'multi-member-gzip', n: GOOD / 5 }])
  })

  it('has every record that Python can read, at its place, and no other', () => {
    const found = query<{ key: string }>(
      file,
      "SELECT source_path || ' ' || record_offset || ' ' || record_length || ' ' || event_id AS key FROM appearances",
    )
    const expected = key.records.map((record) => record.join(' '))
    expect(found.map((row) => row.key).sort()).toEqual(expected.sort())
    expect(expected.length).toBeGreaterThan(GOOD * RECORDS)
    expect(totals.records.events).toBe(new Set(key.records.map(([, , , id]) => id)).size)
  })

  it('accounts for each file and record', () => {
    const { files, records: counts } = totals
    expect(files).toMatchObject({ found: GOOD + 40, skipped: 0, duplicate: 0, alreadyIndexed: 0 })
    expect(files.indexed + files.rejected).toBe(GOOD + 40)
    expect(counts.found).toBe(counts.events + counts.duplicates + counts.replaced + counts.rejected)
  })
})
