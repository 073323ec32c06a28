/** A thread of the detecting pool. */
import { guarded, type Failure } from '../model/failure.js'
import { runRecordTask, type RecordResult, type RecordTask } from './case/record-task.js'

export const records = (task: RecordTask): RecordResult | Failure => guarded(() => runRecordTask(task))
