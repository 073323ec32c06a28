/** A process that takes and frees the lock of a case a number of times, and notes when somebody else had it meanwhile. */
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { CaseError, EXIT } from '../../src/model/case-error.js'
import { lockCase, type CaseLock } from '../../src/store/lock.js'

const [casePath = '', witness = '', times = ''] = process.argv.slice(2)
let held = 0
let overlaps = 0
let refused = 0

function take(): CaseLock | null {
  try {
    return lockCase(casePath)
  } catch (error) {
    if (!(error instanceof CaseError) || error.exit !== EXIT.locked) throw error
    refused++
    return null
  }
}

while (held < Number(times)) {
  const lock = take()
  if (lock === null) continue
  held++
  try {
    closeSync(openSync(witness, 'wx'))
    await sleep(held % 3)
    unlinkSync(witness)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error
    overlaps++
  }
  lock.release()
}
process.stdout.write(JSON.stringify({ held, overlaps, refused }))
