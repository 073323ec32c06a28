import { openReader, type Connection } from '../store/open.js'

export function openCase(path: string): Connection {
  return openReader(path)
}
