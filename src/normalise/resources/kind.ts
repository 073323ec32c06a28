import type { ResourceRole } from '../../model/resource.js'

/** What a record says about itself, for ARNs that have to be put together. `''` when absent. */
export interface RecordContext {
  readonly eventSource: string
  readonly region: string
  readonly account: string
  readonly partition: string
}

/** Records of made-up accounts must not fill the memory. */
const MAX_HEADS = 200

export interface KindOptions {
  /** Default `target`. */
  readonly role?: ResourceRole
  /** The name inside a written value; null when the value names nothing. */
  readonly name?: (value: string) => string | null
  /** The tail of the ARN, where it differs from the name. */
  readonly tail?: (name: string) => string
  /** The ARN's own tail says the name (S3). */
  readonly nameless?: true
}

/**
 * One kind of resource: its type and how to put its ARN together from a bare name. Templates are written as in
 * FORMATS: `arn:P:ec2:R:A:instance/NAME` with P partition, R region and A account of the record.
 */
export class Kind {
  readonly type: string
  readonly role: ResourceRole
  readonly nameless: boolean
  readonly name: ((value: string) => string | null) | null
  readonly #before: readonly string[] | null
  readonly #after: string
  readonly #tail: ((name: string) => string) | null
  // An archive has few accounts and regions, in long runs: the last head is nearly always the one needed.
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

  /** Null where the service has no ARN for it, or the record lacks the region or account that the ARN needs. */
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
