import type { QuestionKind, SubjectOf } from '../../model/question.js'
import type { AccessReach } from '../access-log/reach.js'
import type { Reach } from '../plan/criteria.js'

/** A question that the case can answer; each is one file and one line in table.ts. */
export interface QuestionSpec<Kind extends QuestionKind> {
  readonly kind: Kind
  /** @throws CaseError when the value can not be searched for. */
  reach(subject: SubjectOf<Kind>): Reach
  /** What it demands of lines of S3 server access logs. */
  accessReach(subject: SubjectOf<Kind>): AccessReach
}
