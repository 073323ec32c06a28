import { escapeUnsafe } from './json-text.js'

/** A record for a terminal: equal JSON, with every unsafe character as an escape. */
export function terminalRecord(record: Buffer): Buffer {
  return Buffer.from(escapeUnsafe(record.toString('utf8')))
}
