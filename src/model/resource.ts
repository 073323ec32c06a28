/**
 * The part a resource plays in an event. Spellings and order are part of the case format. A grantee is given access; from `revoked`,
 * access is taken.
 */
export const RESOURCE_ROLES = [
  'target',
  'source',
  'key',
  'grantee',
  'created',
  'policy',
  'mentioned',
  'revoked',
] as const
export type ResourceRole = (typeof RESOURCE_ROLES)[number]

/**
 * One resource that a record names. `arn` is as written, or put together from parts (`derived` true),
 * or null where the service has none; then `name` and `type` identify it.
 */
export interface ResourceRef {
  readonly arn: string | null
  /** CloudFormation-style type (`AWS::S3::Bucket`) or a lower-case phrase where none exists. */
  readonly type: string | null
  /** Bare id or name; null when the ARN's own tail says it (S3 buckets and objects). */
  readonly name: string | null
  readonly derived: boolean
  readonly role: ResourceRole
}
