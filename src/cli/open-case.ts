import { openReader, type Connection } from '../store/open.js'

/** Opens the case that a command asks of. */
export function openCase(path: string): Connection {
  return openReader(path)
}
