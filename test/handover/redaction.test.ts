/** What redaction promises of any text: known values in every surrounding, fields by their names, and a cost that grows with the text. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonStrings } from '../../src/handover/redaction/json-strings.js'
import { KnownValues, fold } from '../../src/handover/redaction/known-values.js'
import type { PseudonymKind } from '../../src/handover/redaction/pseudonyms.js'
import { readingsOf } from '../../src/handover/redaction/readings.js'
import { canonicalIp6 } from '../../src/handover/redaction/addresses.js'
import { redactorOf } from './made.js'

const KNOWN: Readonly<Partial<Record<PseudonymKind, readonly string[]>>> = {
  name: [
    'zelda',
    'Hagakure',
    'frank.castle@corp.example',
    'Ann Lee',
    'Zo\u00eb K\u00fchn',
    'svc-backup',
    'i-0abc12345de',
    '日本太郎さん',
  ],
  account: ['135791357913', '111122223333'],
  id: ['AKIAQQQQ1111SECRETKY', 'AROAABCDEFGHIJKLMNOP'],
  canonical: ['79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be'],
  ip4: ['203.0.113.77', '91.198.174.192'],
  token: ['hunter2hunter2', 'FwoGZXIvYXdzEBYaDsecret+token/=='],
}
const VALUES = Object.values(KNOWN).flat()

const IP6 = '2001:db8:0:0:aa::17'
const SPELLINGS = [
  IP6,
  '2001:db8::aa:0:0:17',
  '2001:0db8:0000:0000:00aa:0000:0000:0017',
  '2001:DB8:0:0:AA:0:0:17',
  '2001:db8:0:0:aa:0:0.0.0.23',
  '2001:Db8::aa:0:0.0.0.23',
]

const cased = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((flips) =>
      Array.from(text, (one, at) => (flips[at] === true ? one.toUpperCase() : one.toLowerCase())).join(''),
    )
    // Only what folds back: ß has no capital of its own.
    .map((made) => (fold(made) === fold(text) ? made : text))

const around = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '',
    'x',
    '7',
    '_',
    ':',
    '.',
    '/',
    '%',
    '"',
    "'",
    '\\',
    'user=',
    'ip:',
    '[',
    ']:443',
    'é',
    '\u0301',
    'arn:aws:iam::',
    '%20',
    '{"a":"',
    ' ',
  ),
)

/** In plain text, in a JSON string, in JSON within JSON, and percent-encoded once to three times. */
const WRITTEN: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => JSON.stringify({ key: text }),
  (text) => JSON.stringify({ [`k ${text}`]: [text] }, null, 1),
  (text) => JSON.stringify({ policy: JSON.stringify({ a: text }) }),
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => encodeURIComponent(encodeURIComponent(text.toWellFormed())),
  (text) => encodeURIComponent(encodeURIComponent(encodeURIComponent(text.toWellFormed()))),
  (text) => JSON.stringify({ url: encodeURIComponent(text.toWellFormed()) }),
]

/** As it reads when everything that was done to it is undone. */
function undone(text: string): string {
  let all = text
  for (let round = 0; round < 4; round++) {
    for (const reading of readingsOf(text)) all += `\n${reading.text}`
    text = text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    text = text.replace(/\\(["\\/])/g, '$1')
    all += `\n${text}`
  }
  return fold(all)
}

describe('a known value', () => {
  it('is in no text any more, in 10,000 random surroundings, spellings and encodings of text', () => {
    const redactor = redactorOf(KNOWN)
    fc.assert(
      fc.property(
        fc.constantFrom(...VALUES).chain(cased),
        around,
        around,
        fc.nat(WRITTEN.length - 1),
        (value, before, after, how) => {
          const text = (WRITTEN[how] as (text: string) => string)(`${before}${value}${after}`)
          const made = redactor.text(text)
          expect(made).not.toBe(text)
          expect(undone(made).includes(fold(value))).toBe(false)
          if (how > 0 && how < 4) expect(() => JSON.parse(made) as unknown).not.toThrow()
        },
      ),
      { numRuns: 10_000 },
    )
  })

  it('has the same pseudonym in each of them', () => {
    const redactor = redactorOf({ name: ['zelda'] })
    const made = redactor.text('zelda')
    for (const text of ['ZELDA2', 'xZelda', 'home/zelda/', '%7Aelda', '{"a":"\\u007aelda"}', 'zelda_final'])
      expect(redactor.text(text)).toContain(made)
  })

  it('of three or four letters is replaced where no letter touches it, and of AWS’s words only where a name belongs', () => {
    const redactor = redactorOf({ name: ['bob', 'CloudTrail', 'ci'] })
    const name = redactor.text('bob')
    expect(redactor.text('bob2 bobsled s3://bob/ x_BOB_')).toBe(`${name}2 bobsled s3://${name}/ x_${name}_`)
    const path = 'AWSLogs/x/CloudTrail/us-east-1/2024/x_CloudTrail_us-east-1.json.gz'
    expect(redactor.text(path)).toBe(path)
    expect(redactor.text('cloudtrail.amazonaws.com ci')).toBe('cloudtrail.amazonaws.com ci')
    expect(redactor.text('arn:aws:sts::111122223333:assumed-role/ci/CloudTrail')).toMatch(
      /^arn:aws:sts::9\d{11}:assumed-role\/name-\w{10}\/name-\w{10}$/,
    )
  })

  it('is replaced with what overlaps it, so that no part of either stays', () => {
    const redactor = redactorOf({ name: ['ann lee', 'zelda-ann', 'zelda@corp.example'] })
    expect(redactor.text('zelda-ann lee')).toMatch(/^name-\w{10}(?: lee)?$/)
    expect(redactor.text('by zelda@corp.example.')).toMatch(/^by name-\w{10}\.$/)
  })

  it('is found among many as a plain search finds it', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '-', '7'), maxLength: 60 })
    const values = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 5, maxLength: 9 }), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(text, values, (whole, names) => {
        const known = new KnownValues([])
        const usable = names.filter((name) => /[ab]/.test(name))
        for (const name of usable) known.add('name', name)
        const found = known.in(whole).map(({ start, end }) => [start, end])
        const expected: number[][] = []
        for (let at = 0; at < whole.length;) {
          const longest = Math.max(
            0,
            ...usable.filter((name) => whole.toLowerCase().startsWith(name, at)).map(({ length }) => length),
          )
          if (longest > 0) expected.push([at, at + longest])
          at += Math.max(1, longest)
        }
        expect(found).toEqual(expected)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('an IPv6 address', () => {
  it('is in no text any more, in any spelling and 10,000 random surroundings', () => {
    const redactor = redactorOf({ ip6: [IP6] })
    const place = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom(
        '',
        'ip:',
        ':443',
        '.',
        ']:443',
        '[',
        '/64',
        '%eth0',
        'x',
        'from=',
        '"',
        '-',
        ',',
        '(',
        ')',
        'é',
        '::',
        '_',
      ),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...SPELLINGS),
        place,
        place,
        fc.nat(WRITTEN.length - 1),
        (address, before, after, how) => {
          // Glued to a digit it would be another address.
          fc.pre(!/[0-9a-f.]$/i.test(before) && !/^[0-9a-f]|^\.\d/i.test(after))
          const made = redactor.text(
            (WRITTEN[how] as (text: string) => string)(`${before}${address}${after}`),
          )
          expect(undone(made)).not.toContain(fold(address))
        },
      ),
      { numRuns: 10_000 },
    )
  })

  it('has one pseudonym for all of its spellings', () => {
    const redactor = redactorOf({})
    expect(new Set(SPELLINGS.map(canonicalIp6)).size).toBe(1)
    expect(new Set(SPELLINGS.map((spelling) => redactor.text(spelling))).size).toBe(1)
  })

  it.each([
    '%s:443',
    'ip:%s',
    '%s.',
    '[%s]:443',
    '%s/128',
    '%s%eth0',
    'x%s',
    '_%s_',
    'a=%s,b',
    'http://[%s]/',
    '%s%25eth0',
  ])('that nobody knew is replaced in %s', (around) => {
    for (const spelling of SPELLINGS)
      expect(redactorOf({}).text(around.replace('%s', spelling))).not.toContain(spelling)
  })

  it.each([
    'AWS::EC2::Instance',
    'arn:aws:s3:::bad',
    'arn:aws:iam::aws:policy/x',
    '10:20:30',
    '2024-03-04T10:20:30Z',
    '::1',
    'Foo::Bar',
  ])('is not %s', (text) => {
    expect(redactorOf({}).text(text)).toBe(text)
  })
})

const secret = 'correct horse'
const NAMED: readonly (readonly [where: string, record: unknown])[] = [
  [
    'SAML',
    {
      userIdentity: {
        type: 'SAMLUser',
        principalId: 'hVbC1uVrgHFLVcb6Pza=:Zelda Hylia',
        userName: 'Zelda Hylia',
      },
    },
  ],
  ['a SAML subject', { responseElements: { subject: 'Zelda Hylia', subjectType: 'persistent' } }],
  ['a web identity', { userIdentity: { principalId: 'accounts.google.com:app.apps:Zelda Hylia' } }],
  ['its subject', { responseElements: { subjectFromWebIdentityToken: 'Zelda Hylia' } }],
  ['sso:Federate', { serviceEventDetails: { role_name: 'Zelda Hylia', account_id: '1' } }],
  ['Identity Center', { additionalEventData: { UserName: 'Zelda Hylia' } }],
  ['SSM', { requestParameters: { runAsUser: 'Zelda Hylia' } }],
  [
    'a bucket policy',
    {
      requestParameters: {
        bucketPolicy: { Statement: [{ Principal: { AWS: 'arn:aws:iam::1:user/a/Zelda.Hylia' } }] },
      },
    },
  ],
  ['a condition', { Condition: { StringEquals: { 'aws:username': 'Zelda Hylia' } } }],
  ['RDS', { requestParameters: { masterUsername: 'Zelda Hylia' } }],
  ['a database user', { resource: 'arn:aws:rds-db:us-east-1:1:dbuser:db-ABC/Zelda.Hylia' }],
  ['Redshift', { requestParameters: { dBUser: 'Zelda Hylia' } }],
  ['Cognito', { requestParameters: { username: 'Zelda Hylia' } }],
  [
    'its attributes',
    { requestParameters: { userAttributes: [{ name: 'family_name', value: 'Zelda Hylia' }] } },
  ],
  [
    'identitystore',
    { requestParameters: { displayName: 'Zelda Hylia', name: { givenName: 'x', familyName: 'y' } } },
  ],
  ['its operations', { operations: [{ attributePath: 'userName', attributeValue: 'Zelda Hylia' }] }],
  ['e-mail', { requestParameters: { emails: [{ value: 'Zelda.Hylia@corp.example' }] } }],
  ['a device', { serialNumber: 'arn:aws:iam::1:mfa/Zelda.Hylia' }],
  ['the id of a session', { x: 'AROAABCDEFGHIJKLMNOP:Zelda.Hylia' }],
  ['EC2 Instance Connect', { requestParameters: { instanceOSUser: 'Zelda Hylia' } }],
  ...[
    'password',
    'secretString',
    'accessToken',
    'masterUserPassword',
    'newPassword',
    'Passphrase',
    'x-amz-security-token',
    'apiKey',
    'privateKey',
    'nextToken',
    'DB_PASSWORD',
    'authorizationCode',
    'idToken',
    'refreshToken',
    'secretAccessKey',
    'sAMLAssertion',
    'webIdentityToken',
    'sessionToken',
    'proposedPassword',
    'authToken',
    'clientSecret',
  ].map((key) => [key, { requestParameters: { [key]: secret } }] as const),
  ['an environment', { environment: [{ name: 'DB_PASSWORD', value: secret }] }],
  ['a parameter of a stack', { parameters: [{ parameterKey: 'DBPassword', parameterValue: secret }] }],
  ['an URL', { url: 'https://x.example/?a=1&access_token=correct-horse&b=2' }],
]

describe('a field', () => {
  it.each(NAMED)('of %s is replaced, and its value everywhere else', (_where, record) => {
    const other = JSON.stringify({ note: 'seen: zelda hylia, ZELDA.HYLIA, Correct Horse and correct-horse' })
    const redactor = redactorOf({})
    redactor.learn(JSON.stringify(record))
    const made = redactor.text(JSON.stringify(record))
    expect(made).not.toMatch(/Zelda|Hylia|horse/i)
    expect(JSON.parse(made)).toBeTypeOf('object')
    expect(redactor.text(other)).not.toBe(other)
  })

  it.each([
    'secretId',
    'secretName',
    'tokenType',
    'passwordLastUsed',
    'passwordResetRequired',
    'logGroupName',
    'autoScalingGroupName',
    'clientRequestToken',
    'accessKeyStatus',
    'eventName',
    'bucketName',
  ])('%s is not', (key) => {
    const record = JSON.stringify({ [key]: 'prod/database' })
    expect(redactorOf({}).text(record)).toBe(record)
  })
})

/** A megabyte: at a cost that grows with the square of the length, a test of these would not end. */
describe('a long text', () => {
  it.each<[string, (length: number) => string]>([
    ['letters and one %', (length) => `${'a'.repeat(length)}%`],
    ['letters and one %41', (length) => `${'b'.repeat(length)}%41`],
    ['%25 many times', (length) => `%${'25'.repeat(length / 2)}41`],
    ['hexadecimal groups', (length) => 'a:'.repeat(length / 2)],
    ['colons', (length) => ':'.repeat(length)],
    ['dots', (length) => `:user/${'.'.repeat(length)}x`],
    ['ARNs', (length) => ':user/x'.repeat(length / 7)],
    ['digits', (length) => '1'.repeat(length)],
    ['@', (length) => 'a@'.repeat(length / 2)],
    ['=', (length) => 'password='.repeat(length / 9)],
    ['backslashes', (length) => JSON.stringify({ a: '\\'.repeat(length) })],
    ['brackets', (length) => '['.repeat(length)],
    ['quotes', (length) => '"'.repeat(length)],
    ['AKIA', (length) => 'AKIA'.repeat(length / 4)],
  ])('of %s is read in time', (_what, textOf) => {
    const redactor = redactorOf({ name: ['a'.repeat(300), 'aaaaaab', 'zelda'], ip6: [IP6] })
    const text = textOf(1_000_000)
    redactor.learn(text)
    expect(redactor.text(`${text} zelda`)).not.toContain('zelda')
  })
})

describe('strings of JSON', () => {
  it('are all keys and values, in any spacing', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'grapheme' }), fc.constantFrom(0, 1, 3), (compact, space) => {
        const value = JSON.parse(compact) as unknown
        const strings = JsonStrings.of(JSON.stringify(value, null, space))
        fc.pre(strings !== null)
        const found: string[] = []
        while (strings.next()) found.push(`${strings.isKey ? 'key' : 'value'} ${strings.value}`)
        expect(found).toEqual(Array.from(partsOf(value)))
      }),
      { numRuns: 1000 },
    )
  })

  it('are replaced twice where a key is there twice', () => {
    const text = redactorOf({ name: ['zelda'] }).text('{"a":"zelda","a":"x","b":"\\u007aelda"}')
    expect(text).toMatch(/^\{"a":"(name-\w{10})","a":"x","b":"\1"\}$/)
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

describe('a reading', () => {
  it('knows where each of its characters is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (encoded, plain) => {
        const text = `${plain}${encodeURIComponent(encoded.toWellFormed())}%E9`
        for (const { text: read, places } of readingsOf(text)) {
          if (places === null) continue
          expect(places).toHaveLength(read.length + 1)
          expect(places.at(-1)).toBe(text.length)
          expect(Array.from(places)).toEqual(Array.from(places).sort((a, b) => a - b))
        }
        const once = readingsOf(text)[1]!
        expect(once.text.endsWith(`${encoded.toWellFormed()}\ufffd`)).toBe(true)
      }),
    )
  })
})

describe('the id of a key', () => {
  it('of letters alone is replaced in lower case where it is known, and has the pseudonym of the other', () => {
    const redactor = redactorOf({ id: ['AKIAABCDEFGHIJKLMNOP'] })
    const [lower, upper, other] = redactor
      .text('akiaabcdefghijklmnop AKIAABCDEFGHIJKLMNOP akiazzzzefghijklmnop')
      .split(' ')
    expect([lower, other]).toEqual([upper!.toLowerCase(), 'akiazzzzefghijklmnop'])
    expect(lower).not.toBe('akiaabcdefghijklmnop')
  })
})

describe('an account', () => {
  it.each([
    '{"n":111122223333.0}',
    '{"n":-111122223333}',
    '{"n":[111122223333e0,1]}',
    '{"accountIds":[111122223333]}',
  ])('is replaced in the number of %s', (text) => {
    const made = redactorOf({ account: ['111122223333'] }).text(text)
    expect(made).toMatch(/[^0-9]9\d{11}[^0-9]/)
    expect(() => JSON.parse(made) as unknown).not.toThrow()
  })

  it('unknown so far is one under a key that says so, where it is the whole number', () => {
    const made = redactorOf({}).text(
      '{"accountIds":[444455556666,777788889999],"account":1.5,"size":444455556666.5}',
    )
    expect(made).toMatch(/^\{"accountIds":\[9\d{11},9\d{11}\],"account":1\.5,"size":444455556666\.5\}$/)
  })
})
