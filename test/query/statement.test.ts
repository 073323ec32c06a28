import { expect, it } from 'vitest'
import { and, joined, list, or, raw, sql } from '../../src/query/plan/statement.js'

it('binds what is not SQL of ours', () => {
  const inner = sql`a = ${"'; DROP TABLE event"}`
  expect(sql`SELECT 1 WHERE ${inner} AND b IS ${null} LIMIT ${3}`).toEqual({
    sql: 'SELECT 1 WHERE a = ? AND b IS ? LIMIT ?',
    params: ["'; DROP TABLE event", null, 3],
  })
})

it('puts conditions together', () => {
  const [a, b] = [sql`a = ${1}`, sql`b = ${2}`]
  expect(and([a, b])).toEqual({ sql: 'a = ? AND b = ?', params: [1, 2] })
  expect(and([])).toEqual(raw('TRUE'))
  expect(or([a, b])).toEqual({ sql: '(a = ? OR b = ?)', params: [1, 2] })
  expect(or([a])).toEqual(a)
  expect(joined([a, b], ' UNION ')).toEqual({ sql: 'a = ? UNION b = ?', params: [1, 2] })
  expect(list(['x', 'y'])).toEqual({ sql: '(?, ?)', params: ['x', 'y'] })
})
