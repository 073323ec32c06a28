/** Kinds of IAM that other services name too. */
import { Kind } from '../kind.js'

/** Requests have the bare name; the path in the ARN is only in the response. */
export const USER = new Kind('AWS::IAM::User', 'arn:P:iam::A:user/NAME')
export const ROLE = new Kind('AWS::IAM::Role', 'arn:P:iam::A:role/NAME')
export const GROUP = new Kind('AWS::IAM::Group', 'arn:P:iam::A:group/NAME')
export const INSTANCE_PROFILE = new Kind('AWS::IAM::InstanceProfile', 'arn:P:iam::A:instance-profile/NAME')
export const POLICY = new Kind('AWS::IAM::Policy', 'arn:P:iam::A:policy/NAME', { role: 'policy' })
export const MFA_DEVICE = new Kind('mfa device', 'arn:P:iam::A:mfa/NAME')
export const SERVER_CERTIFICATE = new Kind(
  'AWS::IAM::ServerCertificate',
  'arn:P:iam::A:server-certificate/NAME',
)
export const ACCESS_KEY = new Kind('AWS::IAM::AccessKey', null)
/** A key of one service: Bedrock API keys, passwords for CodeCommit and Keyspaces. */
export const SERVICE_CREDENTIAL = new Kind('service-specific credential', null)
export const INLINE_POLICY = 'inline policy'
