/** A thread of the detecting pool. Errors travel as data: across threads a class and its fields are lost. */
import { CaseError } from '../model/case-error.js'
import { runRecordTask, type RecordResult, type RecordTask } from './case/record-task.js'

export interface Failure {
  readonly failed: {
    readonly message: string
    readonly stack: string
    readonly exit: number | null
    readonly hint: string | null
  }
}

export const records = (task: RecordTask): RecordResult | Failure => {
  try {
    return runRecordTask(task)
  } catch (error) {
    const { message, stack } = error as Error
    const known = error instanceof CaseError ? error : null
    return { failed: { message, stack: stack ?? '', exit: known?.exit ?? null, hint: known?.hint ?? null } }
  }
}
