import type { JsonObject } from '../model/record.js'

/** Sign-in and console steps report failure only here (CloudTrail User Guide: console sign-in events). */
export function isRefusal(response: JsonObject): boolean {
  return (
    response['ConsoleLogin'] === 'Failure' ||
    response['SwitchRole'] === 'Failure' ||
    response['CheckMfa'] === 'Failure'
  )
}
