import { expect, it } from 'vitest'
import { isInNetwork, isNetwork } from '../../src/model/network.js'

it.each([
  ['203.0.113.7', '203.0.113.0/24', true],
  ['203.0.114.7', '203.0.113.0/24', false],
  ['203.0.113.7', '203.0.113.7/32', true],
  ['8.8.8.8', '0.0.0.0/0', true],
  ['2001:db8:0:0::1', '2001:DB8::/32', true],
  ['2001:db9::1', '2001:db8::/32', false],
  ['10.1.2.3', '::/0', false],
  ['::ffff:203.0.113.6', '203.0.113.0/24', true],
  ['0:0:0:0:0:FFFF:203.0.113.6', '203.0.113.0/24', true],
  ['::ffff:203.0.114.6', '203.0.113.0/24', false],
  ['2001:db8::1', '0.0.0.0/0', false],
  ['s3.amazonaws.com', '0.0.0.0/0', false],
  ['AWS Internal', '::/0', false],
  ['203.0.113.07', '203.0.113.0/24', false],
])('%s in %s: %s', (address, network, isIn) => {
  expect(isInNetwork(address, network)).toBe(isIn)
})

it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', '::/129', 'x/8', '10.0.0.0/8/8', '10.0.0.0/', ''])(
  '%j is no network',
  (text) => {
    expect(isNetwork(text)).toBe(false)
  },
)
