/** Every string that must find a principal, one by one; and the strings that can mean several. */
import { beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../cli/in-process.js'
import Export from '../../src/commands/export.js'
import FindPrincipal from '../../src/commands/find/principal.js'
import Handoff from '../../src/commands/handoff/index.js'
import type { CaseError } from '../../src/model/case-error.js'
import { NO_FILTERS, type Filters } from '../../src/model/question.js'
import { matchPrincipals } from '../../src/query/principals/principal-match.js'
import { askQuestion } from '../../src/query/find/run-question.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { makeRecord, type CloudTrailRecord } from '../helpers/archive.js'
import { caseOf } from '../helpers/count-case.js'

const ACCOUNT = '111122223333'
const OTHER = '444455556666'
const iam = (path: string, account = ACCOUNT) => `arn:aws:iam::${account}:${path}`
const sts = (path: string, account = ACCOUNT) => `arn:aws:sts::${account}:${path}`

const user = (name: string, id: string, key: string, account = ACCOUNT): CloudTrailRecord => ({
  type: 'IAMUser',
  principalId: id,
  arn: iam(`user/people/${name}`, account),
  accountId: account,
  accessKeyId: key,
  userName: name,
})

const session = (role: string, id: string, name: string, key: string, more = {}): CloudTrailRecord => ({
  type: 'AssumedRole',
  principalId: `${id}:${name}`,
  arn: sts(`assumed-role/${role.split('/').at(-1)}/${name}`),
  accountId: ACCOUNT,
  accessKeyId: key,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: id,
      arn: iam(`role/${role}`),
      accountId: ACCOUNT,
      userName: role.split('/').at(-1),
    },
    attributes: { creationDate: '2024-03-04T00:00:00Z', mfaAuthenticated: 'false' },
    ...more,
  },
})

const SSO_ROLE = 'aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef'
const STORE = `arn:aws:identitystore::${ACCOUNT}:identitystore/d-1`
const OIDC = iam('oidc-provider/token.actions.githubusercontent.com')
const SAML = iam('saml-provider/Okta')

/** Callers; each makes one event, whose number is the position here. */
const CALLERS: Readonly<Record<string, CloudTrailRecord>> = {
  'root by key': {
    type: 'Root',
    principalId: ACCOUNT,
    arn: iam('root'),
    accountId: ACCOUNT,
    accessKeyId: 'AKIAROOT000000000001',
    userName: 'acme-alias',
  },
  'root of the other account': {
    type: 'Root',
    principalId: OTHER,
    arn: iam('root', OTHER),
    accountId: OTHER,
  },
  alice: user('Alice', 'AIDAALICE00000000001', 'AKIAALICE00000000001'),
  'alice, another key': user('Alice', 'AIDAALICE00000000001', 'ASIAALICE00000000002'),
  'bob, deleted': user('bob', 'AIDABOB0000000000001', 'AKIABOB0000000000001'),
  'bob, made again': user('bob', 'AIDABOB0000000000002', 'AKIABOB0000000000002'),
  'carol here': user('carol', 'AIDACAROL00000000001', 'AKIACAROL00000000001'),
  'carol there': user('carol', 'AIDACAROL00000000002', 'AKIACAROL00000000002', OTHER),
  'dave without an id': { ...user('dave', '', 'AKIADAVE000000000001'), principalId: undefined },
  dave: user('dave', 'AIDADAVE000000000001', 'AKIADAVE000000000001'),
  'anonymised, one': user('one', 'AIDAONE0000000000001', 'AKIAEXAMPLE000000001'),
  'anonymised, two': user('two', 'AIDATWO0000000000001', 'AKIAEXAMPLE000000001'),
  deploy: session('service-role/Deploy', 'AROADEPLOY0000000001', 'build-7', 'ASIADEPLOY0000000001', {
    sourceIdentity: 'alice-at-ci',
  }),
  'instance of another role': session(
    'Web',
    'AROAWEB0000000000001',
    'i-0abcdef1234567890',
    'ASIAWEB0000000000001',
  ),
  'build-8 of Deploy': session(
    'service-role/Deploy',
    'AROADEPLOY0000000001',
    'build-8',
    'ASIADEPLOY0000000002',
  ),
  'build-8 of Web': session('Web', 'AROAWEB0000000000001', 'build-8', 'ASIAWEB0000000000002'),
  federated: {
    type: 'FederatedUser',
    principalId: `${ACCOUNT}:fred`,
    arn: sts('federated-user/fred'),
    accountId: ACCOUNT,
    accessKeyId: 'ASIAFRED000000000001',
    sessionContext: {
      sessionIssuer: {
        type: 'IAMUser',
        principalId: 'AIDAALICE00000000001',
        arn: iam('user/people/Alice'),
        accountId: ACCOUNT,
        userName: 'Alice',
      },
    },
  },
  'permission set': session(SSO_ROLE, 'AROASSO0000000000001', 'erin@example.com', 'ASIASSO0000000000001'),
  'identity center user': {
    type: 'IdentityCenterUser',
    accountId: ACCOUNT,
    onBehalfOf: { userId: '90676a1c-0001', identityStoreArn: STORE },
    credentialId: 'cred-0001',
  },
  'oidc subject': {
    type: 'WebIdentityUser',
    principalId: `${OIDC}:sts.amazonaws.com:repo:acme/app:ref:refs/heads/main`,
    userName: 'repo:acme/app:ref:refs/heads/main',
    identityProvider: OIDC,
  },
  'saml subject': {
    type: 'SAMLUser',
    principalId: 'qualifier=:frank@example.com',
    userName: 'frank@example.com',
    identityProvider: SAML,
  },
  service: { type: 'AWSService', invokedBy: 'backup.amazonaws.com' },
  'alice via backup': {
    ...user('Alice', 'AIDAALICE00000000001', 'ASIAALICE00000000003'),
    sessionContext: { attributes: { creationDate: '2024-03-04T00:00:00Z' } },
    invokedBy: 'backup.amazonaws.com',
  },
  'caller of another account': { type: 'AWSAccount', principalId: 'AIDASTRANGER00000001', accountId: OTHER },
  'key of another account': { type: 'AWSAccount', principalId: 'AKIASTRANGER00000001', accountId: OTHER },
  'alice as another account saw her': {
    type: 'AWSAccount',
    principalId: 'AIDAALICE00000000001',
    accountId: ACCOUNT,
  },
  'EFS, from its own account': {
    type: 'AWSAccount',
    principalId: 'AIDAEFS0000000000001',
    accountId: '771736226457',
  },
}

const NAMES = Object.keys(CALLERS)
const RECORDS = NAMES.map((name, at) =>
  makeRecord(at, {
    eventID: name,
    eventName: name === 'bob, deleted' ? 'PutObject' : 'GetObject',
    errorCode: undefined,
    userIdentity: CALLERS[name]!,
  }),
)

let casePath: string
let db: Connection

beforeAll(async () => {
  casePath = await caseOf(RECORDS)
  db = openReader(casePath)
})

interface Asked {
  readonly keys: readonly string[]
  readonly notes: readonly string[]
  readonly events: readonly unknown[]
}

function askFor(value: string, more: { filters?: Partial<Filters>; namesakes?: boolean } = {}): Asked {
  const { filters = {}, namesakes = false } = more
  const scope = { window: {}, filters: { ...NO_FILTERS, ...filters } }
  const question = { kind: 'principal' as const, value, namesakes, ...scope }
  const { principals, notes } = matchPrincipals(db, question)
  const { rows } = askQuestion(db, question, { order: 'asc' })
  return {
    keys: principals.map(({ principal_key }) => principal_key),
    notes,
    events: Array.from(rows, (row) => row.event_id).sort(),
  }
}

const ALICE = ['alice', 'alice, another key', 'alice via backup']
/** Her ids are seen by other accounts, too, and she issued a federated session. */
const ALICE_EVERYWHERE = [...ALICE, 'alice as another account saw her', 'federated'].sort()
const DEPLOY = ['build-8 of Deploy', 'deploy']

/** Principal → string → events. */
const FORMS: readonly (readonly [key: string, forms: Readonly<Record<string, readonly string[]>>])[] = [
  [
    `root:${ACCOUNT}`,
    {
      [iam('root')]: ['root by key'],
      'acme-alias': ['root by key'],
      AKIAROOT000000000001: ['root by key'],
    },
  ],
  [
    'user:AIDAALICE00000000001',
    {
      alice: [...ALICE, 'federated'].sort(),
      [iam('user/people/Alice')]: [...ALICE, 'federated'].sort(),
      [iam('user/Alice')]: [...ALICE, 'federated'].sort(),
      AIDAALICE00000000001: ALICE_EVERYWHERE,
      AKIAALICE00000000001: ['alice'],
      asiaalice00000000002: ['alice, another key'],
      'user:AIDAALICE00000000001': [...ALICE].sort(),
    },
  ],
  [
    'role:AROADEPLOY0000000001',
    {
      Deploy: DEPLOY,
      [iam('role/service-role/Deploy')]: DEPLOY,
      [iam('role/Deploy')]: DEPLOY,
      [sts('assumed-role/Deploy')]: DEPLOY,
      AROADEPLOY0000000001: DEPLOY,
      'build-7': ['deploy'],
      [sts('assumed-role/Deploy/build-7')]: ['deploy'],
      'AROADEPLOY0000000001:build-7': ['deploy'],
      'Deploy/build-7': ['deploy'],
      ASIADEPLOY0000000001: ['deploy'],
      'alice-at-ci': ['deploy'],
    },
  ],
  ['role:AROAWEB0000000000001', { 'i-0abcdef1234567890': ['instance of another role'] }],
  [
    `federated-user:${ACCOUNT}/fred`,
    {
      [sts('federated-user/fred')]: ['federated'],
      [`${ACCOUNT}:fred`]: ['federated'],
      fred: ['federated'],
      ASIAFRED000000000001: ['federated'],
    },
  ],
  [
    'role:AROASSO0000000000001',
    {
      'erin@example.com': ['permission set'],
      Admin: ['permission set'],
      AWSReservedSSO_Admin_0123456789abcdef: ['permission set'],
    },
  ],
  [
    `identity-center-user:${STORE} 90676a1c-0001`,
    { '90676a1c-0001': ['identity center user'], 'cred-0001': ['identity center user'] },
  ],
  [
    `external-subject:${OIDC} repo:acme/app:ref:refs/heads/main`,
    {
      'repo:acme/app:ref:refs/heads/main': ['oidc subject'],
      [`${OIDC}:sts.amazonaws.com:repo:acme/app:ref:refs/heads/main`]: ['oidc subject'],
    },
  ],
  [
    `external-subject:${SAML} frank@example.com`,
    { 'frank@example.com': ['saml subject'], 'qualifier=:frank@example.com': ['saml subject'] },
  ],
  [
    'service:backup.amazonaws.com',
    {
      'backup.amazonaws.com': ['alice via backup', 'service'],
      backup: ['alice via backup', 'service'],
      'service:backup.amazonaws.com': ['service'],
    },
  ],
  [
    `account:${OTHER}`,
    { AIDASTRANGER00000001: ['caller of another account'], AKIASTRANGER00000001: ['key of another account'] },
  ],
]

describe.each(FORMS)('%s', (key, forms) => {
  it.each(Object.entries(forms))('is found by %s', (value, events) => {
    const asked = askFor(value)
    expect(asked.keys).toEqual([key])
    expect(asked.events).toEqual(events)
    expect(asked.notes).toHaveLength(1)
  })
})

it.each([
  [
    'AKIAALICE00000000001',
    /: access key of user arn:aws:iam::111122223333:user\/people\/Alice AIDAALICE00000000001$/,
  ],
  ['build-7', /: session of role arn:aws:iam::111122223333:role\/service-role\/Deploy AROADEPLOY0000000001$/],
  ['alice-at-ci', /: source identity of role /],
  ['Admin', /: permission set of role /],
  ['alice', /: user arn:\S+ AIDAALICE00000000001; issued the sessions of 1 principal$/],
  ['AIDAALICE00000000001', /; also as seen by other accounts$/],
  ['backup', /: service backup.amazonaws.com; service that called with the rights of 1 principal$/],
  [SAML, /: identity provider of 1 principal$/],
  [ACCOUNT, /: account of \d+ principals$/],
  ['771736226457', /: account of Amazon EFS \(us-east-2\), with 1 principal$/],
  ['AIDAEFS0000000000001', /: account 771736226457 of Amazon EFS \(us-east-2\)$/],
  ['b*', /: 5 principals: .*, and 2 more; service that called with the rights of 1 principal$/],
])('says whom %s means', (value, reported) => {
  const [note, ...others] = askFor(value).notes
  expect(others).toEqual([])
  expect(note?.startsWith(`${value}: `)).toBe(true)
  expect(note).toMatch(reported)
})

it('finds everybody in an account by its number, and names nobody for it', () => {
  const { events, keys } = askFor(OTHER)
  expect(events).toEqual([
    'caller of another account',
    'carol there',
    'key of another account',
    'root of the other account',
  ])
  expect(keys).toEqual([`account:${OTHER}`].slice(1))
})

describe('a name of several principals', () => {
  const choicesFor = (value: string, filters: Partial<Filters> = {}) => {
    try {
      askFor(value, { filters })
    } catch (error) {
      return (error as CaseError).choices.map((choice) => choice.value).sort()
    }
    return []
  }

  it.each([
    ['a user made again', 'bob', ['AIDABOB0000000000001', 'AIDABOB0000000000002']],
    ['its ARN', iam('user/people/bob'), ['AIDABOB0000000000001', 'AIDABOB0000000000002']],
    ['users of two accounts', 'Carol', ['AIDACAROL00000000001', 'AIDACAROL00000000002']],
    ['a session name of two roles', 'build-8', ['AROADEPLOY0000000001', 'AROAWEB0000000000001']],
  ])('is an error with the candidates: %s', (_, value, choices) => {
    expect(choicesFor(value)).toEqual(choices)
    for (const choice of choices) expect(askFor(choice).keys).toHaveLength(1)
  })

  it('lists the candidates with their activity', () => {
    expect(() => askFor('bob')).toThrow('bob names 2 principals')
    try {
      askFor('bob')
    } catch (error) {
      const { exit, hint, choices } = error as CaseError
      expect(exit).toBe(2)
      expect(hint).toContain('--namesakes')
      expect(choices[0]?.what).toMatch(
        /^user arn:\S+:user\/people\/bob AIDABOB\d+, 1 event, 2024-\S+Z to 2024-\S+Z$/,
      )
    }
  })

  it('is taken as asked for with --namesakes or a star', () => {
    const both = ['bob, deleted', 'bob, made again']
    expect(askFor('bob', { namesakes: true }).events).toEqual(both)
    expect(askFor('bob*').events).toEqual(both)
    expect(askFor('bob', { namesakes: true }).notes[0]).toMatch(/^bob: 2 principals: user .*, user /)
  })

  it('is decided by filters that leave one', () => {
    const { events, notes } = askFor('bob', { filters: { events: ['PutObject'] } })
    expect(events).toEqual(['bob, deleted'])
    expect(notes[0]).toMatch(/AIDABOB0000000000001; 1 other principal of this name without events here$/)
    expect(askFor('bob', { filters: { events: ['CreateUser'] } })).toMatchObject({ events: [] })
  })

  it('is not a name of records that lack the unique id', () => {
    expect(askFor('dave').events).toEqual(['dave', 'dave without an id'])
  })
})

describe('the commands that take a principal', () => {
  const choices = [
    '    AIDABOB0000000000001  user arn:aws:iam::111122223333:user/people/bob AIDABOB0000000000001, 1 event, ',
    '    AIDABOB0000000000002  user arn:aws:iam::111122223333:user/people/bob AIDABOB0000000000002, 1 event, ',
  ]

  it.each([
    ['find principal', FindPrincipal, ['bob']],
    ['export', Export, ['csv', '--principal', 'bob']],
    ['handoff', Handoff, ['/nowhere/bob.sqlite', '--principal', 'bob']],
  ])('%s lists the candidates and prints no rows', async (_, command, argv) => {
    const { stdout, stderr, exit } = await runCommand(command, ...argv, '--case', casePath)
    expect([stdout, exit]).toEqual(['', 2])
    const [error, hint, ...listed] = stderr.trimEnd().split('\n')
    expect(error).toBe('Error: bob names 2 principals')
    expect(hint).toBe('  choose one, or take all with --namesakes:')
    expect(listed.map((line, at) => line.slice(0, choices[at]?.length))).toEqual(choices)
  })

  it('take all with --namesakes', async () => {
    const found = await runCommand(
      FindPrincipal,
      'bob',
      '--namesakes',
      '--format',
      'jsonl',
      '--case',
      casePath,
    )
    expect(found.stdout.trimEnd().split('\n')).toHaveLength(2)
    const csv = await runCommand(Export, 'csv', '--principal', 'bob', '--namesakes', '--case', casePath)
    expect(csv.stdout.trimEnd().split('\n')).toHaveLength(3)
  })

  it('give the choices to programs, too', async () => {
    const { stdout } = await runCommand(FindPrincipal, 'bob', '--json', '--case', casePath)
    const { error } = JSON.parse(stdout) as { error: { exit: number; choices: { value: string }[] } }
    expect([error.exit, ...error.choices.map((choice) => choice.value)]).toEqual([
      2,
      'AIDABOB0000000000001',
      'AIDABOB0000000000002',
    ])
  })
})

it('takes a key for the key, whoever had it', () => {
  const { events, notes } = askFor('AKIAEXAMPLE000000001')
  expect(events).toEqual(['anonymised, one', 'anonymised, two'])
  expect(notes[0]).toMatch(/: 2 principals: access key of user .*, access key of user /)
})

it('takes root for the roots of all accounts', () => {
  const { events, notes } = askFor('Root')
  expect(events).toEqual(['root by key', 'root of the other account'])
  expect(notes[0]).toMatch(/^Root: 2 principals: root arn:\S+, root arn:/)
})

it('says nothing of a name that nobody bears', () => {
  expect(askFor('nobody')).toEqual({ keys: [], notes: [], events: [] })
})
