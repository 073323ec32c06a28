import { Kind } from '../kind.js'
import { GIVEN, type Service } from '../service.js'

/** The ARN ends in six characters that only Secrets Manager knows. */
const SECRET = new Kind('AWS::SecretsManager::Secret', null)

export const secretsManager: Service = {
  name: 'secrets-manager',
  sources: ['secretsmanager'],
  parameters: {
    secretId: SECRET,
    secretIdList: SECRET,
    secretARN: GIVEN,
    aRN: GIVEN,
    name: SECRET,
    rotationLambdaARN: GIVEN,
  },
}
