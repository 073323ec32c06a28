/** Histories of access: who was let in, and who was shut out. */
import { expect, it } from 'vitest'
import { NO_FILTERS } from '../../src/model/question.js'
import { resourceHistory } from '../../src/query/resources/resource-history.js'
import { listResources } from '../../src/query/resources/resource-list.js'
import { openReader } from '../../src/store/open.js'
import { caseOf } from '../helpers/count-case.js'
import { makeRecord } from '../helpers/archive.js'

const ROLE = 'arn:aws:iam::111122223333:role/door'
const GROUP = 'sg-0123456789abcdef0'
const SCOPE = { window: {}, filters: NO_FILTERS }

const trust = (...accounts: string[]) => ({
  roleName: 'door',
  policyDocument: JSON.stringify({
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: accounts.map((account) => `arn:aws:iam::${account}:root`) },
        Action: 'sts:AssumeRole',
      },
    ],
  }),
})

const range = { groupId: GROUP, cidrIp: '0.0.0.0/0' }

const CALLS: readonly (readonly [source: string, name: string, parameters: object, error?: string])[] = [
  ['iam', 'UpdateAssumeRolePolicy', trust('444455556666')],
  ['iam', 'UpdateAssumeRolePolicy', trust('444455556666', '777788889999')],
  ['iam', 'UpdateAssumeRolePolicy', trust('444455556666'), 'AccessDenied'],
  ['iam', 'UpdateAssumeRolePolicy', trust('777788889999')],
  ['iam', 'UpdateAssumeRolePolicy', trust('777788889999')],
  ['ec2', 'AuthorizeSecurityGroupIngress', range],
  ['ec2', 'RevokeSecurityGroupIngress', range],
]

const RECORDS = CALLS.map(([source, eventName, requestParameters, errorCode], n) =>
  makeRecord(n, {
    eventTime: `2026-03-02T08:0${n}:00Z`,
    eventSource: `${source}.amazonaws.com`,
    eventName,
    awsRegion: 'us-east-1',
    recipientAccountId: '111122223333',
    requestParameters,
    responseElements: null,
    resources: undefined,
    readOnly: false,
    errorCode,
    errorMessage: undefined,
  }),
)

it('a policy shuts out whom the one before let in; what is put again changes nothing', async () => {
  const db = openReader(await caseOf(RECORDS))
  const steps = (value: string) =>
    resourceHistory(db, SCOPE, value).history.map(({ touch, failed, grantees }) =>
      [touch, failed ? 'failed' : '', ...grantees.map((arn) => /\d{12}/.exec(arn)?.[0] ?? arn)]
        .join(' ')
        .trim(),
    )
  expect(steps(ROLE)).toEqual([
    'shared  444455556666',
    'shared  777788889999',
    'shared failed 444455556666',
    'unshared  444455556666',
    'changed',
  ])
  expect(steps(GROUP)).toEqual(['shared  everyone all', 'unshared  everyone all'])
  const roles = [...listResources(db, SCOPE, 'all').rows].map((row) => row.roles)
  expect(roles).toEqual(['grantee revoked'])
  db.close()
})
