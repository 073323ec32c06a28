/** What redaction and its search for leaks read a text by, against the plain definition of each. */
import { createHash } from 'node:crypto'
import { isUtf8 } from 'node:buffer'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonStrings } from '../../src/handover/json-strings.js'
import { findLeaks } from '../../src/handover/leaks.js'
import { NameIndex } from '../../src/handover/names.js'
import { Redactor } from '../../src/handover/redact.js'
import type { Secrets } from '../../src/handover/secrets.js'
import { changedBase64 } from '../../src/handover/text-forms.js'
import { Words } from '../../src/handover/words.js'

const NONE: Secrets = { names: [], accounts: [], canonicalIds: [] }

function redactor(over: Partial<Secrets>): Redactor {
  return new Redactor(createHash('sha256').update('key').digest(), { ...NONE, ...over })
}

function leaksOf(text: string, ...secrets: string[]): string[] {
  const db = new Database(':memory:')
  db.exec('CREATE TABLE t (x TEXT)')
  db.prepare('INSERT INTO t VALUES (?)').run(text)
  const leaks = findLeaks(db, new Set(secrets))
  db.close()
  return leaks
}

describe('base64', () => {
  const decoded = (run: string): string[] => {
    const seen: string[] = []
    changedBase64(run, (text) => {
      seen.push(text)
      return text
    })
    return seen
  }

  it('is decoded wherever the whole of it is text, of any bytes', () => {
    const some = fc.oneof(
      fc.uint8Array({ minLength: 12, maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary', minLength: 12, maxLength: 60 }).map((text) => Buffer.from(text)),
      fc.string({ unit: 'grapheme', minLength: 12, maxLength: 60 }).map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(some, fc.constantFrom<BufferEncoding>('base64', 'base64url'), (bytes, encoding) => {
        const text = bytes.toString('utf8')

        const isText = isUtf8(bytes) && !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)
        expect(decoded(bytes.toString(encoding)).includes(text)).toBe(isText)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('words', () => {
  it('are the runs of letters and digits of any text', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(text, (whole) => {
        const words = new Words(whole)
        const found: [number, string][] = []
        while (words.next()) found.push([words.start, words.word])
        const expected = Array.from(whole.matchAll(/[\p{L}\p{N}]+/gu), ({ 0: word, index }) => [index, word])
        expect(found).toEqual(expected)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('strings of JSON', () => {
  it('are all keys and values, in any spacing', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'grapheme' }), fc.constantFrom(0, 1, 3), (compact, space) => {
        const value = JSON.parse(compact) as unknown
        const strings = new JsonStrings(JSON.stringify(value, null, space))
        const found: string[] = []
        while (strings.next()) found.push(`${strings.isKey ? 'key' : 'value'} ${strings.value}`)
        expect(found).toEqual(Array.from(partsOf(value)))
      }),
      { numRuns: 1000 },
    )
  })

  it('are seen twice where a key is there twice, and with their escapes', () => {
    expect(leaksOf('{"a": "bob", "a": 1}', 'bob')).toEqual(['bob'])
    expect(
      leaksOf(String.raw`{"\u0062ob\\": ["x\"", "\\"], "n": 111122223333}`, 'bob', '111122223333'),
    ).toEqual(['bob', '111122223333'])
    expect(redactor({ names: ['bob'] }).text('{"a":"bob","a":"x"}')).toMatch(
      /^\{"a":"name-\w{10}","a":"x"\}$/,
    )
  })

  it('can hold a name with a quote in it', () => {
    expect(leaksOf('{"a":"x","b":1}', 'x","b')).toEqual(['x","b'])
    expect(leaksOf(String.raw`{"a":"ann \"bob\" lee"}`, 'ann "bob" lee')).toEqual(['ann "bob" lee'])
  })
})

function* partsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield `value ${value}`
  else if (Array.isArray(value)) for (const item of value) yield* partsOf(item)
  else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      yield `key ${key}`
      yield* partsOf(item)
    }
  }
}

describe('a name', () => {
  it('is found at one place though at another a service has it', () => {
    const names = new NameIndex(['zelda', 'backupservice'])
    for (const [text, word] of [
      ['zelda2.amazonaws.com', 'zelda2'],
      ['backupservice.amazonaws.com', 'backupservice'],
    ] as const)
      expect(names.find(text, word, 0)).toBeNull()
    expect(names.find('zelda2', 'zelda2', 0)).toMatchObject({ start: 0, end: 5 })
    expect(names.find('mybackupservices', 'mybackupservices', 0)).toMatchObject({ start: 2, end: 15 })
    expect(redactor({ names: ['zelda'] }).text('zelda2.amazonaws.com zelda2')).toMatch(
      /^zelda2\.amazonaws\.com name-\w{10}2$/,
    )
  })

  it('can go on behind a UUID, and be one', () => {
    const uuid = '6b3c8f2e-1f0a-4d55-9b0e-111122223333'
    expect(leaksOf(`app-${uuid} x`, `app-${uuid}`)).toEqual([`app-${uuid}`])
    expect(leaksOf(`x ${uuid}`, uuid, '111122223333')).toEqual([uuid])
    expect(leaksOf(`x ${uuid}`, '111122223333')).toEqual([])
  })
})

describe('the id of a key', () => {
  it('of letters alone is found in lower case where the case knows it, and has the pseudonym of the other', () => {
    const text = redactor({ uniqueIds: ['AKIAABCDEFGHIJKLMNOP'] }).text(
      'akiaabcdefghijklmnop AKIAABCDEFGHIJKLMNOP akiazzzzefghijklmnop',
    )
    const [lower, upper, other] = text.split(' ')
    expect([lower, other]).toEqual([upper!.toLowerCase(), 'akiazzzzefghijklmnop'])
    expect(lower).not.toBe('akiaabcdefghijklmnop')
  })

  it('of letters alone is known in lower case once it was met', () => {
    const text = redactor({}).text('AKIAABCDEFGHIJKLMNOP akiaabcdefghijklmnop')
    const [upper, lower] = text.split(' ')
    expect(lower).toBe(upper!.toLowerCase())
    expect(lower).not.toBe('akiaabcdefghijklmnop')
  })
})

describe('an address', () => {
  it.each(['x203.0.113.7', 'v203.0.113.7x', 'agent/é203.0.113.7'])('is replaced in %s', (text) => {
    const made = redactor({}).text(text)
    expect(made).toMatch(/24\d\.\d+\.\d+\.\d+/)
    expect(leaksOf(made, '203.0.113.7')).toEqual([])
    expect(leaksOf(text, '203.0.113.7')).toEqual(['203.0.113.7'])
  })
})

describe('an account', () => {
  it.each([
    '{"n":111122223333.0}',
    '{"n":-111122223333}',
    '{"n":[111122223333e0,1]}',
    '{"accountIds":[111122223333]}',
  ])('is replaced in the number of %s', (text) => {
    const made = redactor({ accounts: ['111122223333'] }).text(text)
    expect(made).toMatch(/[^0-9]9\d{11}[^0-9]/)
    expect(() => JSON.parse(made) as unknown).not.toThrow()
    expect(leaksOf(made, '111122223333')).toEqual([])
  })

  it('unknown so far is one under a key that says so, where it is the whole number', () => {
    const made = redactor({}).text(
      '{"accountIds":[444455556666,777788889999],"account":1.5,"size":444455556666.5}',
    )
    expect(made).toMatch(/^\{"accountIds":\[9\d{11},9\d{11}\],"account":1\.5,"size":444455556666\.5\}$/)
    expect(made).not.toContain('777788889999')
  })
})

describe('a name of the form of a request ID', () => {
  it.each(['request_id', 'shared_event_id', 'event_id'])('is replaced and searched for in %s', (column) => {
    const [made] = redactor({ names: ['frankcastle'] }).row([column], ['FRANKCASTLE12345'])
    expect(made).toMatch(/^name-\w{10}12345$/)
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE t (${column} TEXT); INSERT INTO t VALUES ('FRANKCASTLE12345')`)
    expect(findLeaks(db, new Set(['frankcastle']))).toEqual(['FRANKCASTLE'])
    db.close()
  })
})
