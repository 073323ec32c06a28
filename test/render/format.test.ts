import { describe, expect, it } from 'vitest'
import { EVENT_COLUMNS, TABLE_COLUMNS, type EventRow } from '../../src/model/event.js'
import { FORMATS } from '../../src/render/format.js'
import type { RowColumn } from '../../src/render/sink.js'
import { filledRow, makeRow, parseCsv, PIPE, render, SAMPLE, TERMINAL } from './rows.js'

const ALL: readonly RowColumn[] = [...EVENT_COLUMNS, 'resources']
const columnsOf = { table: TABLE_COLUMNS, jsonl: EVENT_COLUMNS, json: EVENT_COLUMNS, csv: ALL }

describe.each(FORMATS)('%s', (format) => {
  it.each([
    ['pipe', PIPE],
    ['terminal', TERMINAL],
  ])('looks as agreed on a %s', async (name, options) => {
    const text = await render(format, columnsOf[format], SAMPLE, options)
    await expect(text).toMatchFileSnapshot(`expected/${format}-${name}.txt`)
  })

  it('shows no unsafe character of any column on a terminal', async () => {
    const rows = [...HOSTILE.map(filledRow), ...HOSTILE_RECORDS]
    for (const width of [0, 40, 80, 200, 10_000]) {
      expect(unsafeIn(await render(format, ALL, rows, { isTerminal: true, width }))).toEqual([])
    }
  })

  it('lets no unsafe character of a value into a pipe', async () => {
    expect(unsafeIn(await render(format, ALL, HOSTILE.map(filledRow), PIPE))).toEqual([])
  })

  it('keeps 1,000 rows with line breaks on 1,000 lines', async () => {
    const rows = Array.from({ length: 1000 }, () => filledRow('a\r\nb\nc\rd\u2028e\u0085f'))
    // On a narrow terminal a row takes several lines of a table.
    const lines = (await render(format, ALL, rows, { isTerminal: true, width: 100_000 })).split('\n')
    const around = { table: 1, jsonl: 0, json: 2, csv: 1 }[format] // header, brackets
    expect(lines).toHaveLength(1000 + around + 1)
  })

  it('does not hide a value by its surroundings', async () => {
    const text = await render(format, ['event_name', 'user_agent'], [filledRow('before\u0000\u001b[8mafter')])
    expect(text).toMatch(/before.*after/)
  })
})

describe('json formats', () => {
  const columns = ['event_id', 'event_time'] as const

  it('order keys as columns, resources, record', async () => {
    const [line] = (await render('jsonl', columns, SAMPLE)).split('\n')
    expect(Object.keys(JSON.parse(line!) as object)).toEqual([
      'event_id',
      'event_time',
      'resources',
      'record',
    ])
  })

  it('give back hostile values exactly', async () => {
    const rows = HOSTILE.map(filledRow)
    for (const options of [PIPE, TERMINAL]) {
      expect(JSON.parse(await render('json', EVENT_COLUMNS, rows, options))).toEqual(rows)
      const lines = (await render('jsonl', EVENT_COLUMNS, rows, options)).trimEnd().split('\n')
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(rows)
    }
  })

  it('splice a record byte for byte into a pipe', async () => {
    const { record } = SAMPLE[0]!
    expect(await render('json', columns, SAMPLE)).toContain(`"record":${record!}}`)
    expect(await render('jsonl', columns, SAMPLE)).toContain(`"record":${record!.replace('\r\n', '  ')}}`)
  })

  it('mean the same record on a terminal', async () => {
    const piped = JSON.parse(await render('json', columns, HOSTILE_RECORDS)) as unknown
    expect(JSON.parse(await render('json', columns, HOSTILE_RECORDS, TERMINAL))).toEqual(piped)
  })

  it.each(['{"a":1},{"event_id":"forged"}', '{"a":"b\nc"}', '', '{"a":', '1\n2'])(
    'write a record that is not one JSON value as a string: %j',
    async (record) => {
      const text = await render('jsonl', ['event_id'], [makeRow({ event_id: 'x', record })])
      expect(JSON.parse(text)).toEqual({ event_id: 'x', record })
      expect(text.split('\n')).toHaveLength(2)
    },
  )

  it('are whole with no rows', async () => {
    expect(await render('json', columns, [])).toBe('[]\n')
    expect(await render('jsonl', columns, [])).toBe('')
  })
})

describe('csv', () => {
  it('parses back to a cell per column in every row', async () => {
    const rows = [...HOSTILE.map(filledRow), ...SAMPLE, ...SAMPLE, ...SAMPLE]
    const parsed = parseCsv(await render('csv', ALL, rows))
    expect(parsed).toHaveLength(rows.length + 1)
    expect(parsed[0]).toEqual(ALL)
    expect(parsed.filter((cells) => cells.length !== ALL.length)).toEqual([])
  })

  it('begins no cell with what a spreadsheet calculates', async () => {
    const cells = parseCsv(await render('csv', ALL, HOSTILE.map(filledRow))).flat()
    expect(cells.filter((cell) => /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n\0]/.test(cell))).toEqual([])
  })

  it.each([
    ['=1', "'=1"],
    [' \u3000+1', "' \u3000+1"],
    ['\t', "'␉"],
    ['\r\n', "'␍␊"],
    ['\uff20x', "'\uff20x"],
    ['"=1', `'"=1`],
    ['\u2212\u0031', "'\u22121"],
    ['\u200b=1', "'\\u{200b}=1"],
    ['a=1', 'a=1'],
    ['say "hi", you', 'say "hi", you'],
    ['a\0b', 'a␀b'],
  ])('writes %j as %j', async (value, cell) => {
    expect(parseCsv(await render('csv', ['principal'], [makeRow({ principal: value })]))[1]).toEqual([cell])
  })

  it('has resources as JSON text', async () => {
    const [, first] = parseCsv(await render('csv', ['resources', 'event_id'], SAMPLE))
    expect(JSON.parse(first![0]!)).toEqual(SAMPLE[0]!.resources)
  })

  it('has a header even with no rows', async () => {
    expect(await render('csv', ['event_id', 'principal'], [])).toBe('event_id,principal\n')
  })
})

/** Everything but printable text and line feed. */
function unsafeIn(text: string): string[] {
  const unsafe =
    /[\0-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffd\ud800-\udfff]/gu
  return text.match(unsafe) ?? []
}

const HOSTILE_CODES = [
  ...Array.from({ length: 0x20 }, (_, i) => i),
  ...Array.from({ length: 0x21 }, (_, i) => 0x7f + i),
  ...[0xad, 0x61c, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c],
  ...[0x202d, 0x202e, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff, 0xfff9, 0xd800, 0xdbff, 0xdc00, 0xdfff],
]

const HOSTILE = [
  ...HOSTILE_CODES.flatMap((code) => {
    const character = String.fromCharCode(code)
    return [`${character}x`, `a${character}b`, `x${character}`]
  }),
  '\u001b]0;title\u0007 \u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\ \u001b]52;c;ZXZpbA==\u0007',
  '\u001b[2J\u001b[1;31mred\u001b[0m \u009b31m \u001bP1$r\u001b\\',
  ...['=', '+', '-', '@', '\t', '\r', '\n', '\0', '\uff1d', '\uff0b', '\uff0d', '\uff20'].flatMap(
    (trigger) => [`${trigger}cmd|' /C calc'!A0`, ` \u00a0${trigger}1+1`],
  ),
  '","=1+1\n"\\",\'',
  '\u{1f469}\u200d\u{1f4bb} \u{1f1e9}\u{1f1ea} \u2764\ufe0f \u6771\u4eac e\u0301 \ue000\ue000',
  '\u0301lone mark',
  'x'.repeat(3000),
]

const HOSTILE_RECORDS: EventRow[] = HOSTILE_CODES.filter((code) => code >= 0x7f && code < 0xd800).map(
  (code) => makeRow({ event_id: 'x', record: `{"a":"b${String.fromCharCode(code)}c",\r\n \r "d":\n[1]}` }),
)
