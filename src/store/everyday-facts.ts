/** Columns of events for everyday questions: what failed, was denied, had no MFA, was made in the console. */
import { int, text, type ColumnSpec } from './column-spec.js'

/**
 * 1 or 0, null where nobody can know: only for IAM users and root a "No" means that there was none. A federated user may
 * have used MFA at the identity provider, and the session of a role says false for these as well.
 */
const MFA_USED = `CASE WHEN lower(mfa_at_sign_in) IN ('yes', 'true') OR lower(mfa_authenticated) = 'true' THEN 1
  WHEN principal_type IN ('IAMUser', 'Root') AND (lower(mfa_at_sign_in) IN ('no', 'false') OR lower(mfa_authenticated) = 'false') THEN 0 END`

/** Condition on a row of the view identity. */
export const WITHOUT_MFA = `${MFA_USED} = 0`

/** Of the tables that the view events joins: `o` is outcome, `i` session, `c` caller, `h` client, `e` event. */
export const EVERYDAY_SELECT = `CASE WHEN o.error_code <> '' THEN o.error_code WHEN o.failed = 1 THEN 'Failure' END AS error,
  o.failed, o.denied, ${MFA_USED} AS mfa_used, coalesce(h.console, 0) AS console, coalesce(h.bearer_token, 0) AS bearer_token,
  i.source_identity, i.principal_tags, e.bytes_in, e.bytes_out`

export const EVERYDAY_COLUMNS: readonly ColumnSpec[] = [
  text('error', 'error_code; Failure where a request failed without one, as a sign-in does'),
  int('failed', '1 if the record reports a failure'),
  int('denied', '1 if the caller lacked permission, in any spelling'),
  int(
    'mfa_used',
    '1 or 0, at sign-in (MFAUsed) or in the session (mfaAuthenticated); null if not known: a No is known for IAM users and root only',
  ),
  int('console', '1 if made by hand in the console'),
  int('bearer_token', '1 if an API key was used as bearer token'),
  text('source_identity', 'sourceIdentity'),
  text('principal_tags', 'JSON: tags of the caller, or of the session that the call makes'),
  int('bytes_in', 'bytesTransferredIn'),
  int('bytes_out', 'bytesTransferredOut'),
]
