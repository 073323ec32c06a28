/** Networks in CIDR notation: 10.0.0.0/8, 2001:db8::/32. */
import { BlockList, isIP } from 'node:net'

const MAPPED = /^(?:0*:)*:?ffff:/i
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

  /** Names of services are in no network. An IPv4 address written as IPv6 (::ffff:203.0.113.5) is one of IPv4. */
  has(address: string): boolean {
    const version = isIP(address)
    if (version === 6 && this.#version === 4) return MAPPED.test(address) && this.#list.check(address, 'ipv6')
    return version === this.#version && this.#list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}

export function isNetwork(text: string): boolean {
  return Network.read(text) !== undefined
}

/** A question has few networks and many addresses. */
const known = new Map<string, Network | undefined>()

export function isInNetwork(address: string, text: string): boolean {
  if (!known.has(text)) known.set(text, Network.read(text))
  return known.get(text)?.has(address) ?? false
}
