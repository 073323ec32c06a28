/**
 * Unique names of members. Two members can share a name; each needs its own so that the next run recognises it, and an
 * invented name must not equal another member's.
 */
export class MemberNames {
  readonly #known: ReadonlySet<string>
  readonly #given = new Set<string>()
  readonly #times = new Map<string, number>()
  /** Members that the case already holds. */
  already = 0

  constructor(known: ReadonlySet<string>) {
    this.#known = known
  }

  /** Call it once per member, in order. @returns null for one that the case holds. */
  fresh(name: string): string | null {
    const own = this.#own(name)
    this.#given.add(own)
    if (!this.#known.has(own)) return own
    this.already++
    return null
  }

  /** A later member can have the name invented here and then needs another one. */
  #own(name: string): string {
    if (!this.#given.has(name)) return name
    for (let times = (this.#times.get(name) ?? 1) + 1; ; times++) {
      const own = `${name} (${times})`
      if (this.#given.has(own)) continue
      this.#times.set(name, times)
      return own
    }
  }
}
