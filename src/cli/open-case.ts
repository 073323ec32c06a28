import { damagedCase, type CaseError } from '../model/case-error.js'
import { oddValue } from '../store/odd-values.js'
import { closeReader, openReader, type Connection } from '../store/open.js'

export function openCase(path: string): Connection {
  return openReader(path)
}

export { closeReader as closeCase }

/**
 * Whether an error that nobody expected comes of values that index does not write: a case may come from anybody, and no reader
 * asks each value for its type. @returns null when the case is as it should be: then the fault is ours.
 */
export function asOddCase(path: string, cause: unknown): CaseError | null {
  try {
    const db = openReader(path, { isChecked: true })
    try {
      const odd = oddValue(db)
      return odd === null ? null : damagedCase(`the case file is damaged: ${odd}`, cause)
    } finally {
      closeReader(db)
    }
  } catch {
    return null
  }
}
