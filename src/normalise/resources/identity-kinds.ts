/** Identities outside IAM, named by calls about them and by callers acting for them. */
import { Kind } from './kind.js'

export const CENTER_USER = new Kind('identity center user', null)
export const COGNITO_IDENTITY = new Kind('cognito identity', null)
export const IDENTITY_POOL = new Kind(
  'AWS::Cognito::IdentityPool',
  'arn:P:cognito-identity:R:A:identitypool/NAME',
)
