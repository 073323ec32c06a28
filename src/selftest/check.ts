/** What a check of the self-test gets, is and throws. */
import type { MadeArchive } from './made-archive.js'
import type { Snapshot } from './snapshot.js'

export interface Bench {
  /** A folder for whatever a check makes. */
  readonly folder: string
  readonly archive: MadeArchive
  /** The archive as it was made. */
  readonly before: Snapshot
  /** A case of the archive, made by the first check. */
  readonly casePath: string
  readonly toolVersion: string
  /** The program itself, for what needs a process of its own: node and its first arguments. */
  readonly program: readonly string[]
}

export interface Check {
  /** As in docs/VALIDATION.md. */
  readonly id: string
  readonly promise: string
  /** @returns what was seen, with figures. @throws SelftestFailure when the promise does not hold. */
  run(bench: Bench): string | Promise<string>
}

export class SelftestFailure extends Error {}

/** @throws SelftestFailure unless both are the same. */
export function expectEqual(what: string, found: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)]
  if (left !== right) throw new SelftestFailure(`${what}: ${short(left)}, expected ${short(right)}`)
}

function short(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
