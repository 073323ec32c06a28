/** The table of aggregated events. */
import { int, text, type TableSpec } from './column-spec.js'

export const AGGREGATE: TableSpec = {
  name: 'aggregate',
  meaning: 'Aggregated events: one row per count of a time window. They are counts, not events.',
  sharded: true,
  columns: [
    int('id', 'Row number; no meaning outside this file', 'PRIMARY KEY'),
    text('event_id', 'eventId of the aggregated event'),
    text('account_id', 'accountId'),
    text('aws_region', 'awsRegion'),
    text('event_source', 'eventSource'),
    int('window_start_ms', 'timeWindow.windowStart in ms since 1970 UTC; inclusive'),
    int('window_end_ms', 'timeWindow.windowEnd in ms since 1970 UTC; exclusive'),
    text('aggregation_type', 'e.g. Count'),
    int('is_primary', '1 of summary.primaryDimension, 0 of summary.details'),
    text('dimension', 'eventName, resourceARN, userIdentity, …'),
    text('name', 'Value of the dimension'),
    int('value', 'The count'),
    int('source_id', 'source.id', 'NOT NULL'),
    int('record_offset', 'First byte of the outer value in the decompressed content', 'NOT NULL'),
    int('record_length', 'Bytes of the outer value', 'NOT NULL'),
    text('locator', 'As in event'),
  ],
}
