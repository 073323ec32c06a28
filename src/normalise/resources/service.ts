import type { JsonObject } from '../../model/record.js'
import type { ResourceRole } from '../../model/resource.js'
import type { Found } from './resource-collector.js'
import { Kind } from './kind.js'

/** Reads a value, never an ARN, that no template covers: several spellings or kinds, grantees. */
export type ReadValue = (value: string, found: Found, role: ResourceRole) => void

/** What the values of a parameter are, and their role. */
export class Rule {
  readonly kind: Kind | null
  readonly read: ReadValue | null
  readonly role: ResourceRole

  constructor(what: Kind | ReadValue, role: ResourceRole) {
    this.kind = what instanceof Kind ? what : null
    this.read = what instanceof Kind ? null : what
    this.role = role
  }

  apply(value: string, found: Found): void {
    if (this.kind !== null) found.kind(this.kind, value, this.role)
    else if (this.read !== null) this.read(value, found, this.role)
  }
}

/** Parameter name as documented by AWS, in any case → what it contains. */
export type Parameters = Readonly<Record<string, Kind | Rule>>

/** The parameters of one service: data only, except where two parameters are needed together. */
export interface Service {
  readonly name: string
  /** eventSource without `.amazonaws.com`; `*` is every service. */
  readonly sources: readonly string[]
  readonly parameters: Parameters
  /** Parameters with a meaning only below another one: `launchPermission.….userId`. */
  readonly within?: Readonly<Record<string, Parameters>>
  /** Parameters whose meaning depends on the call. The first match of the event name wins. */
  readonly calls?: readonly { readonly name: RegExp; readonly parameters: Parameters }[]
  /** Resources named by several parameters together. Gets requestParameters, then responseElements. */
  readonly compose?: (parameters: JsonObject, found: Found) => void
}

export function as(what: Kind, role: ResourceRole): Rule {
  return new Rule(what, role)
}

export function reads(read: ReadValue, role: ResourceRole = 'target'): Rule {
  return new Rule(read, role)
}

/** A parameter that is an ARN or unusable. ARNs are read before any rule, with the rule's role. */
export const GIVEN = reads(() => undefined)
export const GIVEN_SOURCE = reads(() => undefined, 'source')
export const GIVEN_POLICY = reads(() => undefined, 'policy')
export const GIVEN_GRANTEE = reads(() => undefined, 'grantee')
export const GIVEN_REVOKED = reads(() => undefined, 'revoked')
