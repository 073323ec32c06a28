/** Everyday facts of a request that a record has in places of their own. */
import type { JsonObject } from '../model/record.js'
import { readBoolean, readObject, readString } from './fields.js'
import { isConsoleName } from './recorded-identity.js'

/** Since this version records say whether the session came from the console. */
const SAYS_CONSOLE = /^1\.(?:0[89]|[1-9]\d)$/

/**
 * Whether somebody made a request in the console, given that it says so or has an agent of the console. "AWS Internal"
 * is the agent of some console pages and of services: since records say which session is from the console, it means nothing.
 */
export function isMadeInConsole(record: JsonObject): boolean {
  if (readBoolean(record['sessionCredentialFromConsole']) === 1) return true
  const caller = readObject(record['userIdentity'])
  const by = readString(caller?.['invokedBy'])
  if (readString(caller?.['type']) === 'AWSService' || (by !== null && by !== '' && !isConsoleName(by)))
    return false
  const agent = readString(record['userAgent']) ?? ''
  return !/^\[?AWS Internal/.test(agent) || !SAYS_CONSOLE.test(readString(record['eventVersion']) ?? '')
}

/** Console and sign-in pages have event types of their own. */
export function isConsoleEvent({ eventType }: JsonObject): boolean {
  return eventType === 'AwsConsoleSignIn' || eventType === 'AwsConsoleAction'
}

/** A count of bytes; 0.0 and "12" are counts, what is not whole is none. */
export function readBytes(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : null
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null
}
