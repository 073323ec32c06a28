/** What an event meant to a resource that it names, from the name of the call and the part that the resource played. */
import type { ResourceRole } from '../../model/resource.js'
import type { Touch } from '../../model/resource-list.js'

export interface Call {
  /** Without its API date. */
  readonly eventName: string
  /** 1, 0, or null when the record does not say. */
  readonly readOnly: number | null
  readonly category: string | null
  /** It only takes access away: Modify…Attribute both gives and takes. */
  readonly removes: boolean
  /** It put the policy again that there was: nobody was let in, or shut out. */
  readonly keeps?: boolean
}

const READS =
  /^(?:Get|List|Describe|Head|Lookup|BatchGet|Search|Query|Scan|Select|Check|Validate|Preview|Test|Estimate)(?=[A-Z]|$)/
/** Said to read only, and yet what the resource is there for. */
const USES =
  /^(?:AssumeRole|AssumeRoot|Decrypt|Encrypt|ReEncrypt|GenerateDataKey|GenerateMac|Sign|Verify|Invoke|StartSession|SendCommand|GetSecretValue)/
const DELETES = /^(?:Delete|Terminate|Deregister|Release|Remove|Purge)(?=[A-Z])/
const DELETES_KEY = /^ScheduleKeyDeletion$/
const CREATES = /^(?:Create|Run|Allocate|Register|Import|Copy|Launch|Restore|Publish|Request)(?=[A-Z])/
/** Access to the resource is given or taken. */
const ACCESS = /(?:Policy|Acl|Permissions?|PublicAccessBlock|Grant|ResourceShare)$/
const TAKES_ACCESS = /^(?:Delete|Remove|Revoke|Retire|Detach|Disassociate)/
/** What is attached to IAM users and roles is their own rights; only trust lets others in. */
const TRUST = /^UpdateAssumeRolePolicy$/
/** Names of things that differ between the call and the type. */
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
  // What is put into a bucket or a table does not change the bucket.
  return category === 'Data' && type !== 'AWS::S3::Object' ? 'written' : 'changed'
}

function givesAccess(eventName: string, type: string | null): boolean {
  return type?.startsWith('AWS::IAM::') === true ? TRUST.test(eventName) : ACCESS.test(eventName)
}

/** Whether the verb is about the resource itself: DeleteBucket deletes a bucket, DeleteBucketPolicy does not. */
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
