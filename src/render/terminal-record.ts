import { escapeUnsafe } from './json-text.js'

/** Equivalent JSON with every unsafe character escaped. */
export function terminalRecord(record: Buffer): Buffer {
  return Buffer.from(escapeUnsafe(record.toString('utf8')))
}
