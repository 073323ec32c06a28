import type { ResourceRef, ResourceRole } from '../../model/resource.js'
import { known } from '../redaction.js'
import { readArn } from './arns.js'
import type { Creation } from './creation.js'
import type { Kind, RecordContext } from './kind.js'

/** Longer values are content, not identifiers. */
const MAX_LENGTH = 2048
/** From this size on an index is faster than scanning the list. */
const INDEX_FROM = 24

const STRENGTH: Readonly<Record<ResourceRole, number>> = {
  created: 6,
  target: 5,
  source: 4,
  key: 3,
  policy: 2,
  grantee: 1,
  revoked: 0.5,
  mentioned: 0,
}

interface Entry {
  arn: string | null
  type: string | null
  readonly name: string | null
  derived: boolean
  role: ResourceRole
}

/** Collects the resources of one record, each once, with its strongest role. */
export class Found {
  context: RecordContext = { eventSource: '', region: '', account: '', partition: 'aws' }
  /** Set while reading the response of a call that creates something. */
  creation: Creation | null = null
  /** Role of a grantee in this call: calls that remove or only read access use the same parameters. */
  granteeRole: ResourceRole = 'grantee'
  #entries: Entry[] = []
  #index: Map<string, Entry> | null = null

  get resources(): ResourceRef[] {
    return this.#entries
  }

  start(context: RecordContext): void {
    this.context = context
    this.creation = null
    this.granteeRole = 'grantee'
    this.#entries = []
    this.#index = null
  }

  /** A parameter value: an ARN as is, or a bare name of this kind. */
  kind(kind: Kind, value: string, role: ResourceRole): void {
    if (value.charCodeAt(0) === 97 && value.startsWith('arn:')) {
      this.arn(value, role)
      return
    }
    if (!isUsable(value)) return
    const name = kind.name === null ? value : kind.name(value)
    if (name === null || name === '') return
    this.add(kind.arn(name, this.context), kind.type, kind.nameless ? null : name, true, role)
  }

  /** A whole value that is an ARN; false if it only looks like one. */
  arn(value: string, role: ResourceRole): boolean {
    if (value.length > MAX_LENGTH) return false
    const facts = readArn(value)
    if (facts === null) return false
    this.add(facts.arn, facts.type, facts.name, false, role)
    return true
  }

  /** A resource without an ARN. */
  named(type: string, name: string, role: ResourceRole): void {
    if (isUsable(name)) this.add(null, type, name, false, role)
  }

  add(
    arn: string | null,
    type: string | null,
    name: string | null,
    derived: boolean,
    asked: ResourceRole,
  ): void {
    const meant = asked === 'grantee' ? this.granteeRole : asked
    const role = this.creation !== null && this.creation.makes(type, meant) ? 'created' : meant
    const isDerived = derived && arn !== null
    const known = this.#same(arn, type, name, isDerived)
    if (known === undefined) {
      const entry = { arn, type, name, derived: isDerived, role }
      this.#entries.push(entry)
      this.#remember(entry)
      return
    }
    if (STRENGTH[role] > STRENGTH[known.role]) known.role = role
    if (arn === null || isDerived || !(known.derived || known.arn === null)) return
    known.arn = arn
    known.derived = false
    known.type ??= type
    this.#remember(known)
  }

  /** Same ARN; or same type and name, if at most one side has a recorded ARN. */
  #same(arn: string | null, type: string | null, name: string | null, derived: boolean): Entry | undefined {
    if (this.#index !== null) return this.#lookUp(this.#index, arn, type, name, derived)
    for (const entry of this.#entries) {
      if (arn !== null && entry.arn === arn) return entry
      if (name !== null && entry.name === name && isSameThing(entry, arn, type, derived)) return entry
    }
    return undefined
  }

  #lookUp(
    index: Map<string, Entry>,
    arn: string | null,
    type: string | null,
    name: string | null,
    derived: boolean,
  ): Entry | undefined {
    const byArn = arn === null ? undefined : index.get(arn)
    if (byArn !== undefined || name === null) return byArn
    const byName = index.get(nameKey(type, name))
    return byName !== undefined && isSameThing(byName, arn, type, derived) ? byName : undefined
  }

  #remember(entry: Entry): void {
    if (this.#index === null) {
      if (this.#entries.length < INDEX_FROM) return
      this.#index = new Map()
      for (const each of this.#entries) enter(this.#index, each)
    } else {
      enter(this.#index, entry)
    }
  }
}

function isSameThing(entry: Entry, arn: string | null, type: string | null, derived: boolean): boolean {
  return entry.type === type && (arn === null || derived || entry.arn === null || entry.derived)
}

function enter(index: Map<string, Entry>, entry: Entry): void {
  if (entry.arn !== null) index.set(entry.arn, entry)
  if (entry.name === null) return
  const key = nameKey(entry.type, entry.name)
  if (!index.has(key)) index.set(key, entry)
}

/** Cannot collide with an ARN, which starts with `arn:`. */
function nameKey(type: string | null, name: string): string {
  return `\n${type ?? ''}\n${name}`
}

/** Rejects empty and very long values, and placeholders of withheld ones. */
export function isUsable(value: string): boolean {
  if (value.length === 0 || value.length > MAX_LENGTH) return false
  const first = value.charCodeAt(0)
  // H(IDDEN…), V(alue hidden…), <(sensitive…), *(***)
  if (first !== 72 && first !== 86 && first !== 60 && first !== 42) return true
  return known(value) !== null
}
