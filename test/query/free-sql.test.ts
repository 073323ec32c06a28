import { describe, expect, it } from 'vitest'
import { runFreeSql } from '../../src/query/sql/free-sql.js'
import { FORMATS } from '../../src/render/format.js'
import { render } from '../render/rows.js'
import { openTinyCase } from '../helpers/tiny-case.js'
import type { EventRow } from '../../src/model/event.js'
import type { RowColumn } from '../../src/render/sink.js'

const db = openTinyCase()

const columnsOf = (...names: readonly string[]): string =>
  names.map((name, at) => `${at + 1} AS "${name}"`).join(', ')

describe('a statement of SQL', () => {
  it.each([
    [
      ['a', 'a', 'a_2'],
      ['a', 'a_3', 'a_2'],
    ],
    [
      ['a', 'a_2', 'a'],
      ['a', 'a_2', 'a_3'],
    ],
    [
      ['a', 'a', 'a_2', 'a_2', 'a'],
      ['a', 'a_3', 'a_2', 'a_2_2', 'a_4'],
    ],
    [
      ['\u3164', '=', ''],
      ['_', '__2', '__3'],
    ],
  ])('keeps the value of each column: %j', (names, made) => {
    const { columns, rows } = runFreeSql(db, `SELECT ${columnsOf(...names)}`)
    expect(columns).toEqual(made)
    expect([...rows]).toEqual([Object.fromEntries(made.map((name, at) => [name, at + 1]))])
  })

  it.each([
    'resources',
    'access_log',
    'aggregate',
    'record',
    'kind',
    '__proto__',
    'constructor',
    'digest_state',
  ])('may name a column %s, for any value', async (name) => {
    for (const [typed, value] of [
      ["'x'", 'x'],
      ['NULL', null],
      ['7', 7],
    ] as const) {
      const { columns, rows } = runFreeSql(db, `SELECT ${typed} AS "${name}"`)
      const plain = [...rows] as unknown as EventRow[]
      const shown = await Promise.all(
        FORMATS.map((format) => render(format, columns as readonly RowColumn[], plain)),
      )
      const texts = Object.fromEntries(FORMATS.map((format, at) => [format, shown[at] ?? '']))
      expect(Object.entries(JSON.parse(texts['jsonl'] ?? '') as object)).toEqual([[name, value]])
      expect(texts['jsonl']?.split(`"${name}"`)).toHaveLength(2)
      expect(texts['table']).toBe(`${name}\n${value ?? ''}\n`)
      expect(texts['csv']).toBe(`${name}\n${value ?? ''}\n`)
    }
  })
})
