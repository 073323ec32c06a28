/** Where requests come from, and what makes them: one row for each address, and one for each client with its TLS. */
import { describe, expect, it } from 'vitest'
import type { Entry, EventDraft } from '../../src/model/dictionary.js'
import { Normaliser } from '../../src/normalise/normalise.js'

const normaliser = new Normaliser(200)

function draft(record: Record<string, unknown>): EventDraft {
  const text = JSON.stringify(record)
  return normaliser.normalise(
    { record, text, offset: 0, length: text.length, index: 0, insight: false, flags: 0 },
    () => undefined,
  )
}

const CLIENT = {
  eventID: 'e1',
  eventTime: '2024-03-04T00:00:00Z',
  sourceIPAddress: '198.51.100.7',
  userAgent: 'aws-cli/2.0',
  userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAEXAMPLE00000001' },
}
const tlsDetails = {
  tlsVersion: 'TLSv1',
  cipherSuite: 'ECDHE-RSA-AES128-SHA',
  clientProvidedHostHeader: 'sts.amazonaws.com',
}

function client(record: Record<string, unknown>): Entry {
  return draft({ ...CLIENT, ...record }).client
}

describe('address', () => {
  it('is one for all clients that call from there', () => {
    const first = draft({ ...CLIENT, tlsDetails })
    const other = draft({ ...CLIENT, userAgent: 'aws-cli/1.0' })
    expect(first.address.values).toEqual(['198.51.100.7', null, null])
    expect(first.address.text).toBe('198.51.100.7')
    expect(other.address).toBe(first.address)
    expect(other.client.id).not.toBe(first.client.id)
  })

  it('is another through another endpoint, and has the account of that', () => {
    const through = draft({
      ...CLIENT,
      vpcEndpointId: 'vpce-1',
      vpcEndpointAccountId: '111122223333',
    }).address
    expect(through.values).toEqual(['198.51.100.7', 'vpce-1', '111122223333'])
    const foreign = draft({
      ...CLIENT,
      vpcEndpointId: 'vpce-1',
      vpcEndpointAccountId: '444455556666',
    }).address
    expect(new Set([through.id, foreign.id, draft(CLIENT).address.id]).size).toBe(3)
  })
})

describe('client', () => {
  it('has the version and the cipher of TLS, and their words once for all requests of a client', () => {
    const first = draft({ ...CLIENT, tlsDetails })
    expect(first.client.values.slice(0, 6)).toEqual([
      'aws-cli/2.0',
      'TLSv1',
      'ECDHE-RSA-AES128-SHA',
      null,
      null,
      null,
    ])
    expect(first.client.text).toBe('aws-cli/2.0 TLSv1 ECDHE-RSA-AES128-SHA')
    expect(first.text).toBe('sts.amazonaws.com')
    expect(client({ tlsDetails: { ...tlsDetails, clientProvidedHostHeader: 'ec2.amazonaws.com' } })).toBe(
      first.client,
    )
  })

  it('is another with another version, and the same again when the client comes back to the first', () => {
    const first = client({ tlsDetails })
    const newer = client({
      tlsDetails: { ...tlsDetails, tlsVersion: 'TLSv1.3', keyExchange: 'X25519MLKEM768' },
    })
    expect(newer.id).not.toBe(first.id)
    expect(newer.values.slice(1, 4)).toEqual(['TLSv1.3', 'ECDHE-RSA-AES128-SHA', 'X25519MLKEM768'])
    expect(client({ tlsDetails })).toBe(first)
  })

  it.each([[null], ['text'], [['TLSv1']], [{ tlsVersion: { deep: 'TLSv1' } }]])('has none of %j', (odd) => {
    expect(client({ tlsDetails: odd }).values.slice(1, 6)).toEqual([null, null, null, null, null])
    if (odd !== null)
      expect(draft({ ...CLIENT, tlsDetails: odd }).text).toContain(odd === 'text' ? 'text' : 'TLSv1')
  })

  it('says of a request to S3 how it was signed, once for all of a client; the rest stays with the event', () => {
    const additionalEventData = {
      SignatureVersion: 'SigV2',
      CipherSuite: 'ECDHE-RSA-AES128-SHA',
      AuthenticationMethod: 'QueryString',
      'x-amz-id-2': 'abc+/=',
      '': 'nameless',
    }
    const old = draft({ ...CLIENT, additionalEventData })
    expect(old.client.values.slice(1, 6)).toEqual([
      null,
      'ECDHE-RSA-AES128-SHA',
      null,
      'SigV2',
      'QueryString',
    ])
    expect(old.text).toBe('abc+/= nameless')
    const both = draft({ ...CLIENT, tlsDetails, additionalEventData })
    expect(both.client.values.slice(1, 3)).toEqual(['TLSv1', 'ECDHE-RSA-AES128-SHA'])
    expect(both.text).toBe('sts.amazonaws.com abc+/= nameless')
    const other = { ...additionalEventData, CipherSuite: 'another' }
    expect(draft({ ...CLIENT, tlsDetails, additionalEventData: other }).text).toBe(
      'sts.amazonaws.com another abc+/= nameless',
    )
  })

  it.each([[null], ['SigV2'], [['SigV2']], [{ SignatureVersion: { deep: 'SigV2' } }]])(
    'does not say that a request was signed by %j',
    (odd) => {
      const { client: entry, text } = draft({ ...CLIENT, additionalEventData: odd })
      expect(entry.values.slice(1, 6)).toEqual([null, null, null, null, null])
      expect(text).toBe(odd === null ? '' : 'SigV2')
    },
  )

  it.each([
    ['aws-cli/2.0', {}, [null, null, null]],
    ['aws-cli/2.0', { sessionCredentialFromConsole: 'true' }, [null, 1, 1]],
    ['AWS Internal', { eventVersion: '1.05' }, [null, null, 1]],
    ['AWS Internal', { eventVersion: '1.08' }, [null, null, null]],
    [
      'Mozilla/5.0',
      { userIdentity: { type: 'IAMUser', invokedBy: 'signin.amazonaws.com' } },
      [null, null, 1],
    ],
    [
      'Mozilla/5.0',
      { userIdentity: { type: 'IAMUser', invokedBy: 'athena.amazonaws.com' } },
      [null, null, null],
    ],
    ['Mozilla/5.0', { userIdentity: { type: 'AWSService' } }, [null, null, null]],
    ['aws-cli/2.0', { eventType: 'AwsConsoleAction' }, [null, null, 1]],
    ['boto3', { additionalEventData: { callWithBearerToken: true } }, [1, null, null]],
    ['boto3', { additionalEventData: { callWithBearerToken: 'no' } }, [null, null, null]],
  ])('of %s with %j has bearer token, session from the console, console: %j', (userAgent, record, facts) => {
    expect(client({ userAgent, ...record }).values.slice(6)).toEqual(facts)
  })
})
