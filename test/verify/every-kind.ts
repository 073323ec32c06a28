/** Files next to a signed archive, so that a case holds every kind of row. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { makeRecord, put } from '../helpers/archive.js'
import { REGIONS, type SignedArchive } from '../helpers/signed-archive.js'

const [EAST] = REGIONS

const SHAPES = path.resolve(import.meta.dirname, '../../fixtures/shapes')

/** The first as it is, the second in the reduced form of a table's row. */
function lookupOutput([whole, reduced]: readonly Record<string, unknown>[]): string {
  const row = ({ eventID, eventName, eventTime }: Record<string, unknown>): object => ({
    EventId: eventID,
    EventName: eventName,
    EventTime: eventTime,
  })
  return JSON.stringify({
    Events: [{ ...row(whole!), CloudTrailEvent: JSON.stringify(whole) }, row(reduced!)],
  })
}

function removal(key: string): object {
  const s3 = { bucket: { name: 'b' }, object: { key } }
  return { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectRemoved:Delete', s3 }] }
}

/** Several records in one value: none has a byte of the file of its own. */
function subscription(records: readonly unknown[]): string {
  return JSON.stringify({
    messageType: 'DATA_MESSAGE',
    logEvents: records.map((record) => ({ message: JSON.stringify(record) })),
  })
}

/** Of one log file of the archive. */
export function recordsOf(archive: SignedArchive): readonly Record<string, unknown>[] {
  const log = archive.read(archive.log(EAST, 2)).toString()
  return (JSON.parse(log) as { Records: Record<string, unknown>[] }).Records
}

export function putMore(more: string, archive: SignedArchive): void {
  const log = archive.read(archive.log(EAST, 2)).toString()
  const records = recordsOf(archive)
  put(more, 'again.json', JSON.stringify({ Records: records }, null, 2))
  put(more, 'copy.json.gz', readFileSync(archive.log(EAST, 2).file))
  put(more, 'cut.json.gz', gzipSync(log).subarray(0, 250))
  put(
    more,
    'odd.json',
    `[{"eventVersion":"1.08","eventName":"NoId","eventTime":"soon"},{"no":"record"},{"eventVersion":"1.08","eventID":"a\\u0000\\ud800b","requestID":7}]`,
  )
  put(more, 'lookup.json', lookupOutput(records))
  put(
    more,
    'subscription.json',
    subscription([records[1], { ...records[0], eventID: 'only-here' }, records[0]]),
  )
  put(more, 'access.log', readFileSync(path.join(SHAPES, 's3-access-log/good.txt')))
  put(more, 'aggregated.json', readFileSync(path.join(SHAPES, 'aggregated/good.json')))
  put(
    more,
    'utf16.json',
    Buffer.from(`\ufeff${JSON.stringify([{ ...records[0], eventID: 'wide' }])}`, 'utf16le'),
  )
  put(more, 'resources.json', JSON.stringify(Array.from({ length: 5 }, (_, n) => makeRecord(n))))
  put(more, 'readme.txt', 'nothing')
  put(more, 'empty.json', '')
  const { key } = archive.log(EAST, 2)
  put(more, 'notices.json', JSON.stringify({ s3Bucket: 'b', s3ObjectKey: [key, key.replace('Z_', 'Z_0')] }))
  put(more, 'removed.json', JSON.stringify(removal(key)))
}
