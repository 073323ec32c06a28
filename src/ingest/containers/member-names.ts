/**
 * The names that members are known by. Two may have one name; each needs its own for the next run to know it again, and no name that
 * is made here may be that of another member.
 */
export class MemberNames {
  readonly #known: ReadonlySet<string>
  readonly #given = new Set<string>()
  readonly #times = new Map<string, number>()
  /** Members that the case has. */
  already = 0

  constructor(known: ReadonlySet<string>) {
    this.#known = known
  }

  /** To be asked of every member once, in their order. @returns null for one that the case has. */
  fresh(name: string): string | null {
    const own = this.#own(name)
    this.#given.add(own)
    if (!this.#known.has(own)) return own
    this.already++
    return null
  }

  /** A later member can be called as one was named here, so that it needs another name, too. */
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
