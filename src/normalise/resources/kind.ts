import type { ResourceRole } from '../../model/resource.js'

/** Region, account and so on of a record, for deriving ARNs. `''` if absent. */
export interface RecordContext {
  readonly eventSource: string
  readonly region: string
  readonly account: string
  readonly partition: string
}

/** Records of invented accounts must not fill memory. */
const MAX_HEADS = 200

export interface KindOptions {
  /** Default `target`. */
  readonly role?: ResourceRole
  /** Extracts the name from a value; null if it contains none. */
  readonly name?: (value: string) => string | null
  /** End of the ARN, if it differs from the name. */
  readonly tail?: (name: string) => string
  /** The end of the ARN is the name (S3). */
  readonly nameless?: true
}

/**
 * A kind of resource: its type and how to derive its ARN from a name. In templates such as
 * `arn:P:ec2:R:A:instance/NAME`, P is the partition, R the region and A the account of the record.
 */
export class Kind {
  readonly type: string
  readonly role: ResourceRole
  readonly nameless: boolean
  readonly name: ((value: string) => string | null) | null
  readonly #before: readonly string[] | null
  readonly #after: string
  readonly #tail: ((name: string) => string) | null
  // Accounts and regions come in long runs, so the last head is nearly always the one needed.
  #context: RecordContext | null = null
  #head: string | null = null
  readonly #heads = new Map<RecordContext, string | null>()

  constructor(type: string, template: string | null, options: KindOptions = {}) {
    this.type = type
    this.role = options.role ?? 'target'
    this.name = options.name ?? null
    this.nameless = options.nameless ?? false
    this.#tail = options.tail ?? null
    const [before = '', after = ''] = template === null ? [] : template.split('NAME')
    this.#before = template === null ? null : before.split(':')
    this.#after = after
  }

  /** null if the service has no ARN for it, or the record lacks the region or account that it needs. */
  arn(name: string, context: RecordContext): string | null {
    if (context !== this.#context) this.#turnTo(context)
    if (this.#head === null) return null
    return this.#head + (this.#tail === null ? name : this.#tail(name)) + this.#after
  }

  #turnTo(context: RecordContext): void {
    let head = this.#heads.get(context)
    if (head === undefined) {
      head = this.#makeHead(context)
      if (this.#heads.size >= MAX_HEADS) this.#heads.clear()
      this.#heads.set(context, head)
    }
    this.#context = context
    this.#head = head
  }

  #makeHead(context: RecordContext): string | null {
    if (this.#before === null) return null
    const [arn, partition, service, region, account, ...rest] = this.#before
    if ((region === 'R' && context.region === '') || (account === 'A' && context.account === '')) return null
    const fields = [
      arn,
      partition === 'P' ? context.partition : partition,
      service,
      region === 'R' ? context.region : region,
      account === 'A' ? context.account : account,
      ...rest,
    ]
    return fields.join(':')
  }
}
