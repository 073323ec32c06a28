/** Networks in CIDR notation: 10.0.0.0/8, 2001:db8::/32. */
import { BlockList, isIP } from 'node:net'

const CIDR = /^([^/]+)\/(\d{1,3})$/

export class Network {
  readonly #version: number
  readonly #list = new BlockList()

  private constructor(address: string, version: number, bits: number) {
    this.#version = version
    this.#list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6')
  }

  static read(text: string): Network | undefined {
    const [, address = '', bits = ''] = CIDR.exec(text) ?? []
    const version = isIP(address)
    if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return undefined
    return new Network(address, version, Number(bits))
  }

  /** Names of services are in no network. */
  has(address: string): boolean {
    const version = isIP(address)
    return version === this.#version && this.#list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}

export function isNetwork(text: string): boolean {
  return Network.read(text) !== undefined
}

/** A question has few networks and many addresses: the last network is kept. */
let last: { readonly text: string; readonly network: Network | undefined } = { text: '', network: undefined }

export function isInNetwork(address: string, text: string): boolean {
  if (text !== last.text) last = { text, network: Network.read(text) }
  return last.network?.has(address) ?? false
}
