/** The tasks of verifying a case, each a plain function with its own connection, so that any thread can run it. */
import { closeReader, openReader, type Connection } from '../../store/open.js'
import { checkSources, type SourceResult, type SourceTask } from './check-sources.js'
import { isDamage, type Finding } from './finding.js'
import { checkForms } from './reduced-forms.js'
import { checkReferences } from './references.js'
import { checkRuns } from './runs-chain.js'
import { checkSchema, checkStructure } from './structure.js'
import { checkColumnTexts } from './text-check.js'
import { checkValues } from './values.js'

export interface WholeTask {
  readonly casePath: string
  readonly quick: boolean
}

export interface SourcesTask extends SourceTask {
  readonly casePath: string
}

/** Checks of the whole case, by part. */
const WHOLE_CHECKS = {
  structure: checkStructure,
  schema: checkSchema,
  runs: checkRuns,
  values: (db: Connection, quick: boolean) => (quick ? [] : checkValues(db)),
  references: checkReferences,
  forms: (db: Connection, quick: boolean) => (quick ? [] : checkForms(db)),
  /** Where every event is looked up. */
  texts: checkColumnTexts,
} satisfies Record<string, (db: Connection, quick: boolean) => Finding[]>

export type WholeCheck = keyof typeof WHOLE_CHECKS
export const ALWAYS_CHECKED = (Object.keys(WHOLE_CHECKS) as readonly WholeCheck[]).filter(
  (check) => check !== 'texts',
)

export function runWholeCheck(name: WholeCheck, { casePath, quick }: WholeTask): Finding[] {
  return withReader(casePath, (db) => findingDamage('case file', () => WHOLE_CHECKS[name](db, quick)))
}

export function runSources(task: SourcesTask): SourceResult {
  return withReader(task.casePath, (db) => checkSources(db, task))
}

/** Turns damage that SQLite reports into a finding. */
export function findingDamage(place: string, check: () => Finding[]): Finding[] {
  try {
    return check()
  } catch (error) {
    if (!isDamage(error)) throw error
    return [{ check: 'structure', place, detail: (error as Error).message }]
  }
}

function withReader<T>(casePath: string, work: (db: Connection) => T): T {
  // The main thread has it open: reading the file directly from here would release its locks.
  const db = openReader(casePath, { isChecked: true })
  try {
    return work(db)
  } finally {
    closeReader(db)
  }
}
