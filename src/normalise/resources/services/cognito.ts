import { Kind } from '../kind.js'
import type { Service } from '../service.js'

export const cognito: Service = {
  name: 'cognito',
  sources: ['cognito-idp', 'cognito-identity', 'cognito-sync'],
  parameters: {
    userPoolId: new Kind('AWS::Cognito::UserPool', 'arn:P:cognito-idp:R:A:userpool/NAME'),
    identityPoolId: new Kind('AWS::Cognito::IdentityPool', 'arn:P:cognito-identity:R:A:identitypool/NAME'),
    identityId: new Kind('cognito identity', null),
    clientId: new Kind('AWS::Cognito::UserPoolClient', null),
  },
  within: {
    userPool: { id: new Kind('AWS::Cognito::UserPool', 'arn:P:cognito-idp:R:A:userpool/NAME') },
  },
}
