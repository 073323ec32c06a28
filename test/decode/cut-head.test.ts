/** A text that lost its beginning: wherever it was cut and with any strings in it, the records after the cut one are read. */
import { describe, expect, it } from 'vitest'
import { ContentDecoder } from '../../src/decode/decode.js'
import { LIMITS } from '../../src/decode/limits.js'
import { makeRecord, type CloudTrailRecord } from '../helpers/archive.js'

function recordsIn(text: string): number {
  let records = 0
  const decoder = new ContentDecoder(
    {
      record: () => {
        records++
        return false
      },
      problem: () => undefined,
      aggregate: () => undefined,
      notice: () => undefined,
      accessLine: () => undefined,
    },
    LIMITS,
  )
  decoder.push(Buffer.from(text), true)
  return records
}

const RECORD = JSON.stringify(makeRecord(7))
const LAYOUTS: Record<string, (records: readonly CloudTrailRecord[]) => string> = {
  list: (records) => JSON.stringify({ Records: records }),
  lines: (records) => records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  pretty: (records) => JSON.stringify({ Records: records }, null, 2),
  tabs: (records) => JSON.stringify({ Records: records }, null, '\t'),
  spaced: (records) => JSON.stringify({ Records: records }).replaceAll('":', '": ').replaceAll(',"', ', "'),
}

describe.each([
  ['a record', RECORD],
  ['a CSV with a record', `a,b\n"${RECORD.replaceAll('"', '""')}"`],
  ['a record between tabs', `\t${RECORD}\t`],
  ['a key', '"eventVersion":'],
  ['keys', 'x","eventVersion":"y'],
  ['the header of a CSV', 'eventTime,eventName,eventID,eventSource'],
  ['the signature of ORC', 'ORC eventTime,eventName,eventID'],
  ['the signature of Parquet', 'PAR1 eventTime'],
  ['a line of a log export', '2024-03-04T00:00:00.000Z eventTime'],
])('a string that holds %s', (_, text) => {
  it.each(Object.keys(LAYOUTS))('in a text laid out as %s', (layout) => {
    const records = [0, 1, 2, 3].map((n) =>
      makeRecord(n, { requestParameters: { text, list: [text, text], n } }),
    )
    const whole = LAYOUTS[layout]!(records)
    const inString =
      whole.indexOf('text"') + 'text": "'.length - (layout === 'list' || layout === 'lines' ? 1 : 0)
    const cuts = [inString, ...Array.from({ length: 40 }, (_value, n) => 1 + n * 37)]
    const first = whole.indexOf('"n"') + 300
    for (const cut of cuts.filter((at) => at < first)) {
      const found = recordsIn(whole.slice(cut))
      expect({ cut, head: whole.slice(cut, cut + 40), isEnough: found >= 3 }).toEqual({
        cut,
        head: whole.slice(cut, cut + 40),
        isEnough: true,
      })
    }
  })
})
