/** Event rows and streams for the tests of src/render. */
import { Writable } from 'node:stream'
import { EVENT_COLUMNS, type EventColumn, type EventRow } from '../../src/model/event.js'
import { openSink, type Format } from '../../src/render/format.js'
import type { RowColumn, SinkOptions } from '../../src/render/sink.js'

export const PIPE: SinkOptions = { isTerminal: false, width: 0 }
export const TERMINAL: SinkOptions = { isTerminal: true, width: 120 }

type Values = Partial<Record<EventColumn, string | number | null>> & Pick<EventRow, 'resources' | 'record'>

export function makeRow(values: Values = {}): EventRow {
  const empty = Object.fromEntries(EVENT_COLUMNS.map((column) => [column, null]))
  return { ...(empty as Record<EventColumn, null>), ...values }
}

/** The same text in every column. */
export function filledRow(text: string): EventRow {
  const cells = Object.fromEntries(EVENT_COLUMNS.map((column) => [column, text]))
  const resources = [{ arn: text, type: text, role: text }]
  return { ...(cells as Record<EventColumn, string>), resources }
}

export class Collector extends Writable {
  readonly chunks: Buffer[] = []

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk)
    done()
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('utf8')
  }
}

export async function render(
  format: Format,
  columns: readonly RowColumn[],
  rows: readonly EventRow[],
  options: SinkOptions = PIPE,
): Promise<string> {
  const out = new Collector()
  const sink = openSink(format, columns, out, options)
  for (const row of rows) await sink.write(row)
  await sink.end()
  return out.text
}

/** RFC 4180 with LF, written apart from the code under test. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])/g)) {
    row.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'))
    if (match[3] !== '\n') continue
    rows.push(row)
    row = []
  }
  return rows
}

const RECORD = '{"eventVersion": "1.08",\r\n  "note":"caf\u00e9 \u202egpj.exe \\u001b[2J", "n": 1.50}'

export const SAMPLE: readonly EventRow[] = [
  makeRow({
    event_time: '2024-03-01T10:00:00Z',
    event_source: 's3.amazonaws.com',
    event_name: 'GetObject',
    aws_region: 'eu-central-1',
    recipient_account_id: '111122223333',
    event_id: '7a1b2c3d-0000-4000-8000-000000000001',
    read_only: 1,
    user_agent: '[aws-cli/2.15 "quoted", and more]',
    source_ip_address: '198.51.100.7',
    principal: 'alice',
    source_path: 'logs/a.json.gz',
    record_offset: 12,
    record_length: 64,
    appearances: 2,
    resources: [{ arn: 'arn:aws:s3:::b/k', type: 'AWS::S3::Object', role: 'target' }],
    record: RECORD,
  }),
  makeRow({
    event_time: '2024-03-01T10:00:01.250Z',
    event_source: 'iam.amazonaws.com',
    event_name: 'CreateUser',
    aws_region: 'us-east-1',
    recipient_account_id: '111122223333',
    event_id: '7a1b2c3d-0000-4000-8000-000000000002',
    read_only: 0,
    error_code: 'AccessDenied',
    error_message: 'line one\r\nline two',
    user_agent: '=HYPERLINK("http://x","y")',
    source_ip_address: 'AWS Internal',
    principal: '\u6771\u4eac\u652f\u5e97 \u{1f600} e\u0301\u0e01\u0e34',
    source_path: 'logs/b.json.gz',
    record_offset: 0,
    record_length: 10,
    appearances: 1,
    resources: [],
  }),
  makeRow({ event_id: 'sha256:0011', principal: '' }),
]
