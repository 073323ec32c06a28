/** Exit codes are an API. See docs/cli.md. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  problems: 3,
  notACase: 10,
  locked: 11,
  verificationFailed: 12,
  diskFull: 13,
} as const

/** An error the user can fix: message, what to type next, exit code. */
export class CaseError extends Error {
  override readonly name = 'CaseError'
  readonly exit: number
  readonly hint: string | undefined
  /** Values to type instead. */
  readonly choices: readonly Choice[]

  constructor(
    message: string,
    options: { exit?: number; hint?: string; choices?: readonly Choice[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.exit = options.exit ?? EXIT.usage
    this.hint = options.hint
    this.choices = options.choices ?? []
  }
}

export interface Choice {
  readonly value: string
  /** Meaning in words. */
  readonly what: string
}

/** Rows or bytes of a case contradict each other. @param problem the whole message */
export function damagedCase(problem: string, cause?: unknown): CaseError {
  return new CaseError(problem, {
    exit: EXIT.verificationFailed,
    hint: 'see what is damaged with: coldtrail verify',
    cause,
  })
}
