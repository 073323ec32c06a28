/** A small input that holds very many values costs what its bytes cost: few rows, accounts that agree, and the other files. */
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import Verify from '../../src/commands/verify.js'
import { AlikeProblems, MOST_ALIKE } from '../../src/decode/alike-problems.js'
import { LIMITS } from '../../src/decode/limits.js'
import type { Problem } from '../../src/model/problem.js'
import { logText, makeRecord, put } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import { SOAK, times } from '../helpers/counts.js'
import { decodeText } from '../helpers/decode.js'
import { index, runCommand, scratch } from '../verify/indexed.js'

const folder = scratch()
const RECORDS = Array.from({ length: 10 }, (_, n) => makeRecord(n))
let cases = 0

async function indexed(name: string, content: Buffer) {
  const root = path.join(folder, String(cases++))
  put(root, `a-${name}`, gzipSync(content))
  put(root, 'good.json', logText(RECORDS))
  const file = path.join(folder, `${String(cases)}.sqlite`)
  const totals = await index(file, [root])
  const { found, events, duplicates, replaced, rejected } = totals.records
  expect(found).toBe(events + duplicates + replaced + rejected)
  expect(await runCommand(Verify, '--case', file)).toMatchObject({ exit: 0, stdout: '' })
  return {
    totals,
    problems: query<{ kind: string; detail: string; byte_offset: number; byte_length: number }>(
      file,
      'SELECT kind, detail, byte_offset, byte_length FROM problem ORDER BY id',
    ),
  }
}

const MANY = 1_000_100
const many = (part: string): string => part.repeat(MANY)

describe('values that are no logs', () => {
  it.each([
    ['numbers.json', Buffer.from(`[${many('1,')}1]`)],
    ['objects.json', Buffer.from(`[${many('{},')}{}]`)],
    ['strings.json', Buffer.from(`[${many('"",')}""]`)],
    ['numbers in UTF-16.json', Buffer.from(`\ufeff[${many('1,')}1]`, 'utf16le')],
  ])(
    '%s: one problem, and the good file is kept',
    async (name, content) => {
      const { totals, problems } = await indexed(`${name}.gz`, content)
      expect(problems).toMatchObject([
        { kind: 'too-large', detail: expect.stringContaining('no logs') as string },
      ])
      expect(totals.files).toMatchObject({ found: 2, indexed: 1, rejected: 1 })
      expect(totals.records.events).toBe(10)
    },
    120_000,
  )

  const shortRows = (count: number): Buffer =>
    Buffer.from(`eventid,eventname,eventtime\n${'a\n'.repeat(count)}`)

  it(
    'short rows: each is kept as what it says, and the rows after the limit are one problem',
    { tags: SOAK },
    async () => {
      const count = times(5000, MANY)
      const over = Math.max(0, count - LIMITS.hollowValues - 1)
      const { totals, problems } = await indexed('short rows.csv.gz', shortRows(count))
      expect(problems).toHaveLength(2 * (MOST_ALIKE + 1) + (over > 0 ? 1 : 0))
      if (over > 0) expect(problems.at(-1)).toMatchObject({ kind: 'too-large' })
      expect(totals.files).toMatchObject({ found: 2, indexed: 2, rejected: 0 })
      expect(totals.records).toMatchObject({ events: 11, duplicates: count - over - 1 })
    },
  )

  it('short rows: the limit is where it is said to be', () => {
    const limits = { ...LIMITS, hollowValues: 5000 }
    expect(decodeText(shortRows(5000), Infinity, limits).records).toHaveLength(5000)
    expect(decodeText(shortRows(5100), Infinity, limits).records).toHaveLength(5001)
    expect(decodeText(shortRows(5100)).records).toHaveLength(5100)
  })

  it('after a good record: it is kept, and the account says what was rejected', async () => {
    const good = JSON.stringify(makeRecord(77))
    const { totals, problems } = await indexed('mixed.json.gz', Buffer.from(`[${good},${many('1,')}1]`))
    expect(totals.records.events).toBe(11)
    expect(totals.records.rejected).toBeGreaterThan(1_000_000 - 2)
    expect(problems).toHaveLength(MOST_ALIKE + 2)
  })
})

it('problems of a kind after the first thousand are one row with their count and span', async () => {
  const bad = 5000
  const text = `${JSON.stringify(RECORDS[0])}\n${'{"no":"record"}\n'.repeat(bad)}`
  const { totals, problems } = await indexed('lines.json.gz', Buffer.from(text))
  expect(totals.records).toMatchObject({ found: 11 + bad, rejected: bad })
  const rows = problems.filter(({ kind }) => kind === 'bad-record')
  expect(rows).toHaveLength(MOST_ALIKE + 1)
  const last = rows.at(-1)!
  expect(last.detail).toBe(`${bad - MOST_ALIKE} more like the ${MOST_ALIKE} before`)
  expect(last.byte_offset + last.byte_length).toBe(Buffer.byteLength(text) - 1)
  expect(rows[MOST_ALIKE - 1]!.byte_offset).toBeLessThan(last.byte_offset)
})

it('every problem is given or counted, each kind for itself', () => {
  const given: Problem[] = []
  const alike = new AlikeProblems((problem) => given.push(problem))
  for (let n = 0; n < 2500; n++)
    alike.add({ kind: 'bad-json', detail: 'x', byteOffset: n * 10, byteLength: 3 })
  alike.add({ kind: 'bad-time', detail: 'y' })
  for (let n = 0; n < 1001; n++) alike.add({ kind: 'bad-name', detail: 'z' })
  alike.end()
  expect(given).toHaveLength(1000 + 1 + 1000 + 2)
  expect(given.slice(-2)).toEqual([
    { kind: 'bad-json', detail: '1500 more like the 1000 before', byteOffset: 10_000, byteLength: 14_993 },
    { kind: 'bad-name', detail: '1 more like the 1000 before', byteOffset: undefined, byteLength: undefined },
  ])
})
