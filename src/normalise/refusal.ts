/** How a request ended, where that is not simply an errorCode. */
import type { JsonObject } from '../model/record.js'
import { readObject } from './fields.js'

/** Sign-in and console steps report failure only here (CloudTrail User Guide: console sign-in events). */
const STEPS = ['ConsoleLogin', 'SwitchRole', 'CheckMfa']

/** A step is named like its event: `responseElements.ConsoleLogin`, `serviceEventDetails.CredentialVerification`. */
export function isRefusal(record: JsonObject): boolean {
  const response = readObject(record['responseElements'])
  const details = readObject(record['serviceEventDetails'])
  return (
    (response !== null && saysFailure(response, record)) || (details !== null && saysFailure(details, record))
  )
}

function saysFailure(said: JsonObject, { eventName }: JsonObject): boolean {
  if (typeof eventName === 'string' && said[eventName] === 'Failure') return true
  return STEPS.some((step) => said[step] === 'Failure')
}

/**
 * Services spell a lack of permission in their own ways: AccessDenied, AccessDeniedException, UnauthorizedOperation,
 * Client.UnauthorizedOperation, AuthFailure, NotAuthorizedException, AuthorizationError, Forbidden, AllAccessDisabled.
 * UnauthorizedPartnerIntegration and the like are states of a thing, not answers to a caller.
 */
const DENIED_CODE =
  /access_?denied|unauthori[sz]ed(?:operation|access|request|action)?(?:exception|error|fault)?$|not_?authori[sz]ed|(?:authori[sz]ation|permission)_?(?:error|failure|failed|denied)|(?:^|\.)authfailure$|forbidden|allaccessdisabled|insufficient_?(?:privileges?|permissions?)/i

/** IAM's words, for the few records that have them without a code. */
const DENIED_MESSAGE = /\bnot authorized to perform\b|\baccess denied\b|\bexplicit deny\b/i

/** Whether the caller lacked permission. */
export function isDenial(code: string | null, message: string | null): boolean {
  if (code !== null && code !== '') return DENIED_CODE.test(code)
  return message !== null && DENIED_MESSAGE.test(message)
}
