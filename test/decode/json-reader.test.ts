import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonReader } from '../../src/decode/json-reader.js'
import type { FoundValue, ValueSink } from '../../src/decode/json-values.js'
import type { Problem } from '../../src/model/problem.js'

interface Reading {
  readonly values: { value: unknown; slice: string; container: string | null }[]
  readonly problems: Problem[]
  readonly documents: number
}

/** Reads bytes in pieces of the given size, as a streamed file would come. */
function read(bytes: Buffer, piece = bytes.length, maxValueBytes = 1 << 20): Reading {
  const values: Reading['values'] = []
  const problems: Problem[] = []
  const sink: ValueSink = {
    value: (found: FoundValue) => {
      const slice = bytes.subarray(found.offset, found.offset + found.length).toString('utf8')
      expect(found.text).toBe(slice)
      values.push({ value: found.value, slice, container: found.container })
    },
    damage: (problem) => problems.push(problem),
    looksLikeRecord: (value) => typeof value === 'object' && value !== null && 'eventVersion' in value,
  }
  const reader = new JsonReader(sink, { envelopes: new Set(['Records']), maxValueBytes })
  for (let at = 0; at < bytes.length; at += piece) {
    reader.push(bytes.subarray(at, at + piece), at + piece >= bytes.length)
  }
  if (bytes.length === 0) reader.push(bytes, true)
  return { values, problems, documents: reader.documents }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What one document should give, by JSON.parse of the whole. */
function expectedValues(document: unknown, text: string): unknown[] {
  if (Array.isArray(document)) return document
  if (typeof document === 'object' && document !== null) {
    const records = Object.getOwnPropertyDescriptor(document, 'Records')?.value as unknown
    if (Array.isArray(records) && text.includes('"Records"')) return records
  }
  return [document]
}

const pieceSizes = [1, 2, 3, 7, 64, 1 << 20]

function agrees(text: string): void {
  const bytes = Buffer.from(text, 'utf8')
  const whole = bytes.toString('utf8')
  for (const piece of pieceSizes) {
    const reading = read(bytes, piece)
    const accepted = reading.problems.length === 0 && reading.documents === 1
    expect({ text, piece, accepted }).toEqual({ text, piece, accepted: parses(whole) })
    if (accepted) {
      expect(reading.values.map((v) => v.value)).toEqual(expectedValues(JSON.parse(whole), whole))
      for (const v of reading.values) expect(JSON.parse(v.slice)).toEqual(v.value)
    }
  }
}

const jsonText = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.array(fc.jsonValue({ maxDepth: 3 })).map((records) => JSON.stringify({ Records: records })),
  fc
    .tuple(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
      fc.array(fc.jsonValue({ maxDepth: 3 })),
      fc.boolean(),
    )
    .map(([other, records, pretty]) =>
      JSON.stringify({ ...other, Records: records, z: 1 }, null, pretty ? 2 : undefined),
    ),
)

const SPICE = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ' ',
  '\n',
  '\t',
  '\u0001',
  'x',
  '0',
  '-',
  'e',
  'é',
  '\\u12',
  '\\"',
]

describe('JsonReader', () => {
  it('agrees with JSON.parse on generated documents, for any piece size', () => {
    fc.assert(fc.property(jsonText, agrees), { numRuns: 1500 })
  })

  it('agrees with JSON.parse on mutated documents', () => {
    const mutation = fc.record({
      text: jsonText,
      at: fc.nat(),
      drop: fc.integer({ min: 0, max: 3 }),
      insert: fc.constantFrom('', ...SPICE),
    })
    fc.assert(
      fc.property(mutation, ({ text, at, drop, insert }) => {
        const position = text.length === 0 ? 0 : at % text.length
        agrees(text.slice(0, position) + insert + text.slice(position + drop))
      }),
      { numRuns: 4000 },
    )
  })

  it('agrees with JSON.parse on noise made of JSON tokens', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"Records"',
      '1',
      'true',
      'null',
      ' ',
      '"',
      '\\',
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 14 }), (tokens) => {
        agrees(tokens.join(''))
      }),
      { numRuns: 6000 },
    )
  })

  const record = (n: number): string =>
    JSON.stringify({ eventVersion: '1.08', eventID: String(n), nested: { a: [{ b: n }] } })

  it('keeps the good records around a damaged one, and names its bytes', () => {
    const bad = record(2).replace('"eventID":"2"', '"eventID":"2')
    const text = `{"Records":[${record(1)},${bad},${record(3)},${record(4)}]}`
    for (const piece of [text.length, 50]) {
      const reading = read(Buffer.from(text), piece)
      const ids = reading.values.map((v) => (v.value as { eventID: string }).eventID)
      expect(ids).toEqual(['1', '3', '4'])
      expect(reading.problems[0]).toMatchObject({ kind: 'bad-json', byteOffset: text.indexOf(bad) })
    }
  })

  it('keeps every line but the damaged one, wherever that was cut, and names its bytes', () => {
    const value = fc.oneof(fc.string(), fc.json({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }))
    const lines = fc
      .array(value, { minLength: 3, maxLength: 8 })
      .map((values) =>
        values.map((inner, n) =>
          JSON.stringify({ eventVersion: '1.08', eventID: String(n), inner, last: { n } }),
        ),
      )
    const input = fc.record({
      lines,
      at: fc.nat(),
      cut: fc.nat(),
      between: fc.constantFrom('\n', '\r\n', '\n\n'),
      piece: fc.constantFrom(7, 50, 1000, 1_000_000),
    })
    fc.assert(
      fc.property(input, ({ lines, at, cut, between, piece }) => {
        const damaged = at % lines.length
        const whole = lines[damaged]!
        const short = Buffer.from(whole).subarray(0, 1 + (cut % (Buffer.byteLength(whole) - 1)))
        const parts = lines.map((line, n) => (n === damaged ? short : Buffer.from(line)))
        const reading = read(Buffer.concat(parts.flatMap((part) => [part, Buffer.from(between)])), piece)
        const ids = reading.values.map((v) => (v.value as { eventID: string }).eventID)
        expect(ids).toEqual(lines.map((_, n) => String(n)).filter((id) => id !== String(damaged)))
        const start = parts.slice(0, damaged).reduce((sum, part) => sum + part.length + between.length, 0)
        expect(reading.problems[0]).toMatchObject({ byteOffset: start })
        const reported = reading.problems[0]!.byteOffset! + reading.problems[0]!.byteLength!
        expect(reported).toBeGreaterThanOrEqual(start + short.length)
      }),
      { numRuns: 1000 },
    )
  })

  it('keeps every line but the damaged ones of a text that is read in pieces', () => {
    const line = (n: number): string =>
      JSON.stringify({
        eventVersion: '1.08',
        eventID: String(n),
        nested: { text: 'é"{['.repeat(n % 300), deep: [[{ n }]] },
      })
    const cuts = new Map<number, number>()
    for (let n = 0; n < 40; n++) cuts.set(1 + n * 97, (n * 7919) % 900)
    const lines = Array.from({ length: 4000 }, (_, n) => {
      const cut = cuts.get(n)
      return cut === undefined ? line(n) : line(n).slice(0, 1 + (cut % (line(n).length - 1)))
    })
    const text = lines.join('\n')
    expect(text.length).toBeGreaterThan(3_000_000)
    const reading = read(Buffer.from(text), 65_536)
    const whole = lines.map((_, n) => n).filter((n) => !cuts.has(n))
    expect(reading.values.map((v) => Number((v.value as { eventID: string }).eventID))).toEqual(whole)
    expect(reading.problems).toHaveLength(cuts.size)
    const lost = reading.problems.reduce((sum, { byteLength }) => sum + byteLength!, 0)
    expect(lost).toBeLessThan(40 * 1000)
  })

  it('finds the next record of a list after one that swallows more than a value may have', () => {
    const swallowing = '{"eventVersion":"1.08","eventID":"bad","open":{"a":1}'
    const rest = Array.from({ length: 400 }, (_, n) => record(n)).join(',')
    const reading = read(Buffer.from(`{"Records":[${swallowing},${rest}]}`), 1000, 8192)
    expect(reading.values).toHaveLength(400)
    expect(reading.problems[0]).toMatchObject({ byteOffset: 12, byteLength: swallowing.length + 1 })
  })

  it('keeps the records before a cut, and says where the cut record begins', () => {
    const text = `{"Records":[${record(1)},${record(2)},${record(3)}`
    for (let cut = text.indexOf(record(3)) + 1; cut < text.length - 1; cut += 7) {
      const reading = read(Buffer.from(text.slice(0, cut)), 16)
      expect(reading.values).toHaveLength(2)
      expect(reading.problems).toEqual([
        expect.objectContaining({ kind: 'truncated-json', byteOffset: text.indexOf(record(3)) }),
      ])
    }
  })

  it('skips a value over the limit and continues after it, without keeping it', () => {
    const big = JSON.stringify({ eventVersion: '1.08', pad: 'x'.repeat(5000) })
    const text = `{"Records":[${record(1)},${big},${record(3)}]}`
    for (const piece of [text.length, 100]) {
      const reading = read(Buffer.from(text), piece, 1000)
      expect(reading.values).toHaveLength(2)
      expect(reading.problems).toEqual([
        expect.objectContaining({
          kind: 'record-too-large',
          byteOffset: text.indexOf(big),
          byteLength: big.length,
        }),
      ])
    }
  })

  it('names the bytes of an endless value over the limit, for any piece size', () => {
    const open = JSON.stringify({ eventVersion: '1.08', pad: 'x'.repeat(5000) }).slice(0, -2)
    const text = `{"Records":[${record(1)},${open}`
    for (const piece of [text.length, 100]) {
      const reading = read(Buffer.from(text), piece, 1000)
      expect(reading.values).toHaveLength(1)
      expect(reading.problems).toEqual([
        expect.objectContaining({
          kind: 'record-too-large',
          byteOffset: text.indexOf(open),
          byteLength: open.length,
        }),
      ])
    }
  })

  it('loses no byte of an object over the limit that is cut or damaged', () => {
    const pad = (key: string): string => `"${key}":"${'x'.repeat(700)}"`
    const open = `{${pad('a')},${pad('b')},${pad('c')}`
    const huge = `{"a":1,"b":"${'x'.repeat(5000)}`
    for (const text of [
      open,
      `${open},`,
      `${open},"d":{"e":`,
      huge,
      `${huge}"`,
      `${huge}",}\n${record(1)}`,
    ]) {
      for (const piece of [text.length, 100]) {
        const { problems, values } = read(Buffer.from(text), piece, 1000)
        expect(values).toHaveLength(text.endsWith(record(1)) ? 1 : 0)
        const reported = problems.map(({ byteOffset, byteLength }) => [
          byteOffset!,
          byteOffset! + byteLength!,
        ])
        expect(Math.min(...reported.map(([from]) => from!))).toBe(0)
        const lost = text.length - (text.endsWith(record(1)) ? record(1).length : 0)
        expect(Math.max(...reported.map(([, to]) => to!))).toBe(lost)
      }
    }
  })

  it.each(['{"a":"', '[{"a":"', '{"Records":[],"a":"'])(
    'does not take quadratic time on a value of many pieces in %s',
    (head) => {
      const bytes = Buffer.concat([Buffer.from(head), Buffer.alloc(64 << 20, 0x78), Buffer.from('"}')])
      const sink: ValueSink = {
        value: () => undefined,
        damage: () => undefined,
        looksLikeRecord: () => false,
      }
      const reader = new JsonReader(sink, { envelopes: new Set(['Records']), maxValueBytes: 32 << 20 })
      for (let at = 0; at < bytes.length; at += 32_768)
        reader.push(bytes.subarray(at, at + 32_768), at + 32_768 >= bytes.length)
      expect(reader.documents).toBeLessThanOrEqual(1)
    },
  )

  it('reads values one after the other with and without separators', () => {
    const reading = read(Buffer.from(`${record(1)}\n${record(2)}${record(3)} {"Records":[${record(4)}]}`))
    expect(reading.values).toHaveLength(4)
    expect(reading.documents).toBe(4)
    expect(reading.problems).toEqual([])
  })

  it('reads an object a line, and opens an envelope on a line wherever its list is', () => {
    const list = `{"Records":[${record(4)}]}`
    const late = `{"a":{"b":1},"Records":[${record(5)},${record(6)}]}`
    const lines = [record(1), `${record(2)} \t\r`, list, late, `${record(7)}${record(8)}`, '{}', record(9)]
    for (const end of ['\n', '']) {
      const text = Buffer.from(lines.join('\n') + end)
      for (const piece of [text.length, 50, 7]) {
        const reading = read(text, piece)
        expect(reading.values.map(({ container }) => container)).toEqual([
          null,
          null,
          'Records',
          'Records',
          'Records',
          null,
          null,
          null,
          null,
        ])
        expect({ ...reading, values: 0 }).toEqual({ values: 0, documents: 8, problems: [] })
      }
    }
  })

  it('does not take quadratic time on many values of a line', () => {
    const reading = read(Buffer.from('{"é":1}'.repeat(200_000)))
    expect(reading.values).toHaveLength(200_000)
  })

  it('survives nesting of 100,000 and reports its depth', () => {
    const text = `{"Records":[{"eventVersion":"1.08","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`
    expect(read(Buffer.from(text)).values).toHaveLength(1)
  })

  it('does not take quadratic time on hostile damage', () => {
    const text = '{"Records":[' + '{"'.repeat(200_000)
    expect(read(Buffer.from(text)).problems.length).toBeGreaterThan(0)
  })
})
