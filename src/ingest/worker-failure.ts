import type { Failure } from './worker.js'

/**
 * Internal and disk errors travel as data, since errors lose class and code across threads. @throws the error again.
 */
export function unwrap<Result extends object>(result: Result | Failure): Result {
  if (!('failed' in result)) return result
  const { message, stack, code } = result.failed
  throw Object.assign(new Error(message), { stack, code })
}
