/** Characters that act on a terminal or are drawn as nothing, listed here by their ranges: the code asks Unicode for its properties. */
import { describe, expect, it } from 'vitest'
import { escapeUnsafe } from '../../src/render/json-text.js'
import { printable } from '../../src/render/printable.js'
import { makeRow, render } from './rows.js'

const RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x890, 0x891],
  [0x8e2, 0x8e2],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x110bd, 0x110bd],
  [0x110cd, 0x110cd],
  [0x13430, 0x1343f],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
]
const INVISIBLE = RANGES.flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at)),
)

describe('an invisible character', () => {
  it('is shown, by all of them', () => {
    const passed = INVISIBLE.filter((character) => printable(`a${character}b`).includes(character))
    expect(passed.map((character) => character.codePointAt(0)?.toString(16))).toEqual([])
  })

  it('is an escape in JSON, which means the same', () => {
    for (const character of INVISIBLE) {
      const json = JSON.stringify(`a${character}b`)
      const escaped = escapeUnsafe(json)
      expect(escaped).toMatch(/^[\x20-\x7e]*$/)
      expect(JSON.parse(escaped)).toBe(JSON.parse(json))
    }
    expect(escapeUnsafe('{\n\t"a":\r\n1}')).toBe('{\n\t"a":\r\n1}')
    expect(escapeUnsafe('a line, \u001b[31m, that is no JSON')).not.toContain('\u001b')
  })

  it('does not hide the formula after it', async () => {
    const columns = ['principal'] as const
    for (const character of [...INVISIBLE, '\u0301', '\u2800', '\u3000', '\ue000']) {
      for (const sign of ['=', '+', '-', '@']) {
        const rows = [makeRow({ principal: `${character}${character}${sign}1+1` })]
        const cell = (await render('csv', columns, rows)).split('\n')[1] ?? ''
        expect(cell.replace(/^"/, ''), character.codePointAt(0)?.toString(16)).toMatch(/^'/)
      }
    }
  })
})
