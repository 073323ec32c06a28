import { Kind } from '../kind.js'
import { GIVEN, type Service } from '../service.js'

/** Without the six characters at the end, which only Secrets Manager knows: it accepts this form too. */
export const SECRET = new Kind('AWS::SecretsManager::Secret', 'arn:P:secretsmanager:R:A:secret:NAME')

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
