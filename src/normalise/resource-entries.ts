/** Dictionary entries of resources, and the uses of an event that point to them. */
import { clean } from '../model/clean-text.js'
import type { ResourceEntry, ResourceUse } from '../model/dictionary.js'
import { RESOURCE_ROLES, type ResourceRef } from '../model/resource.js'
import { hash63, MAX_ENTRIES } from './intern.js'

const ROLE_NUMBER = new Map(RESOURCE_ROLES.map((role, index) => [role, index]))

export class Resources {
  readonly #resources = new Map<string | null, KnownResource>()

  usesOf(refs: readonly ResourceRef[]): ResourceUse[] {
    const uses: ResourceUse[] = []
    for (const ref of refs) {
      uses.push({ resource: this.#resource(ref), role: ROLE_NUMBER.get(ref.role) ?? 0 })
    }
    return uses
  }

  #resource(ref: ResourceRef): ResourceEntry {
    const key = ref.arn ?? ref.name
    const first = this.#resources.get(key)
    for (let known = first; known !== undefined; known = known.next)
      if (isSameRef(known.given, ref)) return known
    const type = ref.type === null ? null : clean(ref.type)
    const arn = ref.arn === null ? null : clean(ref.arn)
    const name = ref.name === null ? null : clean(ref.name)
    const id = hash63([arn, type, name])
    if (this.#resources.size >= MAX_ENTRIES) this.#resources.clear()
    const entry: KnownResource = {
      id,
      label: String(id),
      arn,
      type,
      name,
      given: ref,
      derived: ref.derived ? 1 : 0,
      shipped: false,
      next: this.#resources.size === 0 ? undefined : first,
    }
    this.#resources.set(key, entry)
    return entry
  }
}

/** Few resources share an ARN or name: a name alone can be that of several types. */
interface KnownResource extends ResourceEntry {
  /** As recorded; the columns are cleaned. */
  readonly given: ResourceRef
  readonly next: KnownResource | undefined
}

function isSameRef(some: ResourceRef, other: ResourceRef): boolean {
  return some.type === other.type && some.arn === other.arn && some.name === other.name
}
