/** Random records in a random shape, container and damage: the accounts agree, and no good record is lost. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ContentDecoder, type FoundRecord } from '../../src/decode/decode.js'
import { LIMITS } from '../../src/decode/limits.js'
import { makeRecord, put, type CloudTrailRecord } from '../helpers/archive.js'
import { makeTar, makeTarGz, makeZip } from '../helpers/containers.js'
import { query } from '../helpers/cli-case.js'
import { SAMPLES, type ShapeSample } from '../helpers/shapes.js'
import { index, scratch } from '../verify/indexed.js'

/** Shapes in which each record has a value of its own: damage in one must not cost another. An answer of a query is one value. */
const ONE_VALUE_A_RECORD = SAMPLES.filter(
  ({ shape, file }) =>
    !/^(?:log-subscription|lambda-log-event|aggregated|answer-table)$/.test(shape) &&
    !/^(?:response|objects)/.test(file),
)

const records = fc
  .array(fc.record({ n: fc.nat(500), text: fc.string({ unit: 'binary', maxLength: 30 }) }), {
    minLength: 2,
    maxLength: 8,
  })
  .map((items) =>
    items.map(({ n, text }, at) =>
      makeRecord(n, { eventID: `event-${at}-of-${items.length}`, requestParameters: { text } }),
    ),
  )

interface Reading {
  readonly found: readonly FoundRecord[]
  readonly lines: number
  readonly values: number
  readonly rejected: number
  readonly problems: number
}

function decode(bytes: Buffer, piece: number): Reading {
  const found: FoundRecord[] = []
  let [problems, lines] = [0, 0]
  const decoder = new ContentDecoder(
    {
      record: (r) => {
        found.push(r)
        return false
      },
      problem: () => problems++,
      aggregate: () => undefined,
      notice: () => undefined,
      accessLine: () => lines++,
    },
    LIMITS,
  )
  for (let at = 0; at < bytes.length; at += piece)
    if (!decoder.push(Buffer.from(bytes.subarray(at, at + piece)), false)) break
  decoder.push(Buffer.alloc(0), true)
  const { verdict } = decoder.verdict()
  return { found, lines, problems, values: verdict?.values ?? 0, rejected: verdict?.rejected ?? 0 }
}

const ids = (found: readonly { record: CloudTrailRecord }[]): string[] =>
  found.map(({ record }) => String(record['eventID'])).sort()

it.each([
  ['log-export/good.txt', 3],
  ['s3-access-log/good.txt', 0],
  ['json-values/good.json', 3],
])('%s: a first line that was cut costs that line', (file, records) => {
  const text = readFileSync(path.resolve(import.meta.dirname, `../../fixtures/shapes/${file}`))
  const whole = decode(text, 1 << 20)
  expect(whole).toMatchObject({ problems: 0, rejected: 0 })
  const cut = decode(text.subarray(100), 1 << 20)
  expect(cut.lines).toBe(Math.max(0, whole.lines - 1))
  expect(cut.found.length).toBe(Math.max(0, records - 1))
  expect(cut).toMatchObject({ problems: 1, rejected: 1 })
})

const sample = fc.constantFrom(...ONE_VALUE_A_RECORD)
const DAMAGE = ['"', '}', '{', 'x', '\n', '\u0000', '\\', ',', ']']

/** Bytes of the damaged record's own value in this shape. */
function damaged(
  shape: ShapeSample,
  list: readonly CloudTrailRecord[],
  which: number,
  at: number,
  spice: string | null,
): Buffer {
  const mark = String(list[which]!['eventID'])
  const text = shape.wrap(list)
  const plain = text.indexOf(mark)
  if (plain < 0) return Buffer.from(text)
  // Around the mark, inside of the record: its id is not first or last in any shape.
  const position = plain + (at % mark.length)
  return Buffer.from(text.slice(0, position) + (spice ?? '') + text.slice(position + 1))
}

describe('records in shapes', () => {
  it('are all there without damage, for any piece size', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SAMPLES),
        records,
        fc.constantFrom(7, 100, 5000, 1 << 20),
        (shape, list, piece) => {
          const reading = decode(Buffer.from(shape.wrap(list)), piece)
          expect({ shape: shape.file, ids: ids(reading.found) }).toEqual({
            shape: shape.file,
            ids: ids(list.map((record) => ({ record }))),
          })
          expect(reading.values).toBe(list.length)
          expect(reading.rejected).toBe(0)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('are all there but the damaged one', () => {
    fc.assert(
      fc.property(
        sample,
        records,
        fc.nat(),
        fc.nat(),
        fc.option(fc.constantFrom(...DAMAGE)),
        (shape, list, which, at, spice) => {
          const hit = which % list.length
          const reading = decode(damaged(shape, list, hit, at, spice), 1 << 20)
          const good = ids(list.filter((_, n) => n !== hit).map((record) => ({ record })))
          const found = new Set(ids(reading.found))
          expect({
            shape: `${shape.shape} ${shape.file}`,
            lost: good.filter((id) => !found.has(id)),
          }).toEqual({
            shape: `${shape.shape} ${shape.file}`,
            lost: [],
          })
          expect(reading.values).toBe(reading.found.length + reading.rejected)
        },
      ),
      { numRuns: 600 },
    )
  })

  it('are all there but the damaged one, wherever in its id the damage is', () => {
    const list = [0, 1, 2].map((n) => makeRecord(n, { eventID: `event-${n}` }))
    const lost = ONE_VALUE_A_RECORD.flatMap((shape) =>
      list.flatMap((record, hit) =>
        [...DAMAGE, null].flatMap((spice) =>
          Array.from(String(record['eventID']), (_, at) => {
            const { found } = decode(damaged(shape, list, hit, at, spice), 1 << 20)
            const there = new Set(ids(found))
            const missing = list.filter(({ eventID }, n) => n !== hit && !there.has(String(eventID)))
            return missing.length === 0 ? [] : [{ file: shape.file, hit, spice, at }]
          }).flat(),
        ),
      ),
    )
    expect(lost).toEqual([])
  })

  it('of a text that was cut are there up to the cut', () => {
    fc.assert(
      fc.property(sample, records, fc.integer({ min: 1, max: 99 }), (shape, list, percent) => {
        const text = shape.wrap(list)
        const cut = Buffer.from(text.slice(0, Math.floor((text.length * percent) / 100)))
        const reading = decode(cut, 1000)
        const whole = decode(Buffer.from(text), 1 << 20).found.filter(
          (r) => r.offset + r.length <= cut.length,
        )
        const found = new Set(ids(reading.found))
        expect({
          shape: `${shape.shape} ${shape.file}`,
          lost: ids(whole).filter((id) => !found.has(id)),
        }).toEqual({
          shape: `${shape.shape} ${shape.file}`,
          lost: [],
        })
        if (reading.found.length > 0) expect(reading.values).toBe(reading.found.length + reading.rejected)
      }),
      { numRuns: 300 },
    )
  })

  it('and containers: every account agrees, and what the damage did not touch is there', async () => {
    const folder = scratch()
    const container = fc.constantFrom('plain', 'gz', 'zip', 'tar', 'tar.gz')
    let run = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...SAMPLES), records), { minLength: 1, maxLength: 4 }),
        container,
        fc.nat(),
        fc.constantFrom('none', 'cut', 'spoilt'),
        async (files, kind, at, damage) => {
          const lists = files.map(([, list], n) =>
            list.map((r) => ({ ...r, eventID: `${n}-${String(r['eventID'])}` })),
          )
          const members = files.map(([shape], n) => ({
            name: `m${n}`,
            bytes: Buffer.from(shape.wrap(lists[n]!)),
          }))
          const isOne = kind === 'plain' || kind === 'gz'
          const held = isOne ? lists.slice(0, 1) : lists
          const hit = at % held.length
          if (damage === 'spoilt') spoil(members[hit]!.bytes, at)
          const whole = await pack(kind, members)
          const bytes = damage === 'cut' ? whole.subarray(0, 1 + (at % (whole.length - 1))) : whole
          const name = String(run++)
          const file = path.join(folder, `${name}.sqlite`)
          const totals = await index(file, [put(folder, `in/${name}/a.bin`, bytes)])
          const { found, events, duplicates, replaced, rejected } = totals.records
          expect(found).toBe(events + duplicates + replaced + rejected)
          for (const counts of [totals.files, totals.members]) {
            const { indexed, duplicate, alreadyIndexed, skipped } = counts
            expect(counts.found).toBe(indexed + duplicate + alreadyIndexed + skipped + counts.rejected)
          }
          expect(query(file, 'SELECT count(*) AS n FROM event')).toEqual([{ n: events }])
          if (damage === 'cut') {
            const problems = query<{ n: number }>(file, 'SELECT count(*) AS n FROM problem')[0]!.n
            // Of a table nothing but its header is left: a table without rows, which is no damage.
            const isHeader = kind === 'plain' && bytes.equals(headerOf(members[0]!.bytes, bytes.length))
            expect(isHeader || problems + events > 0).toBe(true)
            return
          }
          const there = new Set(
            query<{ id: string }>(file, 'SELECT event_id AS id FROM event').map(({ id }) => id),
          )
          const untouched = held.filter((_, n) => damage === 'none' || n !== hit).flat()
          const lost = untouched.map(({ eventID }) => eventID).filter((id) => !there.has(id))
          expect({ kind, damage, shapes: files.map(([shape]) => shape.file), lost }).toMatchObject({
            lost: [],
          })
          if (damage === 'spoilt') return
          expect({ found, rejected }).toEqual({ found: held.flat().length, rejected: 0 })
        },
      ),
      { numRuns: 40 },
    )
  })
})

/** Some bytes within become what is no UTF-8, no JSON and no CSV. */
function spoil(bytes: Buffer, at: number): void {
  const from = at % bytes.length
  bytes.fill(0xff, from, Math.min(bytes.length, from + 8))
}

/** The first line of a text of `length` bytes or more, when that is a header; else nothing. */
function headerOf(text: Buffer, length: number): Buffer {
  const line = text.subarray(0, text.indexOf(10) + 1)
  const isTable = /^(?:sep=;|User name[,;]|"?_time"?[,\t]|eventid[,;])/.test(line.toString('latin1'))
  return isTable && length <= line.length ? text.subarray(0, length) : Buffer.alloc(0)
}

function pack(kind: string, members: readonly { name: string; bytes: Buffer }[]): Promise<Buffer> | Buffer {
  if (kind === 'zip') return makeZip(members)
  if (kind === 'tar') return makeTar(members)
  if (kind === 'tar.gz') return makeTarGz(members)
  return kind === 'gz' ? gzipSync(members[0]!.bytes) : members[0]!.bytes
}
