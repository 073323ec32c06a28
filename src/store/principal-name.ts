/** Label of an identity `i` without the service that acted for it. */
const OWN_LABEL = `CASE WHEN substr(i.principal, -length(' via ' || i.invoked_by)) = ' via ' || i.invoked_by
      THEN substr(i.principal, 1, length(i.principal) - length(' via ' || i.invoked_by)) ELSE i.principal END`

/**
 * Most readable name of the principal of a group of identities `i`, whose labels are `ROLE/SESSION` and `NAME via
 * SERVICE`; for a role its own name. Of several it takes the alphabetically last, which is independent of the order of
 * the evidence.
 */
export const PRINCIPAL_NAME = `coalesce(max(CASE i.principal_kind WHEN 'role' THEN i.session_issuer_name END),
    max(CASE i.principal_kind WHEN 'role' THEN substr(${OWN_LABEL}, 1, instr(i.principal || '/', '/') - 1)
      ELSE ${OWN_LABEL} END))`
