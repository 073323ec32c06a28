/** A policy is put as a whole: only the one before it says whether the new one lets somebody in or shuts somebody out. */

/** Of one event: whom it let in, and whom it shut out. */
export interface Access {
  readonly given: readonly string[]
  readonly taken: readonly string[]
  /** It put again what there was. */
  readonly same?: boolean
}

const PUTS = /^(?:Put|Set|Delete)(\w*(?:Policy|Acl))$/
/** The call that makes a thing brings its first policy. */
const DOCUMENTS: ReadonlyMap<string, string> = new Map([
  ['CreateRole', 'trust'],
  ['UpdateAssumeRolePolicy', 'trust'],
  ['CreateKey', 'KeyPolicy'],
])

/** The policies of one resource, in the order of its events. */
export class PolicyChanges {
  readonly #last = new Map<string, readonly string[]>()

  /**
   * What an event that succeeded changed. A policy that names nobody is taken as said: the record may lack it, and a thing
   * without access for anyone is rare.
   */
  after(eventName: string, access: Access): Access {
    const document = DOCUMENTS.get(eventName) ?? PUTS.exec(eventName)?.[1]
    if (document === undefined || access.given.length === 0) return access
    const before = this.#last.get(document)
    this.#last.set(document, access.given)
    if (before === undefined) return access
    const added = access.given.filter((grantee) => !before.includes(grantee))
    const taken = before.filter((grantee) => !access.given.includes(grantee))
    if (added.length > 0) return { given: added, taken }
    return taken.length > 0 ? { given: [], taken } : { given: [], taken: [], same: true }
  }
}
