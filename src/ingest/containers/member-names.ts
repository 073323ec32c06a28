/** The names that members are known by. Two may have one name; each needs its own for the next run to know it again. */
export class MemberNames {
  readonly #known: ReadonlySet<string>
  readonly #times = new Map<string, number>()
  /** Members that the case has. */
  already = 0

  constructor(known: ReadonlySet<string>) {
    this.#known = known
  }

  /** To be asked of every member once, in their order. @returns null for one that the case has. */
  fresh(name: string): string | null {
    const times = (this.#times.get(name) ?? 0) + 1
    this.#times.set(name, times)
    const own = times === 1 ? name : `${name} (${times})`
    if (!this.#known.has(own)) return own
    this.already++
    return null
  }
}
