/** Walks the table of shapes: each has fixtures, and exactly one shape claims each of them. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ContentDecoder, type Finding, type FoundRecord } from '../../src/decode/decode.js'
import { JsonReader } from '../../src/decode/json-reader.js'
import { LIMITS } from '../../src/decode/limits.js'
import { ENVELOPES, VALUE_SHAPES } from '../../src/decode/shapes/table.js'
import { NOTES, type Problem } from '../../src/model/problem.js'
import { parseLocator } from '../../src/model/locator.js'
import { TextTree } from '../../src/model/text-tree.js'

const ROOT = path.resolve(import.meta.dirname, '../../fixtures/shapes')
/** Recognised by the text, not by a JSON value. */
const TEXT_SHAPES = ['log-export', 'console-csv', 'lake-csv', 'splunk-csv', 'csv', 's3-access-log']
const SHAPES = [...VALUE_SHAPES.map(({ name }) => name), ...TEXT_SHAPES]
/** Shapes that hold no events. */
const NO_EVENTS = new Set(['digest', 'public-keys', 'lake-sign', 'aggregated', 's3-access-log'])

interface Reading extends Finding {
  readonly records: readonly FoundRecord[]
  readonly problems: readonly Problem[]
}

function decode(bytes: Buffer, piece = bytes.length): Reading {
  const records: FoundRecord[] = []
  const problems: Problem[] = []
  const ignore = (): void => undefined
  const decoder = new ContentDecoder(
    {
      record: (record) => {
        records.push(record)
        return false
      },
      problem: (problem) => problems.push(problem),
      aggregate: ignore,
      notice: ignore,
      accessLine: ignore,
    },
    LIMITS,
  )
  for (let at = 0; at < bytes.length; at += piece)
    if (!decoder.push(Buffer.from(bytes.subarray(at, at + piece)), false)) break
  decoder.push(Buffer.alloc(0), true)
  return { ...decoder.verdict(), records, problems: problems.filter(({ kind }) => !NOTES.has(kind)) }
}

const filesOf = (shape: string): string[] => readdirSync(path.join(ROOT, shape))
const read = (shape: string, file: string): Buffer => readFileSync(path.join(ROOT, shape, file))

it('every shape has fixtures, and every fixture a shape', () => {
  expect(readdirSync(ROOT).sort()).toEqual([...SHAPES].sort())
  expect(new Set(SHAPES).size).toBe(SHAPES.length)
  for (const shape of SHAPES) {
    const files = filesOf(shape)
    for (const kind of ['good', 'broken', 'look-alike'])
      expect({ shape, kind, has: files.some((file) => file.startsWith(`${kind}.`)) }).toEqual({
        shape,
        kind,
        has: true,
      })
  }
})

describe.each(SHAPES)('%s', (shape) => {
  it('good ones are read whole, in pieces of any size, each record at its place', () => {
    for (const file of filesOf(shape).filter((name) => !/^(?:broken|look-alike)/.test(name))) {
      const bytes = read(shape, file)
      for (const piece of [bytes.length, 4096, 1000, 61]) {
        const { verdict, records, problems } = decode(bytes, piece)
        const rows = NO_EVENTS.has(shape) ? 0 : 3
        expect({ file, piece, shape: verdict?.shape, rows: records.length, problems }).toEqual({
          file,
          piece,
          shape,
          rows,
          problems: [],
        })
        for (const { text, offset, length, locator, reduced } of records) {
          if (reduced) continue
          const outer = bytes.subarray(offset, offset + length)
          const steps = locator === null ? [] : parseLocator(locator)!
          const found = locator === null ? outer : TextTree.ofBytes(outer).at(steps)!.content()
          expect(found.toString('utf8')).toBe(text)
        }
      }
    }
  })

  it('a broken one loses one record at most, and says which', () => {
    const file = filesOf(shape).find((name) => name.startsWith('broken.'))!
    const { verdict, records, problems } = decode(read(shape, file))
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.every(({ byteOffset }) => byteOffset !== undefined)).toBe(true)
    if (NO_EVENTS.has(shape)) return
    if (records.length > 0) expect(verdict).not.toBeNull()
  })

  it('a look-alike is not claimed', () => {
    const file = filesOf(shape).find((name) => name.startsWith('look-alike.'))!
    expect(decode(read(shape, file)).verdict?.shape).not.toBe(shape)
  })
})

it('exactly one shape claims each value of the fixtures; the generic wrapper only what is left', () => {
  const wrapper = VALUE_SHAPES.at(-1)!
  expect(wrapper.name).toBe('wrapper')
  const specific = VALUE_SHAPES.slice(0, -1)
  for (const shape of VALUE_SHAPES) {
    for (const file of filesOf(shape.name).filter((name) => !/^(?:broken|look-alike)/.test(name))) {
      const sink = {
        value: ({ value, container }: { value: unknown; container: string | null }) => {
          const claims = specific.filter((other) => other.claims(value, container)).map(({ name }) => name)
          expect({ file, claims }).toEqual({ file, claims: shape === wrapper ? [] : [shape.name] })
          if (shape === wrapper) expect(wrapper.claims(value, container)).toBe(true)
        },
        damage: () => undefined,
        looksLikeRecord: () => false,
      }
      new JsonReader(sink, { envelopes: ENVELOPES, maxValueBytes: 1 << 25 }).push(
        read(shape.name, file),
        true,
      )
    }
  }
})

it.each([
  ['name;time\n1;2\n', false, 'not JSON: text without a CloudTrail record in it'],
  ['sep=;\nname;time\n1;2\n', false, 'not JSON: text without a CloudTrail record in it'],
  ['\u001f\u008b\b\u0000\u0000', true, 'gzip inside gzip inside gzip'],
  ['\u0089PNG\r\n\u001a\n', false, 'not JSON: a PNG image'],
  ['\u0001\u0002\u0003', false, 'not JSON: binary data'],
  ['hello', false, 'not JSON: text without a CloudTrail record in it'],
])('what is not read is named: %j', (text, unsupported, detail) => {
  expect(decode(Buffer.from(text, 'latin1'))).toMatchObject({ verdict: null, unsupported, detail })
})

it.each([
  ['console-csv/semicolons.csv', 'alice', 1],
  ['csv/good.csv', 'AWSService', 1],
  ['s3-access-log/good.txt', 'alice', 0],
])('%s: bytes that are not UTF-8 are reported with their location', (file, word, index) => {
  const bytes = readFileSync(path.join(ROOT, file))
  const at = bytes.indexOf(word, bytes.indexOf(10, bytes.indexOf(10) + 1))
  bytes[at] = 0xfc
  const { problems, records } = decode(bytes)
  expect(problems).toMatchObject([{ kind: 'invalid-utf8' }])
  const { byteOffset = 0, byteLength = 0, recordIndex } = problems[0]!
  expect(byteOffset).toBeLessThanOrEqual(at)
  expect(byteOffset + byteLength).toBeGreaterThan(at)
  expect(recordIndex).toBe(file.endsWith('.csv') ? index : undefined)
  expect(records.length).toBe(file.endsWith('.csv') ? 3 : 0)
})
