import { ACCOUNT } from '../grantees.js'
import { Kind } from '../kind.js'
import { GIVEN, GIVEN_POLICY, type Service, as } from '../service.js'
import { ACCESS_KEY, MFA_DEVICE } from './iam-kinds.js'

export const sts: Service = {
  name: 'sts',
  sources: ['sts', 'signin'],
  parameters: {
    roleArn: GIVEN,
    principalArn: GIVEN,
    serialNumber: MFA_DEVICE,
    accessKeyId: ACCESS_KEY,
    targetPrincipal: ACCOUNT,
  },
  within: {
    // The credentials that this call hands out: later events are made with them.
    credentials: { accessKeyId: as(ACCESS_KEY, 'created') },
    policyArns: { arn: GIVEN_POLICY },
    taskPolicyArn: { arn: GIVEN_POLICY },
  },
  calls: [
    {
      name: /^GetFederationToken$/,
      parameters: { name: new Kind('federated user', 'arn:P:sts::A:federated-user/NAME') },
    },
  ],
}
