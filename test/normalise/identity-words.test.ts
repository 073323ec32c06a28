/** Words of userIdentity: those of a row are the same for all events that share it, the others are the event's own. */
import { expect, it } from 'vitest'
import { Normaliser } from '../../src/normalise/normalise.js'

const USER = { type: 'IAMUser', userName: 'alice', accountId: '111122223333' }

/** Callers that have the same columns, and a word of their own. */
const ALIKE: readonly (readonly [callers: readonly unknown[], own: readonly string[]])[] = [
  [
    ['zebra', ['giraffe'], [{ a: 'okapi' }], 4711, null, {}],
    ['zebra', 'giraffe', 'okapi', '4711', '', ''],
  ],
  [
    [USER, { ...USER, species: 'zebra' }, { ...USER, sessionContext: { a: [{ b: 'giraffe' }] } }],
    ['', 'zebra', 'giraffe'],
  ],
  [
    [
      { ...USER, inScopeOf: { issuerType: 'lynx' } },
      { accountId: '111122223333', userName: 'alice', type: 'IAMUser', arn: { odd: 'puma' } },
    ],
    ['lynx', 'puma'],
  ],
]

it.each(ALIKE)('%j', (callers, own) => {
  const normaliser = new Normaliser(200)
  const drafts = callers.map((userIdentity, index) => {
    const record = { eventVersion: '1.08', eventID: 'e', eventName: 'X', userIdentity }
    const input = { record, text: '', offset: 0, length: 0, index, insight: false, flags: 0 }
    const { identity, text } = normaliser.normalise(input, () => undefined)
    return { id: identity.id, shared: `${identity.caller.text} ${identity.text}`, own: text.trim() }
  })
  expect(new Set(drafts.map(({ id }) => id)).size).toBe(1)
  expect(new Set(drafts.map(({ shared }) => shared)).size).toBe(1)
  expect(drafts.map((draft) => draft.own)).toEqual(own)
})

it('says nothing twice, and nothing that is only concluded', () => {
  const record = { eventVersion: '1.08', eventID: 'e', eventName: 'X', userIdentity: USER }
  const input = { record, text: '', offset: 0, length: 0, index: 0, insight: false, flags: 0 }
  const { identity, text } = new Normaliser(200).normalise(input, () => undefined)
  expect(identity.caller.text.split(' ').sort()).toEqual(['111122223333', 'IAMUser', 'alice'])
  expect(identity.text).toBe('')
  expect(text).toBe('')
})

it('says what sessions of a caller share once, and what differs with each of them', () => {
  const normaliser = new Normaliser(200)
  const [one, other] = ['tea', 'milk'].map((session) => {
    const userIdentity = {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE0000000001:${session}`,
      arn: `arn:aws:sts::111122223333:assumed-role/Kitchen/${session}`,
      accountId: '111122223333',
      accessKeyId: `ASIA${session.toUpperCase()}000000000000`,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLE0000000001',
          arn: 'arn:aws:iam::111122223333:role/house/Kitchen',
          accountId: '111122223333',
          userName: 'Kitchen',
        },
      },
    }
    const record = { eventVersion: '1.08', eventID: 'e', eventName: 'X', userIdentity }
    const input = { record, text: '', offset: 0, length: 0, index: 0, insight: false, flags: 0 }
    return normaliser.normalise(input, () => undefined).identity
  })
  expect(one!.id).not.toBe(other!.id)
  expect(one!.caller).toBe(other!.caller)
  expect(one!.caller.text).toContain('arn:aws:iam::111122223333:role/house/Kitchen')
  expect(one!.text).not.toContain('house')
  expect(one!.names.map(({ name }) => name).sort()).toEqual([
    'arn:aws:sts::111122223333:assumed-role/kitchen/tea',
    'aroaexample0000000001:tea',
    'asiatea000000000000',
    'kitchen/tea',
    'tea',
  ])
})
