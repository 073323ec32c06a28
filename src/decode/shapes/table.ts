/** The ordered list of shapes, and the only file that names them all. The first one that claims a value opens it. */
import { aggregated } from './aggregated.js'
import { answerTable } from './answer-table.js'
import { elasticsearch } from './elasticsearch.js'
import { eventArray } from './event-array.js'
import { eventBridge } from './event-bridge.js'
import { digest, lakeSign, publicKeys } from './integrity.js'
import { jsonValues } from './json-values.js'
import { lambdaLogEvent } from './lambda-log-event.js'
import { logEvents } from './log-events.js'
import { logSubscription } from './log-subscription.js'
import { lookupEvents } from './lookup-events.js'
import { ocsf } from './ocsf.js'
import { queryResults } from './query-results.js'
import { queueMessage } from './queue-message.js'
import { recordsEnvelope } from './records-envelope.js'
import { row } from './row.js'
import type { ValueShape } from './shape.js'
import { splunk } from './splunk.js'
import { streamRecords } from './stream-records.js'
import { wrapper } from './wrapper.js'

/** Shapes of JSON values. Other text is recognised by its first lines: see ../text-kind.ts. */
export const VALUE_SHAPES: readonly ValueShape[] = [
  recordsEnvelope,
  eventArray,
  jsonValues,
  digest,
  publicKeys,
  lakeSign,
  aggregated,
  lookupEvents,
  eventBridge,
  logSubscription,
  lambdaLogEvent,
  streamRecords,
  logEvents,
  queryResults,
  answerTable,
  ocsf,
  elasticsearch,
  splunk,
  queueMessage,
  row,
  wrapper,
]

/** Lists under these keys are opened and their elements judged one by one. */
export const ENVELOPES: ReadonlySet<string> = new Set([
  'Records',
  'Events',
  'events',
  'records',
  'QueryResultRows',
  'Messages',
])
