/** The table of objects that notices of delivery name. */
import { int, text, type TableSpec } from './column-spec.js'

export const NOTICE: TableSpec = {
  name: 'notice',
  meaning:
    'Objects of CloudTrail that notices of delivery name (SNS, SQS, S3 events, EventBridge): what was in the bucket.',
  sharded: true,
  columns: [
    int('id', 'Row number; no meaning outside this file', 'PRIMARY KEY'),
    text('object_key', 'Key of the object, decoded', 'NOT NULL'),
    text('bucket', 'Its bucket'),
    text(
      'event_name',
      'What happened to it, where the notice says: ObjectCreated:Put, ObjectRemoved:Delete, …',
    ),
    int('source_id', 'source.id', 'NOT NULL'),
    int('record_offset', 'First byte of the outer value in the decompressed content', 'NOT NULL'),
    int('record_length', 'Bytes of the outer value', 'NOT NULL'),
  ],
}
