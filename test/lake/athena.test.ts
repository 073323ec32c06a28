/** Columns of AWS's Athena table are exact pieces of the record. */
import { describe, expect, it } from 'vitest'
import { membersOf } from '../../src/decode/member-text.js'
import { columnsOf, OUT_EVENTS } from '../../src/handover/schema.js'
import { LAKE_EVENTS, withAthenaColumns } from '../../src/lake/athena.js'
import type { Cell } from '../../src/lake/parquet-file.js'

function cellsOf(record: string | null, ours: Readonly<Record<string, Cell>> = {}): Record<string, unknown> {
  const row = columnsOf(OUT_EVENTS).map((name) => (name === 'record' ? record : (ours[name] ?? null)))
  const cells = withAthenaColumns(row)
  expect(cells).toHaveLength(LAKE_EVENTS.columns.length)
  return Object.fromEntries(LAKE_EVENTS.columns.map(({ name }, at) => [name, cells[at]]))
}

describe('columns of Athena', () => {
  it('are the text of the record', () => {
    const parameters = '{ "n": 1.0e2, "big": 12345678901234567890, "a": ["}", "\\"]", "\\u0041"] }'
    const record = `{"eventTime":"2023-07-10T11:42:00Z", "eventName" : "Get\\u0041" ,"readOnly":false,\n"userIdentity":{"type":"IAMUser","arn":"arn:x","sessionContext":{}},"requestParameters":${parameters} , "responseElements":null,"apiVersion":"a","apiVersion":"b"}`
    expect(cellsOf(record, { event_name: 'ours' })).toMatchObject({
      eventtime: '2023-07-10T11:42:00Z',
      eventname: 'GetA',
      readonly: 'false',
      useridentity_type: 'IAMUser',
      useridentity_arn: 'arn:x',
      useridentity_sessioncontext: '{}',
      useridentity_username: null,
      requestparameters: parameters,
      responseelements: null,
      apiversion: 'b',
      event_name: 'ours',
    })
  })

  it('have the time as a number of ms', () => {
    const end = Date.UTC(9999, 11, 31)
    expect(cellsOf('{}', { event_time_ms: end })['event_timestamp']).toBe(end)
  })

  it.each(['a,b,c', '["eventName"]', '', null])('of the record %j come from the columns', (record) => {
    expect(cellsOf(record, { event_name: 'GetObject', principal_arn: 'arn:x' })).toMatchObject({
      eventname: 'GetObject',
      useridentity_arn: 'arn:x',
      requestparameters: null,
    })
  })

  it.each(['{}', '{ "a" : -1 , "b":[] }', '{"":"","a\\"":{"b":[{"c":"}"}]},"t":true}'])(
    'split %s',
    (json) => {
      const parsed = [...membersOf(json)].map(([name, slice]) => [name, JSON.parse(slice) as unknown])
      expect(Object.fromEntries(parsed)).toEqual(JSON.parse(json))
    },
  )
})
