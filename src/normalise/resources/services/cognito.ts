import { COGNITO_IDENTITY, IDENTITY_POOL } from '../identity-kinds.js'
import { Kind } from '../kind.js'
import type { Service } from '../service.js'

export const cognito: Service = {
  name: 'cognito',
  sources: ['cognito-idp', 'cognito-identity', 'cognito-sync'],
  parameters: {
    userPoolId: new Kind('AWS::Cognito::UserPool', 'arn:P:cognito-idp:R:A:userpool/NAME'),
    identityPoolId: IDENTITY_POOL,
    identityId: COGNITO_IDENTITY,
    clientId: new Kind('AWS::Cognito::UserPoolClient', null),
  },
  within: {
    userPool: { id: new Kind('AWS::Cognito::UserPool', 'arn:P:cognito-idp:R:A:userpool/NAME') },
  },
}
