/** Everything that shows whether a file was touched: bytes, size, mode, owner, links and times. */
import { hash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

export type Snapshot = ReadonlyMap<string, string>

export function snapshotOf(root: string): Snapshot {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
  return new Map(names.map((name) => [name, stateOf(path.join(root, name))]))
}

function stateOf(file: string): string {
  const stats = statSync(file, { bigint: true })
  const { mode, uid, gid, nlink, ino, size, mtimeNs, ctimeNs } = stats
  const content = stats.isFile() ? hash('sha256', readFileSync(file)) : ''
  return [mode, uid, gid, nlink, ino, size, mtimeNs, ctimeNs, content].join(' ')
}

/** @returns names of files that were added, removed or changed. */
export function differenceOf(before: Snapshot, after: Snapshot): string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => before.get(name) !== after.get(name))
}
