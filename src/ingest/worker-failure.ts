import type { Failure } from './worker.js'

/** A failure of ours or the disk's travels as data, since across threads an error loses its class and code. @throws it again. */
export function unwrap<Result extends object>(result: Result | Failure): Result {
  if (!('failed' in result)) return result
  const { message, stack, code } = result.failed
  throw Object.assign(new Error(message), { stack, code })
}
