import type { QuestionSpec } from './question-spec.js'
import type { Arm } from '../plan/criteria.js'
import { hasHostId, hasRequestId } from '../access-log/reach.js'
import { asStored, idSpellings } from './value.js'

/** x-amz-id-2 of S3: the log of a data event has it in additionalEventData, an access log as host id. */
const HOST_ID = /^[A-Za-z0-9+/]{32,}={0,2}$/

/** What one request left: several events can share a requestID, and S3 logs it by itself. */
export const byRequest: QuestionSpec<'request'> = {
  kind: 'request',
  reach: ({ value }) => {
    const ids = idSpellings(value).map((id): Arm => ({ kind: 'column', column: 'request_id', value: id }))
    const [byId] = ids
    if (byId !== undefined && ids.length === 1 && !HOST_ID.test(value)) return { criteria: [byId], notes: [] }
    if (ids.length > 1) return { criteria: [{ kind: 'any', of: ids }], notes: [] }
    // Its words in their order: FTS5 knows no other way to a value that is no column.
    return { criteria: [{ kind: 'any', of: [...ids, { kind: 'text', match: `"${value}"` }] }], notes: [] }
  },
  accessReach: ({ value }) => ({
    criteria: [{ kind: 'any', of: [hasRequestId(asStored(value)), hasHostId(asStored(value))] }],
    notes: [],
  }),
}
