import { describe, expect, it } from 'vitest'
import { TABLE_COLUMNS } from '../../src/model/event.js'
import { cellWidth, padCell, truncateCell } from '../../src/render/cell-width.js'
import { makeRow, PIPE, render, SAMPLE } from './rows.js'

const COLUMNS = ['principal', 'event_name'] as const

function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1)
}

describe('table', () => {
  it('prints nothing for no rows', async () => {
    expect(await render('table', COLUMNS, [])).toBe('')
  })

  it('aligns wide, combining and emoji text', async () => {
    const principals = [
      '\u6771\u4eac',
      'e\u0301e\u0301',
      '\u{1f600}',
      '\u0e01\u0e34\u0e48',
      '\u{1f1e9}\u{1f1ea}',
      'plain',
      '',
    ]
    const rows = principals.map((principal) => makeRow({ principal, event_name: '|' }))
    const columns = linesOf(await render('table', COLUMNS, rows)).slice(1)
    expect(columns.map((line) => cellWidth(line.slice(0, line.indexOf('|'))))).toEqual(
      principals.map(() => 11),
    )
  })

  it('never cuts what is piped, also past the learned rows', async () => {
    const long = 'y'.repeat(400)
    const rows = Array.from({ length: 1200 }, (_, i) =>
      makeRow({ principal: i === 1100 ? long : 'p', event_name: 'n' }),
    )
    const lines = linesOf(await render('table', COLUMNS, rows))
    expect(lines).toHaveLength(1201)
    expect(lines[1101]).toBe(`${long}  n`)
    expect(new Set(lines.toSpliced(1101, 1).slice(1))).toEqual(new Set([`p          n`]))
  })

  it.each([499, 500, 501, 1001])('looks the same drawn and streamed: %d rows', async (count) => {
    const rows = Array.from({ length: count }, (_, i) => SAMPLE[i % SAMPLE.length]!)
    for (const options of [PIPE, { isTerminal: true, width: 130 }]) {
      const lines = linesOf(await render('table', TABLE_COLUMNS, rows, options))
      const few = linesOf(await render('table', TABLE_COLUMNS, SAMPLE, options))
      expect(lines).toHaveLength(count + few.length - SAMPLE.length)
      expect(lines.slice(1, count + 1).every((line, i) => line === few[1 + (i % SAMPLE.length)])).toBe(true)
    }
  })

  it.each([70, 80, 100, 120, 160, 250])(
    'fits a terminal of %d and keeps time and ID whole',
    async (width) => {
      const sample = makeRow({
        ...SAMPLE[0]!,
        user_agent: null,
        principal: '\u6771'.repeat(90),
        error_code: 'E'.repeat(99),
      })
      const text = await render('table', TABLE_COLUMNS, [sample], { isTerminal: true, width })
      const [header, line, footer] = linesOf(text)
      expect(Math.max(cellWidth(header!), cellWidth(line!))).toBeLessThanOrEqual(width)
      expect(line).toContain(sample.event_time)
      expect(line).toContain(sample.event_id)
      const named = `${header!} ${footer ?? ''}`
      expect(TABLE_COLUMNS.filter((column) => !named.includes(column.slice(0, 7)))).toEqual([])
    },
  )

  it('narrows the widest column first', async () => {
    const row = makeRow({ principal: 'p'.repeat(30), event_name: 'n'.repeat(90) })
    const text = await render('table', COLUMNS, [row], { isTerminal: true, width: 72 })
    expect(linesOf(text)[1]).toBe(`${'p'.repeat(30)}  ${'n'.repeat(39)}…`)
  })

  it('takes a cell of a million characters without delay', async () => {
    const started = performance.now()
    await render('table', COLUMNS, [makeRow({ principal: 'a'.repeat(1e6) })], { isTerminal: true, width: 80 })
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('cell width', () => {
  it.each([
    ['abc', 3],
    ['\u6771\u4eac', 4],
    ['e\u0301', 1],
    ['\uff21', 2],
    ['\u{1f600}', 2],
    ['\u2764\ufe0f', 2],
    ['\u{1f1e9}\u{1f1ea}', 2],
    ['\u1112\u1161\u11ab', 2],
    ['\u0e01\u0e34\u0e48', 1],
    ['␛…', 2],
  ])('of %j is %d', (text, width) => {
    expect(cellWidth(text)).toBe(width)
  })

  it('is kept by cutting and padding', () => {
    expect(truncateCell('\u6771\u4eac\u90fd', 4)).toBe('\u6771…')
    expect(truncateCell('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…')
    expect(truncateCell('abc', 3)).toBe('abc')
    expect(padCell('\u6771', 4)).toBe('\u6771  ')
  })
})
