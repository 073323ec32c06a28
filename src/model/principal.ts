/**
 * Class of the credentials that signed a request, in the decision order of CloudTrail's userIdentity element. Names are
 * part of the case format; the texts go into `data_dictionary`.
 */
export const CREDENTIAL_CLASSES = {
  none: 'no caller: an Insight or aggregated record',
  'aws-service': 'an AWS service acting for itself',
  'other-account': 'a caller from another account, seen from this side',
  'identity-center-user': 'an IAM Identity Center user, directly or through a role session',
  federation: 'the federation step itself (SAML or web identity), before AWS credentials exist',
  'root-assumed': 'a root session obtained with sts:AssumeRoot',
  'root-console': 'the account root, signed in to the console',
  'root-key': 'the account root, with a long-term access key',
  'federated-user': 'a GetFederationToken session',
  'service-linked-role': 'a session of a service-linked role',
  'web-identity': 'a role session obtained with a web identity (OIDC)',
  'identity-center-permission-set': 'a role session of an IAM Identity Center permission set',
  'ec2-instance-role': 'a role session of an EC2 instance',
  'lambda-role': 'a role session of a Lambda function',
  'role-session': 'a role session of another kind',
  'user-key': 'an IAM user, with a long-term access key',
  'service-credential': 'an IAM user, with a credential of one service, such as a Bedrock API key',
  'forwarded-session': 'a service acting with the rights of an IAM user (forwarded access session)',
  'console-session': 'an IAM user, signed in to the console',
  'session-token': 'an IAM user, with GetSessionToken credentials',
  'user-sign-in': 'an IAM user at sign-in, before a credential exists',
  unknown: 'not determinable; the literal type is kept',
} as const

export type CredentialClass = keyof typeof CREDENTIAL_CLASSES

/** Kind of principal in a canonical key. */
export type PrincipalKind =
  | 'root'
  | 'user'
  | 'role'
  | 'federated-user'
  | 'identity-center-user'
  | 'external-subject'
  | 'service'
  | 'account'
  | 'unknown'

/**
 * Columns of one distinct `userIdentity`, plus the few top-level fields that change its class. `null` is absent; `''`
 * is kept if logged. The order is the column order of the case.
 */
export interface Identity {
  readonly principal_type: string | null
  readonly credential_class: CredentialClass
  /** Most readable name, shown in the default table. */
  readonly principal: string | null
  readonly principal_kind: PrincipalKind
  /** Canonical key: identities with the same key are the same principal. */
  readonly principal_key: string
  readonly principal_arn: string | null
  readonly principal_id: string | null
  readonly principal_account_id: string | null
  readonly user_name: string | null
  readonly access_key_id: string | null
  readonly session_issuer_type: string | null
  readonly session_issuer_arn: string | null
  readonly session_issuer_id: string | null
  readonly session_issuer_account_id: string | null
  readonly session_issuer_name: string | null
  readonly session_name: string | null
  /** As written, `YYYY-MM-DDTHH:MM:SSZ` in real files. */
  readonly session_created: string | null
  readonly mfa_authenticated: string | null
  readonly source_identity: string | null
  readonly invoked_by: string | null
  readonly identity_provider: string | null
  readonly identity_center_user_id: string | null
  readonly identity_store_arn: string | null
  readonly credential_id: string | null
  /** Of a sign-in, `Yes` or `No` as written. */
  readonly mfa_at_sign_in: string | null
  /** JSON text. */
  readonly principal_tags: string | null
}

/** A string that finds an identity, in lower case, and its kind. */
export interface IdentityName {
  readonly name: string
  readonly kind: string
}

export interface IdentityReading {
  readonly identity: Identity
  readonly names: readonly IdentityName[]
}

/** Columns of an identity, in the order of the view. */
export const IDENTITY_COLUMNS = [
  'principal_type',
  'credential_class',
  'principal',
  'principal_kind',
  'principal_key',
  'principal_arn',
  'principal_id',
  'principal_account_id',
  'user_name',
  'access_key_id',
  'session_issuer_type',
  'session_issuer_arn',
  'session_issuer_id',
  'session_issuer_account_id',
  'session_issuer_name',
  'session_name',
  'session_created',
  'mfa_authenticated',
  'source_identity',
  'invoked_by',
  'identity_provider',
  'identity_center_user_id',
  'identity_store_arn',
  'credential_id',
  'mfa_at_sign_in',
  'principal_tags',
] as const satisfies readonly (keyof Identity)[]

/** Those that the sessions of a caller share, in the case's order: what the hash of a caller covers. */
export const CALLER_COLUMNS = [
  'principal_type',
  'credential_class',
  'principal_kind',
  'principal_key',
  'principal_account_id',
  'user_name',
  'session_issuer_type',
  'session_issuer_arn',
  'session_issuer_id',
  'session_issuer_account_id',
  'session_issuer_name',
  'invoked_by',
  'identity_provider',
  'identity_center_user_id',
  'identity_store_arn',
] as const satisfies readonly (keyof Identity)[]

/** Those that differ from session to session and from key to key. */
export const SESSION_COLUMNS = [
  'principal',
  'principal_arn',
  'principal_id',
  'access_key_id',
  'session_name',
  'session_created',
  'mfa_authenticated',
  'source_identity',
  'credential_id',
  'mfa_at_sign_in',
  'principal_tags',
] as const satisfies readonly (keyof Identity)[]

/** The columns of an identity that are the same in all of its caller's sessions. */
export type Caller = Pick<Identity, (typeof CALLER_COLUMNS)[number]>

/** Derived, or from outside userIdentity: the words of those are in the text of each event. */
const NOT_ITS_WORDS: ReadonlySet<string> = new Set([
  'credential_class',
  'principal',
  'principal_kind',
  'principal_key',
  'mfa_at_sign_in',
  'principal_tags',
] satisfies (keyof Identity)[])

/** Columns copied from userIdentity: their words are searchable. */
export const isRecorded = (column: keyof Identity): boolean => !NOT_ITS_WORDS.has(column)
