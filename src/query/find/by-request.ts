import type { QuestionSpec } from './question-spec.js'
import type { Arm } from '../plan/criteria.js'
import { hasHostId, hasRequestId } from '../access-log/reach.js'
import { asStored, idSpellings } from './value.js'

/** S3's x-amz-id-2: data events have it in additionalEventData, access logs as the host ID. */
const HOST_ID = /^[A-Za-z0-9+/]{32,}={0,2}$/

/** Several events can share a requestID, and S3 access logs record the same request. */
export const byRequest: QuestionSpec<'request'> = {
  kind: 'request',
  reach: ({ value }) => {
    const ids = idSpellings(value).map((id): Arm => ({ kind: 'column', column: 'request_id', value: id }))
    const [byId] = ids
    if (byId !== undefined && ids.length === 1 && !HOST_ID.test(value)) return { criteria: [byId], notes: [] }
    if (ids.length > 1) return { criteria: [{ kind: 'any', of: ids }], notes: [] }
    // A phrase search: the value has no column, so the full text is the only index on it.
    return { criteria: [{ kind: 'any', of: [...ids, { kind: 'text', match: `"${value}"` }] }], notes: [] }
  },
  accessReach: ({ value }) => ({
    criteria: [{ kind: 'any', of: [hasRequestId(asStored(value)), hasHostId(asStored(value))] }],
    notes: [],
  }),
}
