/** All questions; tests iterate over it. */
import type { QuestionKind, SubjectOf } from '../../model/question.js'
import type { AccessReach } from '../access-log/reach.js'
import { byPrincipal } from './by-principal.js'
import { byRequest } from './by-request.js'
import { byResource } from './by-resource.js'
import { byText } from './by-text.js'
import { byWindow } from './by-window.js'
import type { QuestionSpec } from './question-spec.js'
import type { Reach } from '../plan/criteria.js'

export const QUESTIONS: { readonly [Kind in QuestionKind]: QuestionSpec<Kind> } = {
  request: byRequest,
  principal: byPrincipal,
  resource: byResource,
  text: byText,
  window: byWindow,
}

export function reachOf<Kind extends QuestionKind>(
  subject: SubjectOf<Kind> & { readonly kind: Kind },
): Reach {
  return QUESTIONS[subject.kind].reach(subject)
}

export function accessReachOf<Kind extends QuestionKind>(
  subject: SubjectOf<Kind> & { readonly kind: Kind },
): AccessReach {
  return QUESTIONS[subject.kind].accessReach(subject)
}
