import type { ResourceRole } from '../../model/resource.js'

const VERB =
  /^(?:Create|Run|Allocate|Register|Import|Copy|Launch|Restore|Provision|Upload|Publish|Request|Clone)(?=[A-Z])/
/** Roles that a created resource can have in the response. */
const MADE_AS: ReadonlySet<ResourceRole> = new Set(['target', 'key', 'policy', 'created'])
const API_DATE = /\d{4}_?\d{2}_?\d{2}(?:v\d+)?$/
/**
 * Allowed after the noun: RestoreDBInstanceFromS3 and CreateLocationNfs create a DBInstance and a Location, but
 * CreateVpcEndpoint creates no VPC. Anything is allowed before it: CreateDefaultVpc.
 */
const VARIANT = /^(?:from.*|with.*|readreplica|s3|nfs|smb|efs|hdfs|fsx.*|objectstorage|azureblob)$/
/** Nouns that differ between the call and the resource type. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([['eip', 'address']])

/**
 * Whether the call created a resource in its response. The response of RunInstances also names the existing network and
 * image, so the type must match the name of the call: an Instance, not a VPC.
 */
export class Creation {
  readonly #noun: string
  readonly #known = new Map<string, boolean>()

  private constructor(noun: string) {
    this.#noun = noun
  }

  /** null for calls that create nothing. */
  static of(eventName: string): Creation | null {
    const verb = VERB.exec(eventName)?.[0]
    if (verb === undefined) return null
    const noun = eventName.slice(verb.length).replace(API_DATE, '').toLowerCase()
    return new Creation(/[^s]s$/.test(noun) ? noun.slice(0, -1) : noun)
  }

  makes(type: string | null, role: ResourceRole): boolean {
    if (type === null || !MADE_AS.has(role)) return false
    let answer = this.#known.get(type)
    if (answer === undefined) {
      answer = this.#fits(type)
      if (this.#known.size < 1000) this.#known.set(type, answer)
    }
    return answer
  }

  #fits(type: string): boolean {
    const word = (/[A-Za-z0-9]+$/.exec(type)?.[0] ?? '').toLowerCase()
    const noun = SYNONYMS.get(word) ?? word
    if (noun === '') return false
    if (this.#noun.endsWith(noun)) return true
    return this.#noun.startsWith(noun) && VARIANT.test(this.#noun.slice(noun.length))
  }
}
