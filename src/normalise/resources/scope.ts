import type { ResourceRole } from '../../model/resource.js'
import { type Parameters, Rule } from './service.js'
import type { Kind } from './kind.js'

/** Spellings are cached per scope. Records can have any number of keys (tags): beyond this the cache is emptied. */
const MAX_SPELLINGS = 400
/** Names that only wrap the value of the parameter above. */
const WRAPPERS = new Set(['item', 'items', 'member', 'members', 'content'])

/** Meaning of one parameter name in its place. */
export class Entry {
  readonly rule: Rule | null
  /** Where names below it are looked up. */
  readonly inner: Scope
  readonly isWrapper: boolean
  /** Role of an ARN or unambiguous ID that no rule covers. */
  readonly role: ResourceRole

  constructor(rule: Rule | null, inner: Scope, isWrapper: boolean, role: ResourceRole) {
    this.rule = rule
    this.inner = inner
    this.isWrapper = isWrapper
    this.role = role
  }
}

/** Parameter names → meaning, at one place in the records of one call. */
export class Scope {
  /** Encryption contexts, whose keys can be identifiers too. */
  readonly hasNamingKeys: boolean
  readonly #rules: ReadonlyMap<string, Rule>
  readonly #scopes: ReadonlyMap<string, Scope>
  /** Names here are chosen by the caller: their values are only mentioned. */
  readonly #isFree: boolean
  readonly #entries = new Map<string, Entry>()

  constructor(
    rules: ReadonlyMap<string, Rule>,
    scopes: ReadonlyMap<string, Scope>,
    free: 'free' | 'context' | null = null,
  ) {
    this.#rules = rules
    this.#scopes = scopes
    this.#isFree = free !== null
    this.hasNamingKeys = free === 'context'
  }

  entry(key: string): Entry {
    return this.#entries.get(key) ?? this.#learn(key)
  }

  #learn(key: string): Entry {
    if (this.#entries.size >= MAX_SPELLINGS) this.#entries.clear()
    const folded = key.toLowerCase()
    const role = !this.#isFree && namesResource(folded) ? 'target' : 'mentioned'
    const entry = new Entry(
      this.#rules.get(folded) ?? null,
      this.#scopes.get(folded) ?? this,
      WRAPPERS.has(folded),
      role,
    )
    this.#entries.set(key, entry)
    return entry
  }
}

/** `resourceARN`, `instanceIds`, `flowLogIdSet`; not `aws:SourceArn`, a policy condition. */
function namesResource(folded: string): boolean {
  return !folded.includes(':') && /(?:arn|id|identifier)s?(?:set|list)?$/.test(folded)
}

const CONTEXTS = [
  'encryptionContext',
  'encryptionContextEquals',
  'encryptionContextSubset',
  'sourceEncryptionContext',
  'destinationEncryptionContext',
]

/** Earlier tables win. `within` has parameters with a meaning only below another one. */
export function makeScope(
  tables: readonly Parameters[],
  within: readonly Readonly<Record<string, Parameters>>[],
  context: Parameters,
): Scope {
  const rules = new Map<string, Rule>()
  for (const table of tables) add(rules, table)
  const scopes = new Map<string, Scope>()
  for (const [parameter, inner] of within.flatMap((each) => Object.entries(each))) {
    const own = new Map<string, Rule>()
    add(own, inner)
    for (const [name, rule] of rules) if (!own.has(name)) own.set(name, rule)
    scopes.set(parameter.toLowerCase(), new Scope(own, scopes))
  }
  const contextRules = new Map<string, Rule>()
  add(contextRules, context)
  const contextScope = new Scope(contextRules, new Map(), 'context')
  for (const name of CONTEXTS) scopes.set(name.toLowerCase(), contextScope)
  return new Scope(rules, scopes)
}

function add(rules: Map<string, Rule>, parameters: Parameters): void {
  for (const [name, what] of Object.entries(parameters)) {
    const folded = name.toLowerCase()
    if (!rules.has(folded)) rules.set(folded, toRule(what))
  }
}

function toRule(what: Kind | Rule): Rule {
  return what instanceof Rule ? what : new Rule(what, what.role)
}

/** For unknown parameters: only ARNs and unambiguous IDs count. */
export const NO_PARAMETERS = new Scope(new Map(), new Map(), 'free')
