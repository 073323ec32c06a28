import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject, type JsonObject } from '../../src/model/record.js'
import { readIdentity } from '../../src/normalise/identity.js'
import { callerNamesOf } from '../../src/normalise/principal-names.js'
import { ownedAccountLabel } from '../../src/query/principals/account-owner.js'
import {
  CREDENTIAL_CLASSES,
  IDENTITY_COLUMNS,
  SESSION_COLUMNS,
  type IdentityReading,
} from '../../src/model/principal.js'

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures/identities')
const STEMS = fs.readdirSync(FIXTURES).map((file) => path.basename(file, '.json'))

function fixture(stem: string): JsonObject {
  const parsed: unknown = JSON.parse(fs.readFileSync(path.join(FIXTURES, `${stem}.json`), 'utf8'))
  if (!isJsonObject(parsed) || !isJsonObject(parsed['record'])) throw new Error(`${stem}: no record`)
  return parsed['record']
}

/** JSON.parse, because an object literal would make `__proto__` the prototype instead of a member. */
function read(record: string): IdentityReading {
  const parsed: unknown = JSON.parse(record)
  if (!isJsonObject(parsed)) throw new Error('not a record')
  return readIdentity(parsed)
}

function caller(userIdentity: unknown, more: JsonObject = {}): IdentityReading {
  return readIdentity({ userIdentity, ...more })
}

const kindsOf = (reading: IdentityReading): Record<string, string> =>
  Object.fromEntries(reading.names.map(({ name, kind }) => [name, kind]))

const NOBODY = {
  ...Object.fromEntries(IDENTITY_COLUMNS.map((column) => [column, null])),
  credential_class: 'unknown',
  principal_kind: 'unknown',
  principal_key: 'unknown:/',
}

describe('identities of every sort', () => {
  it.each(STEMS)('reads %s as its golden row says', async (stem) => {
    const { identity, names } = readIdentity(fixture(stem))
    const row = Object.fromEntries(IDENTITY_COLUMNS.map((column) => [column, identity[column]]))
    expect(Object.keys(identity).sort()).toEqual([...IDENTITY_COLUMNS].sort())
    const golden = { identity: row, names: names.map(({ kind, name }) => `${kind}: ${name}`) }
    await expect(`${JSON.stringify(golden, null, 2)}\n`).toMatchFileSnapshot(
      `expected/identities/${stem}.json`,
    )
  })

  it.each(Object.keys(CREDENTIAL_CLASSES))('has a golden row for credential class %s', (name) => {
    expect(STEMS).toContain(name)
    expect(readIdentity(fixture(name)).identity.credential_class).toBe(name)
  })

  it('has a golden row for every type of userIdentity', () => {
    const types = new Set(STEMS.map((stem) => readIdentity(fixture(stem)).identity.principal_type))
    const documented = ['Root', 'IAMUser', 'AssumedRole', 'Role', 'FederatedUser', 'Directory', 'AWSAccount']
    const others = ['AWSService', 'IdentityCenterUser', 'SAMLUser', 'WebIdentityUser', 'Unknown', null]
    for (const type of [...documented, ...others]) expect(types).toContain(type)
  })

  it('gives every name once, in lower case', () => {
    for (const stem of STEMS) {
      const names = readIdentity(fixture(stem)).names.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      expect(names).toEqual(names.map((name) => name.toLowerCase()))
    }
  })
})

describe('odd shapes', () => {
  it.each(['{}', '{"userIdentity":null}', '{"userIdentity":{}}', '{"userIdentity":"{type=Root}"}'])(
    'reads %s as nobody',
    (record) => {
      expect(read(record)).toEqual({ identity: NOBODY, names: [] })
    },
  )

  it.each(['{"userIdentity":[{"type":"Root"}]}', '{"userIdentity":7}', '{"userIdentity":true}'])(
    'reads %s as nobody',
    (record) => {
      expect(read(record)).toEqual({ identity: NOBODY, names: [] })
    },
  )

  it('takes no value from a __proto__ or constructor member', () => {
    const reading = read(
      '{"userIdentity":{"__proto__":{"type":"Root","accountId":"111122223333"},"constructor":{"type":"Root"}}}',
    )
    expect(reading).toEqual({ identity: NOBODY, names: [] })
  })

  it('keeps __proto__ as a name like any other', () => {
    const reading = read(
      '{"userIdentity":{"type":"IAMUser","accountId":"111122223333","userName":"__proto__"}}',
    )
    expect(reading.identity.principal_key).toBe('user:111122223333/__proto__')
    expect(reading.names).toContainEqual({ name: '__proto__', kind: 'name' })
  })

  it('reads wrong types inside as absent, and numbers in their spelling', () => {
    const { identity, names } = caller({
      type: 'IAMUser',
      arn: ['arn:aws:iam::111122223333:user/alice'],
      principalId: { id: 1 },
      accountId: 111122223333,
      userName: 42,
      accessKeyId: null,
      sessionContext: 'none',
      onBehalfOf: [],
    })
    expect(identity).toEqual({
      ...NOBODY,
      principal_type: 'IAMUser',
      credential_class: 'user-sign-in',
      principal: '42',
      principal_kind: 'user',
      principal_key: 'user:111122223333/42',
      principal_account_id: '111122223333',
      user_name: '42',
    })
    expect(names).toEqual([
      { name: '111122223333', kind: 'account' },
      { name: '42', kind: 'name' },
    ])
  })

  it('takes an empty sessionIssuer and webIdFederationData for none', () => {
    const { identity, names } = caller({
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLEROLEIDAAAA:job',
      arn: 'arn:aws-cn:sts::111122223333:assumed-role/Batch/job',
      sessionContext: { sessionIssuer: {}, webIdFederationData: {}, attributes: {} },
    })
    expect(identity).toMatchObject({ credential_class: 'role-session', principal: 'Batch/job' })
    expect(identity.principal_key).toBe('role:AROAEXAMPLEROLEIDAAAA')
    expect(names).toContainEqual({ name: 'arn:aws-cn:iam::111122223333:role/batch', kind: 'role-arn' })
  })

  it.each(['', 'access key', 'AKIA', '****', 'HIDDEN_DUE_TO_SECURITY_REASONS'])(
    'keeps the key %j in its column and not among the names',
    (accessKeyId) => {
      const { identity, names } = caller({ type: 'IAMUser', userName: 'alice', accessKeyId })
      expect(identity.access_key_id).toBe(accessKeyId)
      expect(names).toEqual([{ name: 'alice', kind: 'name' }])
    },
  )

  it('finds a key in any case, and keeps it as recorded', () => {
    const { identity, names } = caller({
      type: 'IAMUser',
      userName: 'a',
      accessKeyId: 'akiaIOSFODNN7EXAMPLE',
    })
    expect(identity).toMatchObject({ access_key_id: 'akiaIOSFODNN7EXAMPLE', credential_class: 'user-key' })
    expect(names).toContainEqual({ name: 'akiaiosfodnn7example', kind: 'access-key' })
  })

  it('never throws for any JSON in userIdentity', () => {
    const fields = [
      'type',
      'arn',
      'principalId',
      'accountId',
      'userName',
      'accessKeyId',
      'invokedBy',
    ] as const
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('Root', 'AssumedRole', 'arn:aws:sts::1:assumed-role/', ':'),
    )
    const shape = Object.fromEntries([...fields, 'sessionContext', 'onBehalfOf'].map((name) => [name, value]))
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record(shape, { requiredKeys: [] })), (userIdentity) => {
        const { identity, names } = caller(userIdentity)
        expect(identity.credential_class in CREDENTIAL_CLASSES).toBe(true)
        expect(names.every(({ name }) => name !== '')).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('which principal it is', () => {
  const user = (principalId: string | undefined) =>
    caller({ type: 'IAMUser', principalId, arn: 'arn:aws:iam::111122223333:user/Bob', userName: 'Bob' })
      .identity

  it('keeps a user apart from its re-created namesake', () => {
    expect(user('AIDAOLD11111111111111').principal_key).not.toBe(user('AIDANEW22222222222222').principal_key)
  })

  it('knows a user without an id by the ARN, in any case', () => {
    expect(user(undefined).principal_key).toBe('user:arn:aws:iam::111122223333:user/bob')
  })

  it('takes both spellings of the root ARN for the same root', () => {
    expect(readIdentity(fixture('seed-fsx')).identity.principal_key).toBe('root:111122223333')
    expect(readIdentity(fixture('seed-efs')).identity.principal_key).toBe('root:111122223333')
  })

  it('counts all sessions of a role as the role, also without ids', () => {
    const session = (name: string): string =>
      caller({ type: 'AssumedRole', arn: `arn:aws:sts::111122223333:assumed-role/Audit/${name}` }).identity
        .principal_key
    expect(session('one')).toBe('role:111122223333/audit')
    expect(session('two/with/slashes')).toBe('role:111122223333/audit')
  })

  it('knows one Identity Center user directly and through a role', () => {
    const direct = readIdentity(fixture('identity-center-user')).identity
    const inRole = readIdentity(fixture('identity-center-user-in-role')).identity
    expect(inRole.principal_key).toBe(direct.principal_key)
  })

  it('writes via only for a service acting for someone', () => {
    const via = (invokedBy: string): string | null =>
      caller({ type: 'IAMUser', userName: 'alice', invokedBy }).identity.principal
    expect(via('athena.amazonaws.com')).toBe('alice via athena.amazonaws.com')
    expect(via('signin.amazonaws.com')).toBe('alice')
    expect(via('AWS Internal')).toBe('alice')
    expect(caller({ type: 'AWSService', invokedBy: 'AWS Internal' }).identity.principal).toBe('AWS Internal')
  })
})

describe('credentials where the signs disagree', () => {
  const attributes = { creationDate: '2024-05-01T10:00:00Z' }
  const key = { type: 'Root', accountId: '111122223333', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }

  it('does not let a user agent pass a root key off as the console', () => {
    expect(caller(key, { userAgent: 'console.amazonaws.com' }).identity.credential_class).toBe('root-key')
  })

  it('believes the session over the prefix of the key', () => {
    expect(caller({ ...key, sessionContext: { attributes } }).identity.credential_class).toBe('root-console')
    const user = { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', sessionContext: { attributes } }
    expect(caller(user).identity.credential_class).toBe('session-token')
    expect(caller(user, { userAgent: '[S3Console/0.4, aws-internal/3]' }).identity.credential_class).toBe(
      'console-session',
    )
  })

  it('takes booleans and their spellings alike', () => {
    for (const assumedRoot of [true, 'true']) {
      expect(caller({ ...key, sessionContext: { assumedRoot } }).identity.credential_class).toBe(
        'root-assumed',
      )
    }
    expect(caller({ ...key, sessionContext: { assumedRoot: 'false' } }).identity.credential_class).toBe(
      'root-key',
    )
  })

  it.each([
    ['console.amazonaws.com', 'console-session'],
    ['signin.amazonaws.com', 'console-session'],
    ['RDS Console, aws-internal/3 aws-sdk-java/1.12', 'console-session'],
    ['AWS Internal', 'console-session'],
    ['Mozilla/5.0 (X11; Ubuntu)', 'console-session'],
    ['my-console-tool/1.0', 'session-token'],
    ['aws-cli/2.15.0', 'session-token'],
  ])('takes user agent %j of a session for %s', (userAgent, expected) => {
    const reading = caller({ type: 'IAMUser', accessKeyId: 'ASIAEXAMPLEKEYAAAAAA' }, { userAgent })
    expect(reading.identity.credential_class).toBe(expected)
  })

  it('takes a session name for an instance only when it is a whole instance id', () => {
    const session = (name: string): string =>
      caller({ type: 'AssumedRole', arn: `arn:aws:sts::111122223333:assumed-role/Web/${name}` }).identity
        .credential_class
    expect(session('i-1a2b3c4d')).toBe('ec2-instance-role')
    expect(session('i-am-not')).toBe('role-session')
    expect(session('i-0dbc91f429e48eeed-2')).toBe('role-session')
  })
})

describe('names', () => {
  it.each(STEMS)('%s: those of the caller follow from its columns alone, and are among all', (stem) => {
    const { identity, names } = readIdentity(fixture(stem))
    const nothing = Object.fromEntries(SESSION_COLUMNS.map((column) => [column, null]))
    const ofCaller = callerNamesOf(identity)
    expect(callerNamesOf({ ...identity, ...nothing })).toEqual(ofCaller)
    for (const name of ofCaller) expect(names).toContainEqual(name)
  })

  it('gives a name that somebody chose for a session no other kind than session', () => {
    const reading = caller({
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLEROLEIDAAAA:arn:aws:iam::111122223333:root',
      arn: 'arn:aws:sts::444455556666:assumed-role/Audit/arn:aws:iam::111122223333:root',
    })
    expect(kindsOf(reading)['arn:aws:iam::111122223333:root']).toBe('session')
    expect(reading.identity.principal_key).toBe('role:AROAEXAMPLEROLEIDAAAA')
  })

  it('never finds anybody by a withheld value', () => {
    const reading = caller({
      type: 'AssumedRole',
      userName: '****',
      principalId: 'HIDDEN_DUE_TO_SECURITY_REASONS',
      invokedBy: '<sensitiveDataRemoved>',
    })
    expect(reading.names).toEqual([])
    expect(reading.identity).toMatchObject({ principal: null, principal_key: 'unknown:AssumedRole/' })
  })
})

describe('accounts that AWS owns', () => {
  it('names the EFS accounts, one of which serves two regions', () => {
    expect(ownedAccountLabel('771736226457')).toBe('Amazon EFS (us-east-2)')
    expect(ownedAccountLabel('055650462987')).toBe('Amazon EFS (us-east-1)')
    expect(ownedAccountLabel('838331228873')).toBe('Amazon EFS (ca-central-1, eu-west-2)')
    expect(ownedAccountLabel('55650462987')).toBeNull()
    expect(ownedAccountLabel('111122223333')).toBeNull()
  })
})
