import type { QuestionSpec } from './question-spec.js'

/** Every event of a time window. */
export const byWindow: QuestionSpec<'window'> = {
  kind: 'window',
  reach: () => ({ criteria: [], notes: [] }),
  accessReach: () => ({ criteria: [], notes: [] }),
}
