/**
 * Every byte of a damaged container is in a member, in structure (headers, padding, the list of a zip) or in the span of a
 * problem; and bytes that are missing from a member of a tar cost that member only.
 */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../../src/decode/limits.js'
import { openTarGz } from '../../../src/ingest/containers/tar-gz.js'
import { readTarHeader } from '../../../src/ingest/containers/tar-entry.js'
import { LIST, readHeader } from '../../../src/ingest/containers/zip-header.js'
import { HashedInput } from '../../../src/ingest/hashed-file.js'
import { BufferInput } from '../../../src/ingest/input.js'
import type { ZipPlace } from '../../../src/model/batch.js'
import { makeTar, makeZip } from '../../helpers/containers.js'
import { SOAK, times } from '../../helpers/counts.js'
import { membersOf, type Kind, type Read } from '../../helpers/read-members.js'

/** Numbers that look random and are the same each time. */
function dice(seed: number): (end: number) => number {
  let state = seed
  return (end) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * end)
  }
}

const content = (n: number): Buffer =>
  Buffer.from(`{"member":${n},"text":"${`abc${n} `.repeat(40 + n * 60)}"}`)
const MEMBERS = [0, 1, 2, 3, 4, 5].map((n) => ({ name: `m${n}.json`, bytes: content(n) }))
const LONG_NAME = { name: `${'d/'.repeat(90)}long.json`, bytes: content(7) }

/** One to three places: bytes changed, removed or put in. */
function damaged(whole: Buffer, below: (end: number) => number): Buffer {
  let bytes = Buffer.from(whole)
  for (let n = 1 + below(3); n > 0; n--) {
    const at = below(bytes.length)
    const length = 1 + below(700)
    const other = Buffer.from(Array.from({ length }, () => below(256)))
    const kind = below(3)
    if (kind === 0) other.copy(bytes, at, 0, Math.min(length, bytes.length - at))
    else
      bytes = Buffer.concat(
        [bytes.subarray(0, at), kind === 1 ? other : '', bytes.subarray(kind === 2 ? at + length : at)].map(
          (part) => Buffer.from(part),
        ),
      )
  }
  return bytes
}

type Span = readonly [from: number, to: number]

/** Of problems: by their place, and as a zip names them. */
function problemSpans({ listing }: Read): Span[] {
  return listing.problems.flatMap(({ byteOffset, byteLength = 0, detail }) => [
    ...(byteOffset === undefined ? [] : [[byteOffset, byteOffset + byteLength] as const]),
    ...[...detail.matchAll(/bytes (\d+) to (\d+)/g)].map(
      ([, from, to]) => [Number(from), Number(to)] as const,
    ),
  ])
}

function memberSpans({ listing }: Read, bytes: Buffer): Span[] {
  return listing.members.map(({ size, place }) => {
    const { offset } = place as ZipPlace
    if (place.kind !== 'zip') return [offset, offset + size]
    const header = readHeader(bytes.subarray(offset), offset)
    const start = typeof header === 'object' && header !== null ? header.start : offset
    return [offset, start + place.compressedSize]
  })
}

/** The first byte that is in nothing, or -1. */
function unaccounted(kind: Kind, bytes: Buffer, spans: readonly Span[]): number {
  const isIn = new Uint8Array(bytes.length)
  for (const [from, to] of spans) isIn.fill(1, from, to)
  for (let at = 0; at < bytes.length; at++) {
    if (isIn[at] === 1) continue
    const length = kind === 'tar' ? structureOfTar(bytes, at) : structureOfZip(bytes, at, isIn)
    if (length === 0) return at
    at += length - 1
  }
  return -1
}

function structureOfTar(bytes: Buffer, at: number): number {
  const header = readTarHeader(bytes.subarray(at, at + 512))
  if (header === null) return bytes[at] === 0 ? 1 : 0
  return 512 + ('LKxgX'.includes(header.type) ? header.size : 0)
}

/** From where the list begins up to the next member, and headers of folders. */
function structureOfZip(bytes: Buffer, at: number, isIn: Uint8Array): number {
  const header = readHeader(bytes.subarray(at), at)
  if (header !== null && header !== 'list') return header.name.endsWith('/') ? header.start - at : 0
  if (!LIST.includes(bytes.toString('latin1', at, at + 4))) return 0
  const next = isIn.indexOf(1, at)
  return (next < 0 ? bytes.length : next) - at
}

describe.each<Kind>(['tar', 'zip'])('a damaged %s', (kind) => {
  it('has each of its bytes in a member, in structure or in a problem', { tags: SOAK }, async () => {
    const whole = kind === 'tar' ? await makeTar([...MEMBERS, LONG_NAME]) : makeZip([...MEMBERS, LONG_NAME])
    const wrong: unknown[] = []
    for (let seed = 1; seed <= times(250, 10_000); seed++) {
      const bytes = damaged(whole, dice(seed))
      const read = await membersOf(kind, bytes)
      // More than five of a kind are counted.
      if (read.listing.rejected || /more of the kind/.test(read.listing.problems[0]?.detail ?? '')) continue
      const at = unaccounted(kind, bytes, [...memberSpans(read, bytes), ...problemSpans(read)])
      if (at >= 0) wrong.push({ seed, at, of: bytes.length, problems: read.listing.problems })
    }
    expect(wrong).toEqual([])
  })
})

describe('bytes that are missing inside a member of a tar', () => {
  const COUNTS = [1, 7, 511, 512, 513, 1024, 2000]

  it.each(COUNTS)('%i: all other members are whole, and a problem says how many', async (count) => {
    const whole = await makeTar([...MEMBERS, LONG_NAME])
    for (const { name, bytes } of MEMBERS.slice(2)) {
      const at = whole.indexOf(bytes) + 100
      if (bytes.length < count + 200) continue
      const { contents, listing } = await membersOf(
        'tar',
        Buffer.concat([whole.subarray(0, at), whole.subarray(at + count)]),
      )
      const others = [...MEMBERS, LONG_NAME].filter((one) => one.name !== name)
      expect(contents).toEqual(expect.arrayContaining(others.map((one) => one.bytes.toString())))
      expect(contents).toHaveLength(others.length + 1)
      expect(listing.problems.map(({ detail }) => detail).join()).toContain(`missing from ${name}: ${count};`)
    }
  })

  it('are missing in a tar.gz in the same way', async () => {
    const whole = await makeTar(MEMBERS)
    const at = whole.indexOf(MEMBERS[3]!.bytes) + 50
    const gz = gzipSync(Buffer.concat([whole.subarray(0, at), whole.subarray(at + 33)]))
    const tar = openTarGz(new HashedInput(new BufferInput(gz, null)), LIMITS)
    const contents: string[] = []
    for await (const { chunks } of tar.files()) {
      const parts: Buffer[] = []
      for await (const chunk of chunks) parts.push(Buffer.from(chunk))
      contents.push(Buffer.concat(parts).toString())
    }
    const others = MEMBERS.filter((_, n) => n !== 3).map(({ bytes }) => bytes.toString())
    expect(contents).toEqual(expect.arrayContaining(others))
    expect(contents[3]).toHaveLength(MEMBERS[3]!.bytes.length - 33)
    expect(tar.problems).toMatchObject([{ kind: 'bad-container' }])
  })

  it('of a member that is longer than what is searched at a time', async () => {
    const large = { name: 'large.json', bytes: Buffer.alloc(900_000, '{"a":1} ') }
    const whole = await makeTar([large, ...MEMBERS])
    const { contents } = await membersOf(
      'tar',
      Buffer.concat([whole.subarray(0, 5000), whole.subarray(5900)]),
    )
    expect(contents[0]).toHaveLength(900_000 - 900)
    expect(contents.slice(1)).toEqual(MEMBERS.map(({ bytes }) => bytes.toString()))
  })

  it('a header that is damaged costs its own member, not the one before it', async () => {
    const whole = await makeTar(MEMBERS)
    const header = whole.indexOf('m3.json')
    whole[header + 110] = 1
    const { contents } = await membersOf('tar', whole)
    expect(contents).toEqual(MEMBERS.filter((_, n) => n !== 3).map(({ bytes }) => bytes.toString()))
  })
})
