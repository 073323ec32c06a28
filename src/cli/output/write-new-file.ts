import { writeFileSync } from 'node:fs'
import { CaseError } from '../../model/case-error.js'
import { refuseAmongEvidence } from '../../store/evidence-places.js'
import type { Connection } from '../../store/open.js'

/** Never over a file, and not among the evidence. @throws CaseError exit 2. */
export function writeNewFile(db: Connection, file: string, text: string, flag: string): void {
  refuseAmongEvidence(db, file, `name a file in another folder with ${flag}`)
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    throw new CaseError(`cannot write ${file}: ${(error as Error).message}`, {
      hint: `name a new file with ${flag}`,
    })
  }
}
