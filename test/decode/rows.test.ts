/** Tables of events with any column names: no cell is lost, and no ambiguous one is guessed. */
import { describe, expect, it } from 'vitest'
import { parseStruct } from '../../src/decode/struct-text.js'
import type { EventDraft } from '../../src/model/dictionary.js'
import { Normaliser } from '../../src/normalise/normalise.js'
import { decodeText, type Decoded } from '../helpers/decode.js'

const ID = '00000001-aaaa-4000-8000-000000000001'
const ALICE = 'arn:aws:iam::111122223333:user/dev/alice'
const CONSOLE =
  'User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,Error code,Resources,Request ID,Event ID,Read-only,Event type,Recipient Account Id,Event category'

const cell = (text: string): string => (/[",;\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
const csv = (names: readonly string[], ...rows: readonly (readonly string[])[]): string =>
  [names, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('')
const only = (decoded: Decoded): Record<string, unknown> => {
  expect(decoded.records).toHaveLength(1)
  return decoded.records[0]!.record
}
const kinds = ({ problems }: Decoded): string[] => problems.map(({ kind }) => kind)

/** As a search sees it. */
function textOf(record: Readonly<Record<string, unknown>>): string {
  const input = { record, text: '', offset: 0, length: 0, index: 0, insight: false, flags: 0 }
  const draft: EventDraft = new Normaliser(200).normalise(input, () => undefined)
  const { action, place, identity, address, client, outcome } = draft
  const shared = [action, place, identity.caller, identity, address, client, outcome].map(({ text }) => text)
  return [draft.text, ...shared, draft.eventId, draft.requestId, String(record['eventTime'])].join(' ')
}

describe('every cell is found', () => {
  const row: Readonly<Record<string, string>> = {
    eventID: ID,
    eventTime: '2024-03-04T00:00:00Z',
    eventName: 'DeleteBucket',
    'userIdentity.arn': ALICE,
    'userIdentity.sessionContext.sessionIssuer.arn': 'arn:aws:iam::111122223333:role/Deploy',
    'requestParameters.bucketName': 'acme-one',
    'requestParameters.items{}.name': 'in-a-list',
    _col3: 'zebra',
    note: 'two words',
    'Recipient Account Id': '1.23457E+10',
    'Read-only': 'vielleicht',
    requestID: '1.2E+15',
    type: 'no type of a caller',
    arn: 'arn:aws:s3:::not-a-caller',
    resources: '[{accountid=1, type=AWS::S3::Bucket, arn=arn:aws:s3:::acme-two}]',
    responseElements: '{a=b, c={d=inner}}',
    __proto__x: 'polluted',
    'requestParameters.__proto__.x': 'polluted-too',
    constructor: 'built',
    '': 'nameless',
  }
  const names = Object.keys(row)
  const forms: Readonly<Record<string, string>> = {
    csv: csv(names, Object.values(row)),
    'reversed csv': csv(names.toReversed(), Object.values(row).toReversed()),
    tabs: `${names.join('\t')}\n${Object.values(row).join('\t')}\n`,
    json: JSON.stringify([row]),
    'json lines': `${JSON.stringify(row)}\n`,
    'query results': JSON.stringify({ QueryResultRows: [names.map((name) => ({ [name]: row[name] }))] }),
    splunk: `${JSON.stringify({ preview: false, result: row })}\n`,
  }
  it.each(Object.entries(forms))('of a row as %s', (_form, text) => {
    const decoded = decodeText(text)
    const found = textOf(only(decoded))
    for (const value of Object.values(row))
      for (const word of value.split(/[{}[\]=, ]+/)) expect(found, `${word} of ${value}`).toContain(word)
    expect(decoded.rejected).toBe(0)
    const unused = decoded.problems.filter(({ kind }) => kind === 'unused-columns')
    expect(unused).toHaveLength(1)
    for (const name of ['_col3', 'note', 'type', 'arn']) expect(unused[0]!.detail).toContain(`"${name}"`)
    expect(unused[0]!.detail).not.toContain('bucketName')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('of a row that is too long only what can be nothing else is a field', () => {
    const text = `eventTime,userAgent,eventName,eventID\n2024-03-04T00:00:00Z,a,b,DeleteBucket,${ID}\n`
    const decoded = decodeText(text)
    const record = only(decoded)
    expect(record['eventTime']).toBe('2024-03-04T00:00:00Z')
    expect(record['eventName']).toBeUndefined()
    expect(record['userAgent']).toBeUndefined()
    for (const word of ['DeleteBucket', ID, 'a', 'b']) expect(textOf(record)).toContain(word)
    expect(kinds(decoded)).toContain('bad-csv')
  })

  it('of a row that is too short its columns are kept', () => {
    const decoded = decodeText(
      `eventTime,eventName,eventID,userAgent\n2024-03-04T00:00:00Z,DeleteBucket,${ID}\n`,
    )
    expect(only(decoded)).toEqual({
      eventTime: '2024-03-04T00:00:00Z',
      eventName: 'DeleteBucket',
      eventID: ID,
    })
    expect(kinds(decoded)).toEqual(['bad-csv'])
  })
})

describe('names of columns', () => {
  const names: readonly (readonly [string, string, unknown])[] = [
    ['userIdentity.arn', ALICE, { userIdentity: { type: 'IAMUser', userName: 'alice', arn: ALICE } }],
    ['useridentity_arn', ALICE, { userIdentity: { type: 'IAMUser', userName: 'alice', arn: ALICE } }],
    ['@userIdentity.userName', 'bo', { userIdentity: { userName: 'bo' } }],
    ['arn', ALICE, { userIdentity: { type: 'IAMUser', userName: 'alice', arn: ALICE } }],
    ['username', 'root', { userIdentity: { type: 'Root', userName: 'root' } }],
    ['@evt.name', 'RunInstances', { eventName: 'RunInstances' }],
    ['@network.client.ip', '203.0.113.1', { sourceIPAddress: '203.0.113.1' }],
    ['result.sourceIPAddress', '203.0.113.1', { sourceIPAddress: '203.0.113.1' }],
    ['data.aws.errorCode', 'AccessDenied', { errorCode: 'AccessDenied' }],
    ['aws.cloudtrail.user_identity.type', 'Root', { userIdentity: { type: 'Root' } }],
    ['source_ip_address', '203.0.113.1', { sourceIPAddress: '203.0.113.1' }],
    ['requestParameters.Tag.Key', 'v', { requestParameters: { Tag: { Key: 'v' } } }],
    ['UserIdentityUserName', 'bo', { userIdentity: { userName: 'bo' } }],
    ['TimeGenerated', '2024-03-04T00:00:01Z', { '@timestamp': '2024-03-04T00:00:01Z' }],
    ['TimeGenerated [UTC]', '2024-03-04T00:00:01Z', { '@timestamp': '2024-03-04T00:00:01Z' }],
    ['Date', '2024-03-04T00:00:01.000Z', { '@timestamp': '2024-03-04T00:00:01.000Z' }],
    ['EventTypeName', 'AwsApiCall', { eventType: 'AwsApiCall' }],
    ['bucket', 'acme-one', { requestParameters: { bucketName: 'acme-one' } }],
    ['requestparameters', '{"a":{"b":1}}', { requestParameters: { a: { b: 1 } } }],
  ]
  it.each(names)('%s', (name, value, fields) => {
    const decoded = decodeText(csv(['eventID', 'eventTime', name], [ID, '2024-03-04T00:00:00Z', value]))
    expect(only(decoded)).toEqual({ eventID: ID, eventTime: '2024-03-04T00:00:00Z', ...(fields as object) })
    expect(kinds(decoded)).toEqual([])
  })

  it('structs of Athena and Lake', () => {
    const struct = `{type=AssumedRole, principalid=AROA:me, arn=arn:aws:sts::111122223333:assumed-role/R/me, accountid=111122223333, invokedby=null, sessioncontext={attributes={mfaauthenticated=true, creationdate=2024-03-04T00:00:00Z}, sessionissuer={type=Role, arn=arn:aws:iam::111122223333:role/R, username=R}}}`
    const record = only(decodeText(csv(['eventid', 'eventname', 'useridentity'], [ID, 'X', struct])))
    expect(record['userIdentity']).toEqual({
      type: 'AssumedRole',
      principalId: 'AROA:me',
      arn: 'arn:aws:sts::111122223333:assumed-role/R/me',
      accountId: '111122223333',
      sessionContext: {
        attributes: { mfaAuthenticated: 'true', creationDate: '2024-03-04T00:00:00Z' },
        sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::111122223333:role/R', userName: 'R' },
      },
    })
    expect(record['otherColumns']).toEqual({ useridentity: struct })
  })

  it('a struct is read as far as it is one', () => {
    expect(parseStruct('{a=b, c=d, e, f=[1, {g=h}]}')).toEqual({ a: 'b', c: 'd, e', f: ['1', { g: 'h' }] })
    expect(parseStruct('{userName=x, arn=evil, arn=worse}')).toEqual({ userName: 'x', arn: 'evil' })
    for (const text of ['', '{}', '{a', 'a=b', '{no equals}', '{{{{{{{{{{'])
      expect(parseStruct(text)).toBeUndefined()
  })
})

describe('documents of other products', () => {
  const ocsf = (class_uid: unknown, operation: string, name = 'CloudTrail'): string =>
    JSON.stringify({
      class_uid,
      metadata: { uid: ID, product: { name, vendor_name: 'AWS' } },
      time: 1772438400000,
      api: { operation, service: { name: 'signin.amazonaws.com' } },
      actor: { user: { type: 'IAMUser', name: 'deploy' } },
    })

  it.each([
    [3002, 'ConsoleLogin'],
    [3001, 'CreateUser'],
    ['3005', 'AttachUserPolicy'],
    ['6003', 'StopLogging'],
  ])('OCSF of CloudTrail in class %s is an event', (class_uid, name) => {
    const record = only(decodeText(ocsf(class_uid, name)))
    expect(record).toMatchObject({ eventID: ID, eventName: name, eventTime: '2026-03-02T08:00:00Z' })
  })

  it('OCSF of another product is none', () => {
    expect(decodeText(ocsf(3002, 'x', 'Okta')).records).toEqual([])
  })

  it('a record without its version inside a message is an event', () => {
    const inner = {
      eventID: ID,
      eventName: 'X',
      eventSource: 's',
      userIdentity: {},
      eventTime: '2024-03-04T00:00:00Z',
    }
    const { records } = decodeText(JSON.stringify({ rule: { id: 1 }, data: { aws: inner } }))
    expect(records.map(({ record, locator, reduced }) => [record, locator, reduced])).toEqual([
      [inner, 'data.aws', false],
    ])
  })
})

describe('what a spreadsheet changed', () => {
  const saved = (time: string, readOnly: string, account: string): Decoded =>
    decodeText(
      `${CONSOLE}\nalice,,${time},iam.amazonaws.com,CreateUser,us-east-1,203.0.113.5,x,,[],r-1,${ID},${readOnly},AwsApiCall,${account},Management\n`,
    )

  it.each([
    ['FALSCH', 'false'],
    ['FALSE', 'false'],
    ['WAHR', 'true'],
    ['VERDADERO', 'true'],
    ['Faux', 'false'],
  ])('%s is %s', (written, value) => {
    const decoded = saved('2024-03-04T00:00:00Z', written, '111122223333')
    expect(only(decoded)['readOnly']).toBe(value)
    expect(kinds(decoded)).toEqual([])
    expect(textOf(only(decoded))).toContain(written)
  })

  it.each([
    ['25.03.2026 08:00', '2026-03-25T08:00:00Z'],
    ['3/25/2026 8:05 PM', '2026-03-25T20:05:00Z'],
    ['3/3/2026 8:05', '2026-03-03T08:05:00Z'],
    ['2026/3/2 8:05', '2026-03-02T08:05:00Z'],
    ['2026-03-02 08:05', '2026-03-02T08:05:00Z'],
    ['"March 2, 2026, 08:05:00 (UTC+01:00)"', '2026-03-02T08:05:00+01:00'],
    ['"Mar 02, 2026 8:05 PM"', '2026-03-02T20:05:00Z'],
  ])('%s has one reading', (written, value) => {
    const decoded = saved(written, 'false', '111122223333')
    expect(only(decoded)['eventTime']).toBe(value)
    expect(kinds(decoded)).toEqual(['respelled'])
    expect(textOf(only(decoded))).toContain(written.replaceAll('"', ''))
  })

  it.each(['02.03.2026 08:00', '3/2/2026 8:05', '46083.33'])('%s is no time', (written) => {
    const decoded = saved(written, 'false', '111122223333')
    expect(only(decoded)['eventTime']).toBe(written)
    expect((only(decoded)['otherColumns'] as Record<string, unknown>)['Event time']).toBe(written)
  })

  it.each(["'012345678901", '="012345678901"'])('%s is text that is an account', (written) => {
    const decoded = saved('2024-03-04T00:00:00Z', 'false', written)
    expect(only(decoded)['recipientAccountId']).toBe('012345678901')
    expect(kinds(decoded)).toEqual([])
  })

  it('text of a spreadsheet may contain separators and quotes', () => {
    const quoted = '="say "' + '"hi"' + '""'
    const row = ['="a,b"', '="2024-03-04T00:00:00Z"', quoted, ID].join(',')
    const { record } = decodeText(`userAgent,eventTime,eventName,eventID\n${row}\n`).records[0]!
    expect(record).toMatchObject({
      userAgent: 'a,b',
      eventName: 'say "hi"',
      eventTime: '2024-03-04T00:00:00Z',
    })
  })

  it.each(['1.23457E+10', '1,23457E+10', '12345678901', '12345678901.0'])('%s is no account', (written) => {
    const decoded = saved('2024-03-04T00:00:00Z', 'false', cell(written))
    expect(only(decoded)['recipientAccountId']).toBeUndefined()
    expect(kinds(decoded)).toEqual(['bad-field'])
    expect(textOf(only(decoded))).toContain(written)
  })
})

describe('lines around a table', () => {
  const row = `alice,,2024-03-04T00:00:00Z,iam.amazonaws.com,CreateUser,us-east-1,203.0.113.5,x,,[],r-1,${ID},false,AwsApiCall,111122223333,Management`
  it.each([
    ['Excel', 'sep=,\n', ['not-a-record']],
    ['PowerShell', '#TYPE Amazon.CloudTrail.Model.Event\r\n', ['not-a-record']],
    ['titles', 'CloudTrail events\n\nexported, by us\n', ['not-a-record', 'not-a-record']],
    ['blank lines', '\n\r\n', []],
  ])('%s', (_name, before, expected) => {
    for (const piece of [Infinity, 7]) {
      const decoded = decodeText(`${before}${CONSOLE}\n${row}\n`, piece)
      expect(only(decoded)['eventID']).toBe(ID)
      expect(kinds(decoded)).toEqual(expected)
    }
  })

  it('trailing separators, rows without a value and a second header', () => {
    const decoded = decodeText(`${CONSOLE},\n${row},\n,,,,,,,,,,,,,,,,\n${CONSOLE},\n`)
    expect(only(decoded)['eventID']).toBe(ID)
    expect(kinds(decoded)).toEqual(['not-a-record', 'not-a-record'])
  })

  it('prose that names fields is no table', () => {
    expect(decodeText('We looked at:\n\neventName, eventTime\nand then, more\n').verdict).toBeNull()
  })
})
