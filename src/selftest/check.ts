/** Types of a self-test check. */
import type { MadeArchive } from './made-archive.js'
import type { Snapshot } from './snapshot.js'

export interface Bench {
  /** Folder for the check's files. */
  readonly folder: string
  readonly archive: MadeArchive
  /** The archive as it was made. */
  readonly before: Snapshot
  /** A case of the archive, made by the first check. */
  readonly casePath: string
  readonly toolVersion: string
  /** Command line of this program, for checks that need a process: node and its first arguments. */
  readonly program: readonly string[]
}

export interface Check {
  /** Short name of the promise. */
  readonly id: string
  readonly promise: string
  /** @returns what was seen, with figures. @throws SelftestFailure if the promise does not hold. */
  run(bench: Bench): string | Promise<string>
}

export class SelftestFailure extends Error {}

/** @throws SelftestFailure unless both are equal. */
export function expectEqual(what: string, found: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)]
  if (left !== right) throw new SelftestFailure(`${what}: ${short(left)}, expected ${short(right)}`)
}

function short(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
