/** Dictionary entries of callers and of their sessions. */
import { clean } from '../model/clean-text.js'
import type { IdentityEntry, NamedEntry } from '../model/dictionary.js'
import {
  CALLER_COLUMNS,
  isRecorded,
  SESSION_COLUMNS,
  type Identity,
  type IdentityName,
  type IdentityReading,
} from '../model/principal.js'
import { Cache, cleanValue, makeEntry } from './intern.js'
import { callerNamesOf } from './principal-names.js'

export class Sessions {
  readonly #callers = new Cache<KnownCaller>()

  entryOf({ identity, names }: IdentityReading): IdentityEntry {
    const caller = this.#caller(identity)
    const values = SESSION_COLUMNS.map((column) => cleanValue(identity[column]))
    const words = clean(recordedValues(identity, SESSION_COLUMNS).join(' '))
    return {
      ...makeEntry([caller.entry.id, ...values], words),
      caller: caller.entry,
      names: without(names, caller.names),
    }
  }

  #caller(identity: Identity): KnownCaller {
    const values = CALLER_COLUMNS.map((column) => identity[column])
    const key = JSON.stringify(values)
    const known = this.#callers.get(key, null)
    if (known !== undefined) return known
    const names = callerNamesOf(identity).map(cleanName)
    const words = clean(recordedValues(identity, CALLER_COLUMNS).join(' '))
    const entry = { ...makeEntry(values.map(cleanValue), words), names }
    return this.#callers.set(key, null, { entry, names })
  }
}

interface KnownCaller {
  readonly entry: NamedEntry
  /** The entry lets its own go when it is shipped. */
  readonly names: NamedEntry['names']
}

const cleanName = ({ name, kind }: IdentityName): IdentityName => ({ name: clean(name), kind })

/** The names of a session that are not its caller's already. */
function without(names: readonly IdentityName[], ofCaller: NamedEntry['names']): NamedEntry['names'] {
  const own = names.map(cleanName)
  return own.filter((one) => !ofCaller.some(({ name, kind }) => name === one.name && kind === one.kind))
}

export function recordedValues(identity: Identity, columns: readonly (keyof Identity)[]): string[] {
  return columns.flatMap((column) => (isRecorded(column) ? (identity[column] ?? []) : []))
}
