/**
 * Bounds the problems of one source: beyond a limit per kind, the rest become one row with their count and the bytes
 * from the first to the last. A file of 60 kB can inflate to 30 million values that are not records.
 */
import type { Problem, ProblemKind } from '../model/problem.js'

export const MOST_ALIKE = 1000

interface Further {
  count: number
  from: number | undefined
  to: number | undefined
}

export class AlikeProblems {
  readonly #take: (problem: Problem) => void
  readonly #counts = new Map<ProblemKind, number>()
  readonly #further = new Map<ProblemKind, Further>()

  constructor(take: (problem: Problem) => void) {
    this.#take = take
  }

  add(problem: Problem): void {
    const { kind } = problem
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    if (count <= MOST_ALIKE) this.#take(problem)
    else this.#count(problem)
  }

  #count({ kind, byteOffset, byteLength = 0 }: Problem): void {
    let further = this.#further.get(kind)
    if (further === undefined) {
      further = { count: 0, from: byteOffset, to: byteOffset }
      this.#further.set(kind, further)
    }
    further.count++
    if (byteOffset === undefined) return
    further.from = Math.min(further.from ?? byteOffset, byteOffset)
    further.to = Math.max(further.to ?? 0, byteOffset + byteLength)
  }

  /** Emits the rows of counted problems; call it once, after the last problem. */
  end(): void {
    for (const [kind, { count, from, to }] of this.#further) {
      const byteLength = from === undefined || to === undefined ? undefined : to - from
      const detail = `${count} more like the ${MOST_ALIKE} before`
      this.#take({ kind, detail, byteOffset: from, byteLength })
    }
  }
}
