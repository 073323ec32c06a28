import type { QuestionKind, SubjectOf } from '../../model/question.js'
import type { AccessReach } from '../access-log/reach.js'
import type { Reach } from '../plan/criteria.js'

/** A question that a case can answer: one file each, listed in questions.ts. */
export interface QuestionSpec<Kind extends QuestionKind> {
  readonly kind: Kind
  /** @throws CaseError if the value cannot be searched for. */
  reach(subject: SubjectOf<Kind>): Reach
  /** The criteria for lines of S3 server access logs. */
  accessReach(subject: SubjectOf<Kind>): AccessReach
}
