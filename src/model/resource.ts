/**
 * The part a resource plays in an event. Names and order are part of the case format. A `grantee` receives access; a
 * `revoked` one loses it.
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
 * A resource named by a record. `arn` is as written, or derived (`derived` true), or null if the service has none; then
 * `name` and `type` identify it.
 */
export interface ResourceRef {
  readonly arn: string | null
  /** CloudFormation-style type (`AWS::S3::Bucket`), or a lower-case phrase if there is none. */
  readonly type: string | null
  /** Bare ID or name; null if the end of the ARN is the name (S3 buckets and objects). */
  readonly name: string | null
  readonly derived: boolean
  readonly role: ResourceRole
}
