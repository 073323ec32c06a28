import type { QuestionSpec } from './question-spec.js'
import { asStored } from './value.js'

/** Events of one request: several can share a requestID. */
export const byRequest: QuestionSpec<'request'> = {
  kind: 'request',
  reach: ({ value }) => ({
    criteria: [{ kind: 'column', column: 'request_id', value: asStored(value) }],
    notes: [],
  }),
}
