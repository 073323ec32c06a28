import { CaseError } from './case-error.js'

/** Across threads a class and its fields are lost: errors travel as data. */
export interface Failure {
  readonly failed: {
    readonly message: string
    readonly stack: string
    readonly exit: number | null
    readonly hint: string | null
  }
}

export function guarded<T>(work: () => T): T | Failure {
  try {
    return work()
  } catch (error) {
    const { message, stack } = error as Error
    const known = error instanceof CaseError ? error : null
    return { failed: { message, stack: stack ?? '', exit: known?.exit ?? null, hint: known?.hint ?? null } }
  }
}

export function unwrap<T extends object>(result: T | Failure): T {
  if (!('failed' in result)) return result
  const { message, stack, exit, hint } = result.failed
  if (exit === null) throw new Error(message, { cause: stack })
  throw new CaseError(message, hint === null ? { exit } : { exit, hint })
}
