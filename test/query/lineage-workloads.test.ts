/** The session of a task or function leads to the call that started the task, or deployed the code that ran. */
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askLineage, isChoice } from '../../src/query/lineage/ask-lineage.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { makeRecord, put } from '../helpers/archive.js'
import { index, scratch } from '../verify/indexed.js'

const ACCOUNT = '111122223333'
const TASK = '0123456789abcdef0123456789abcdef'
const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:resize`
let db: Connection

const by = (name: string) => ({
  type: 'IAMUser',
  principalId: `AIDA${name.toUpperCase()}`,
  arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
  accountId: ACCOUNT,
  accessKeyId: `AKIA${name.toUpperCase().padEnd(16, '0')}`,
  userName: name,
})

function session(role: string, name: string, key: string, minute: string, scope?: object) {
  const arn = `arn:aws:iam::${ACCOUNT}:role/${role}`
  return {
    type: 'AssumedRole',
    principalId: `AROA${role.toUpperCase()}:${name}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${name}`,
    accountId: ACCOUNT,
    accessKeyId: key,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: `AROA${role.toUpperCase()}`,
        arn,
        accountId: ACCOUNT,
        userName: role,
      },
      attributes: { creationDate: `2024-03-04T08:${minute}:00Z`, mfaAuthenticated: 'false' },
    },
    ...(scope === undefined ? {} : { inScopeOf: scope }),
  }
}

let n = 0
function call(
  service: string,
  eventName: string,
  minute: string,
  userIdentity: object,
  responseElements: unknown = null,
  account = ACCOUNT,
) {
  return makeRecord(n++, {
    eventID: `${eventName}-${minute}`,
    eventTime: `2024-03-04T08:${minute}:00Z`,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    userIdentity,
    responseElements,
    recipientAccountId: account,
  })
}

const OF_FUNCTION = { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: FUNCTION }
const code = { functionName: 'resize', functionArn: FUNCTION }
const RECORDS = [
  call('lambda', 'CreateFunction20150331', '01', by('amy'), code),
  call('lambda', 'UpdateFunctionCode20150331v2', '10', by('ben'), code),
  // Another function, another account, and code that came after the session began.
  call('lambda', 'UpdateFunctionCode20150331v2', '11', by('cat'), { functionArn: `${FUNCTION}-other` }),
  call('lambda', 'UpdateFunctionCode20150331v2', '12', by('dan'), code, '444455556666'),
  call('lambda', 'UpdateFunctionCode20150331v2', '40', by('eve'), code),
  call('ecs', 'RunTask', '05', by('fay'), {
    tasks: [{ taskArn: `arn:aws:ecs:us-east-1:${ACCOUNT}:task/main/${TASK}` }],
  }),
  call('s3', 'GetObject', '21', session('early', 'resize', 'ASIAEARLY00000000001', '05', OF_FUNCTION)),
  call('s3', 'GetObject', '22', session('late', 'resize', 'ASIALATE000000000001', '20', OF_FUNCTION)),
  call('s3', 'GetObject', '23', session('worker', TASK, 'ASIATASK000000000001', '20')),
  // Named like the function, but not run by it.
  call('s3', 'GetObject', '24', session('plain', 'resize', 'ASIAPLAIN00000000001', '20')),
  call('s3', 'GetObject', '25', session('worker', 'f'.repeat(32), 'ASIATASK000000000002', '20')),
]

beforeAll(async () => {
  const folder = scratch()
  put(folder, 'in/log.json', JSON.stringify({ Records: RECORDS }))
  const file = path.join(folder, 'case.sqlite')
  await index(file, [path.join(folder, 'in')])
  db = openReader(file)
})

afterAll(() => {
  db.close()
})

function parents(asked: string, down = false): string[] {
  const answer = askLineage(db, { asked, up: !down, down, depth: 10, limit: 20, events: 'none' })
  if (isChoice(answer)) throw new Error(`${asked} is ambiguous`)
  return answer.edges
    .filter(({ rule }) => rule === 'in-scope-of')
    .map(({ from, event }) => `${from} ${event?.event_id ?? ''}`)
}

it.each([
  [
    'a function, by the code that was deployed last before it',
    'ASIALATE000000000001',
    [`key:${by('ben').accessKeyId} UpdateFunctionCode20150331v2-10`],
  ],
  [
    'a function whose code was not changed before it',
    'ASIAEARLY00000000001',
    [`key:${by('amy').accessKeyId} CreateFunction20150331-01`],
  ],
  ['a task', 'ASIATASK000000000001', [`key:${by('fay').accessKeyId} RunTask-05`]],
  ['a task that no call of the case started', 'ASIATASK000000000002', []],
  ['a session that only bears the name of a function', 'ASIAPLAIN00000000001', []],
])('%s', (_name, key, expected) => {
  expect(parents(key)).toEqual(expected)
})

it('and back: what a user started is below the user', () => {
  expect(parents(by('fay').accessKeyId, true)).toEqual([`key:${by('fay').accessKeyId} RunTask-05`])
})
