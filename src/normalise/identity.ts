import type { Identity, IdentityReading } from '../model/principal.js'
import type { JsonObject } from '../model/record.js'
import { classifyCredential } from './credential-class.js'
import { principalKeyOf } from './principal-key.js'
import { principalLabel } from './principal-label.js'
import { namesOf } from './principal-names.js'
import { readRecordedIdentity } from './recorded-identity.js'

/**
 * The caller: the columns of `userIdentity`, conclusions from them, and every name that finds them. Never throws;
 * missing and mistyped values read as absent. Source: CloudTrail User Guide, "userIdentity element".
 */
export function readIdentity(record: JsonObject): IdentityReading {
  const recorded = readRecordedIdentity(record)
  const { principal_kind, principal_key } = principalKeyOf(recorded)
  const identity: Identity = {
    ...recorded,
    credential_class: classifyCredential(record, recorded),
    principal: principalLabel(recorded, principal_kind),
    principal_kind,
    principal_key,
  }
  return { identity, names: namesOf(identity) }
}
