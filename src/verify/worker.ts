/** A thread of the verifying pool. */
import { guarded, type Failure } from '../model/failure.js'
import { runSources, runWholeCheck, type SourcesTask, type WholeCheck, type WholeTask } from './case/tasks.js'
import type { SourceResult } from './case/check-sources.js'
import type { Finding } from './case/finding.js'

export const sources = (task: SourcesTask): SourceResult | Failure => guarded(() => runSources(task))

export const whole = ({
  check,
  ...task
}: WholeTask & { readonly check: WholeCheck }): readonly Finding[] | Failure =>
  guarded(() => runWholeCheck(check, task))
