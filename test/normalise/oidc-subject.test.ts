import { expect, it } from 'vitest'
import { readIdentity } from '../../src/normalise/identity.js'

const PROVIDER = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com'

function caller(subject: string) {
  const { identity, names } = readIdentity({
    userIdentity: {
      type: 'WebIdentityUser',
      principalId: `${PROVIDER}:sts.amazonaws.com:${subject}`,
      userName: subject,
      identityProvider: PROVIDER,
    },
  })
  return { key: identity.principal_key, label: identity.principal, names: names.map(({ name }) => name) }
}

const OLD = 'repo:acme/shop:ref:refs/heads/main'
const NEW = 'repo:acme@65/shop@74:ref:refs/heads/main'

it('a repository of GitHub is one principal with and without the ids in its subject', () => {
  expect(caller(NEW).key).toBe(caller(OLD).key)
  expect(caller(NEW).names).toEqual(expect.arrayContaining([NEW, OLD]))
  expect(caller(NEW).label).toBe(NEW)
})

it.each(['repo:acme/shop:ref:refs/heads/a@1', 'repo:other@65/shop@74:ref:x', 'user:acme@65/shop@74'])(
  '%s is another',
  (subject) => {
    expect(caller(subject).key).not.toBe(caller(OLD).key)
    expect(caller(subject).names).toContain(subject)
  },
)
