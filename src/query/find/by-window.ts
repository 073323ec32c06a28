import type { QuestionSpec } from './question-spec.js'

export const byWindow: QuestionSpec<'window'> = {
  kind: 'window',
  reach: () => ({ criteria: [], notes: [] }),
  accessReach: () => ({ criteria: [], notes: [] }),
}
