/** What an event did to a resource, from the name of the call and the role of the resource in it. */
import type { ResourceRole } from '../../model/resource.js'
import type { Touch } from '../../model/resource-list.js'

export interface Call {
  /** Without its API date. */
  readonly eventName: string
  /** 1, 0, or null if the record has no readOnly. */
  readonly readOnly: number | null
  readonly category: string | null
  /** Only takes access away; Modify…Attribute can also give it. */
  readonly removes: boolean
  /** Put back the same policy: access is unchanged. */
  readonly keeps?: boolean
}

const READS =
  /^(?:Get|List|Describe|Head|Lookup|BatchGet|Search|Query|Scan|Select|Check|Validate|Preview|Test|Estimate)(?=[A-Z]|$)/
/** Marked read-only although it is the purpose of the resource. */
const USES =
  /^(?:AssumeRole|AssumeRoot|Decrypt|Encrypt|ReEncrypt|GenerateDataKey|GenerateMac|Sign|Verify|Invoke|StartSession|SendCommand|GetSecretValue)/
const DELETES = /^(?:Delete|Terminate|Deregister|Release|Remove|Purge)(?=[A-Z])/
const DELETES_KEY = /^ScheduleKeyDeletion$/
const CREATES = /^(?:Create|Run|Allocate|Register|Import|Copy|Launch|Restore|Publish|Request)(?=[A-Z])/
/** Gives or takes access to the resource. */
const ACCESS = /(?:Policy|Acl|Permissions?|PublicAccessBlock|Grant|ResourceShare)$/
const TAKES_ACCESS = /^(?:Delete|Remove|Revoke|Retire|Detach|Disassociate)/
/** Policies attached to IAM users and roles are their own permissions; only the trust policy lets others in. */
const TRUST = /^UpdateAssumeRolePolicy$/
/** Nouns that differ between the call and the resource type. */
const SYNONYMS: Readonly<Record<string, string>> = { eip: 'address' }

export function touchOf(call: Call, role: ResourceRole, type: string | null, hasGrantees: boolean): Touch {
  if (role === 'created') return 'created'
  if (isRead(call)) return USES.test(call.eventName) ? 'used' : 'read'
  if (role === 'grantee') return 'shared'
  if (role === 'revoked') return 'unshared'
  if (role !== 'target') return 'used'
  return changeOf(call, type, hasGrantees)
}

function accessTouch({ eventName, removes }: Call): Touch {
  return removes || TAKES_ACCESS.test(eventName) ? 'unshared' : 'shared'
}

function isRead({ eventName, readOnly }: Call): boolean {
  return readOnly === 1 || (readOnly === null && READS.test(eventName))
}

function changeOf(call: Call, type: string | null, hasGrantees: boolean): Touch {
  const { eventName, category } = call
  if (DELETES_KEY.test(eventName) && type === 'AWS::KMS::Key') return 'deleted'
  if (isAbout(eventName, DELETES, type)) return 'deleted'
  if (isAbout(eventName, CREATES, type)) return 'created'
  if (call.keeps !== true && (hasGrantees || givesAccess(eventName, type))) return accessTouch(call)
  if (USES.test(eventName)) return 'used'
  // Writing into a bucket or table does not change the bucket.
  return category === 'Data' && type !== 'AWS::S3::Object' ? 'written' : 'changed'
}

function givesAccess(eventName: string, type: string | null): boolean {
  return type?.startsWith('AWS::IAM::') === true ? TRUST.test(eventName) : ACCESS.test(eventName)
}

/** Whether the verb applies to the resource itself: DeleteBucket deletes a bucket, DeleteBucketPolicy does not. */
function isAbout(eventName: string, verbs: RegExp, type: string | null): boolean {
  const verb = verbs.exec(eventName)?.[0]
  if (verb === undefined || type === null) return false
  const word = type
    .slice(type.lastIndexOf(':') + 1)
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .toLowerCase()
  const noun = eventName.slice(verb.length).toLowerCase()
  const name = SYNONYMS[word] ?? word
  return noun === name || noun === `${name}s`
}
