import { expect, it } from 'vitest'
import { parseAccessLine as parseLine } from '../../src/decode/access-line.js'
import { AccessNormaliser } from '../../src/normalise/access-log.js'
import { accessLine, makeAccessLines } from '../helpers/access-lines.js'

const parseAccessLine = (text: string): ReturnType<typeof parseLine> => parseLine(text, () => undefined)

const [LINE] = makeAccessLines(1)
const draftOf = (normaliser: AccessNormaliser, over: object) =>
  normaliser.normalise(parseAccessLine(accessLine({ ...LINE!, ...over }))!)

it('equal callers and calls are one value, others are not', () => {
  const normaliser = new AccessNormaliser()
  const one = draftOf(normaliser, {})
  const again = draftOf(normaliser, { requestId: 'OTHER', timeMs: 0 })
  expect([again.client, again.call]).toEqual([one.client, one.call])
  expect(again.client).toBe(one.client)
  const others = [
    { address: '192.0.2.99' },
    { requester: null },
    { agent: 'another' },
    { agent: 'null' },
    { agent: '-' },
  ]
  const clients = others.map((over) => draftOf(normaliser, over).client.id)
  expect(new Set([one.client.id, ...clients]).size).toBe(6)
  const calls = [
    { bucket: 'other' },
    { operation: 'REST.PUT.PART' },
    { status: 500 },
    { error: 'InternalError' },
  ]
  expect(new Set([one.call.id, ...calls.map((over) => draftOf(normaliser, over).call.id)]).size).toBe(5)
})

it.each([
  [
    'arn:aws:iam::111122223333:user/team/alice',
    'alice',
    'user',
    'user:arn:aws:iam::111122223333:user/team/alice',
  ],
  ['arn:aws:sts::111122223333:assumed-role/Deploy/run', 'Deploy/run', 'role', 'role:111122223333/deploy'],
  ['arn:aws:iam::111122223333:root', 'root (111122223333)', 'root', 'root:111122223333'],
  ['c'.repeat(64), 'c'.repeat(64), 'unknown', `unknown:/${'c'.repeat(64)}`],
  [null, 'ANONYMOUS_PRINCIPAL', 'account', null],
])('%s is %s', (requester, principal, kind, key) => {
  const { client } = draftOf(new AccessNormaliser(), { requester })
  const [, , , label, itsKind, itsKey] = client.values
  expect(label).toBe(principal)
  if (key !== null) expect([itsKind, itsKey]).toEqual([kind, key])
})

it('words of an encoded key are found decoded, once and twice', () => {
  const line = parseAccessLine(accessLine(LINE!))!
  // Key and URI.
  const text = (key: string) => new AccessNormaliser().normalise(line.with(7, key).with(8, key)).text
  expect(text('plain/key.txt')).toBeNull()
  expect(text('a%20b')).toBe('a b')
  expect(text('a%2520b')).toBe('a%20b a b')
  expect(text('bad%zz')).toBeNull()
  expect(text('nul%00')).toBe('nul\u2400')
})

it('callers of one address and calls of one host stay apart, however many there are', () => {
  const normaliser = new AccessNormaliser()
  const ids = () =>
    Array.from({ length: 50 }, (_, n) => {
      const { client, call } = draftOf(normaliser, { agent: `agent ${n}`, status: 200 + n })
      return [client.id, call.id]
    })
  const first = ids()
  expect(new Set(first.flat()).size).toBe(100)
  expect(ids()).toEqual(first)
})
