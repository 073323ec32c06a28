import { describe, expect, it } from 'vitest'
import { TABLE_COLUMNS } from '../../src/model/event.js'
import { cellWidth, padCell, truncateCell } from '../../src/render/cell-width.js'
import { growthByFour } from '../helpers/growth.js'
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
    for (const options of [PIPE, { isTerminal: true, width: 130 }, { isTerminal: true, width: 60 }]) {
      const drawn = async (some: readonly (typeof SAMPLE)[number][]) =>
        linesOf(await render('table', TABLE_COLUMNS, some, options))
      const [lines, once, twice] = [
        await drawn(rows),
        await drawn(SAMPLE),
        await drawn([...SAMPLE, ...SAMPLE]),
      ]
      // Rows can differ in height: a line without a value is left out.
      const round = twice.length - once.length
      const header = once.length - round
      const rest = (await drawn([...SAMPLE, ...rows.slice(0, count % SAMPLE.length)])).length - once.length
      expect(lines).toHaveLength(header + Math.floor(count / SAMPLE.length) * round + rest)
      expect(lines.slice(header).every((line, i) => line === once[header + (i % round)])).toBe(true)
    }
  })

  it.each([70, 80, 100, 120, 160, 250])('fits a terminal of %d, and leaves nothing out', async (width) => {
    const sample = makeRow({
      ...SAMPLE[0]!,
      user_agent: null,
      principal: '\u6771'.repeat(90),
      error_code: 'E'.repeat(99),
    })
    const text = await render('table', TABLE_COLUMNS, [sample], { isTerminal: true, width })
    const lines = linesOf(text)
    expect(Math.max(...lines.map(cellWidth))).toBeLessThanOrEqual(width)
    for (const column of TABLE_COLUMNS) {
      expect(text).toContain(column.slice(0, 7))
      expect(text).toContain(String(sample[column] ?? '').slice(0, 5))
    }
    for (const whole of [sample.event_time, sample.event_id]) expect(text).toContain(whole)
  })

  it('gives a row several lines where it would have to cut too much, and cuts nothing', async () => {
    const long = { event_source: 'elasticloadbalancing.amazonaws.com', event_name: 'DescribeLoadBalancers' }
    const event_time = '2024-05-14T08:00:00Z'
    const rows = [
      makeRow({ ...long, event_time, principal: 'a role/a session' }),
      makeRow({ event_time, event_name: 'x' }),
    ]
    const text = await render('table', TABLE_COLUMNS, rows, { isTerminal: true, width: 80 })
    for (const cell of [...Object.values(long), 'a role/a session']) expect(text).toContain(cell)
    const lines = linesOf(text)
    expect(lines[0]).toMatch(/^event_time /)
    expect(lines.filter((line) => !line.startsWith('    ')).length).toBe(1 + rows.length)
    expect(text).not.toContain('…')
  })

  it('never cuts ARNs, ids and times while there is a line for them', async () => {
    const arn = `arn:aws:iam::111122223333:role/${'r'.repeat(30)}`
    const row = makeRow({
      principal: 'p '.repeat(30),
      principal_arn: arn,
      session_name: '2024-05-14T08:00:00Z',
    })
    const columns = ['principal', 'principal_arn', 'session_name'] as const
    const text = await render('table', columns, [row], { isTerminal: true, width: 130 })
    expect(text).toContain(arn)
    expect(text).toContain('2024-05-14T08:00:00Z')
    expect(linesOf(text)).toHaveLength(2)
  })

  it('leaves a longer ARN or path to the terminal to break, alone on its line', async () => {
    const arn = `arn:aws:s3:::bucket/${'folder/'.repeat(20)}file.gz`
    const row = makeRow({ event_name: 'GetObject', principal_arn: arn, error_code: 'AccessDenied' })
    const columns = ['event_name', 'principal_arn', 'error_code'] as const
    const lines = linesOf(await render('table', columns, [row], { isTerminal: true, width: 80 }))
    expect(lines).toContain(`    ${arn}`)
    const endless = makeRow({ principal_arn: `arn:${'x'.repeat(10_000)}` })
    const cut = linesOf(await render('table', columns, [endless], { isTerminal: true, width: 80 }))
    expect(Math.max(...cut.map(cellWidth))).toBeLessThan(400)
  })

  it('narrows the widest column first', async () => {
    const [principal, user_agent] = [`${'p '.repeat(14)}pp`, 'n '.repeat(45)]
    const row = makeRow({ principal, user_agent })
    const text = await render('table', ['principal', 'user_agent'], [row], {
      isTerminal: true,
      width: 72,
    })
    expect(linesOf(text)[1]).toBe(`${principal}  ${user_agent.slice(0, 39)}…`)
  })

  it('cuts what happened, and to what, after everything else', async () => {
    const [principal, target] = ['p '.repeat(20), 't '.repeat(25)]
    const row = makeRow({ principal, target })
    const columns = ['principal', 'target'] as const
    const text = await render('table', columns, [row], { isTerminal: true, width: 70 })
    expect(linesOf(text)[1]).toBe(`${principal.slice(0, 17)}…  ${target.trimEnd()}`)
    const narrow = await render('table', columns, [row], { isTerminal: true, width: 60 })
    expect(linesOf(narrow)[1]).toBe(`${principal.slice(0, 11)}…  ${target.slice(0, 45)}…`)
  })

  it.each([PIPE, { isTerminal: true, width: 0 }])(
    'pads no row for the sake of one long value: %j',
    async (options) => {
      const rows = Array.from({ length: 200 }, (_, i) =>
        makeRow({ principal: i === 7 ? 'a'.repeat(1e6) : 'p', event_name: 'n' }),
      )
      const text = await render('table', COLUMNS, rows, options)
      expect(text).toContain('a'.repeat(1e6))
      expect(text.length).toBeLessThan(1.1e6)
    },
  )

  it('does no more work for the length of a cell when it is long', { retry: 3 }, async () => {
    const growth = await growthByFour(250_000, (size) =>
      render('table', COLUMNS, [makeRow({ principal: 'a'.repeat(size) })], { isTerminal: true, width: 80 }),
    )
    expect(growth).toBeLessThan(9)
  })
})

describe('cell width', () => {
  it.each([
    ['abc', 3],
    ['\u6771\u4eac', 4],
    ['e\u0301', 1],
    ['\uff21', 2],
    ['\u{1f600}', 2],
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
