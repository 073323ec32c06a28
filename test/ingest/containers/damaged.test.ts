/**
 * Small containers, damaged at every byte and in other ways: members that the damage did not touch are given whole, and where
 * anything is missing a problem says so. Which members are whole is known from how the container was put together.
 */
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { wholeContainerKind } from '../../../src/ingest/containers/kind.js'
import { MemberNames } from '../../../src/ingest/containers/member-names.js'
import { SOAK, times } from '../../helpers/counts.js'
import { makeTar, makeZip, type ZipEntry } from '../../helpers/containers.js'
import { membersOf, type Kind } from '../../helpers/read-members.js'

const content = (n: number): Buffer => Buffer.from(`{"member":${n},"text":"${'abc '.repeat(20 + n)}"}`)
const MEMBERS = [0, 1, 2, 3].map((n) => ({ name: `m${n}.json`, bytes: content(n) }))

interface Made {
  readonly bytes: Buffer
  /** First byte, and the one behind the last, of each member with its header. */
  readonly extents: readonly (readonly [number, number])[]
}

async function made(kind: Kind, form: Partial<ZipEntry>): Promise<Made> {
  const bytes = kind === 'zip' ? makeZip(MEMBERS.map((one) => ({ ...one, ...form }))) : await makeTar(MEMBERS)
  const nameAt = kind === 'zip' ? 30 : 0
  const starts = MEMBERS.map(({ name }) => bytes.indexOf(name) - nameAt)
  const end = kind === 'zip' ? bytes.indexOf('PK\u0001\u0002', 0, 'latin1') : bytes.length
  const ends = starts.map((start, n) =>
    kind === 'zip' ? (starts[n + 1] ?? end) : start + 512 + MEMBERS[n]!.bytes.length,
  )
  return { bytes, extents: starts.map((start, n) => [start, ends[n]!] as const) }
}

/** @param from the damage begins there; `to` is behind its last byte. @param moved how far what follows was moved. */
async function expectWhole(kind: Kind, { bytes, extents }: Made, damaged: Buffer, from: number, to: number) {
  expect({ from, kind: wholeContainerKind(damaged) }).toEqual({ from, kind })
  const { listing, contents } = await membersOf(kind, damaged)
  const missing = MEMBERS.filter((_, n) => {
    const [start, end] = extents[n]!
    const isWhole = end <= from || start >= to
    return isWhole && !contents.includes(MEMBERS[n]!.bytes.toString())
  })
  expect({ from, to, of: bytes.length, missing: missing.map(({ name }) => name) }).toEqual({
    from,
    to,
    of: bytes.length,
    missing: [],
  })
  if (listing.members.length < MEMBERS.length)
    expect({ from, problems: listing.problems.length > 0 }).toEqual({ from, problems: true })
}

describe.each<[string, Kind, Partial<ZipEntry>]>([
  ['zip', 'zip', {}],
  ['zip of stored members', 'zip', { stored: true }],
  ['zip with lengths behind its members', 'zip', { descriptor: 'signed' }],
  ['zip with wide lengths', 'zip', { zip64: true }],
  ['tar', 'tar', {}],
])('a %s', (_, kind, form) => {
  it('gives every member that a changed byte is not in, wherever that is', { tags: SOAK }, async () => {
    const whole = await made(kind, form)
    for (let at = 0; at < whole.bytes.length; at += times(2, 1)) {
      // Between the padding of a tar and the next header every byte is like the others.
      if (kind === 'tar' && whole.bytes[at] === 0 && at % 7 !== 0) continue
      const damaged = Buffer.from(whole.bytes)
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8))
      await expectWhole(kind, whole, damaged, at, at + 1)
    }
  })

  it('gives every member that a stretch of other bytes is not in', async () => {
    const whole = await made(kind, form)
    for (let round = 0; round < 150; round++) {
      const from = Math.floor((whole.bytes.length * round) / 150)
      const to = Math.min(whole.bytes.length, from + 1 + ((round * 37) % 200))
      const damaged = Buffer.from(whole.bytes)
      randomBytes(to - from).copy(damaged, from)
      // No container any more when nothing of either end is left.
      if (kind === 'zip' && from === 0) continue
      await expectWhole(kind, whole, damaged, from, to)
    }
  })

  it('gives every member but the first when its first byte is of another kind of file', async () => {
    const whole = await made(kind, form)
    for (const first of ['{', '[', ' ', '\n', '"', '<', 'P', '\u001f', '#', '\u00ef']) {
      const damaged = Buffer.from(whole.bytes)
      damaged.write(first, 0, 'latin1')
      if (damaged.equals(whole.bytes)) continue
      await expectWhole(kind, whole, damaged, 0, 1)
    }
  })

  it('gives all of it after other bytes, before them, and before and after another', async () => {
    const whole = await made(kind, form)
    for (const [before, after] of [
      [1, 0],
      [2000, 0],
      [0, 1],
      [0, 2000],
      [7, 9],
    ] as const) {
      const damaged = Buffer.concat([Buffer.alloc(before, 1), whole.bytes, Buffer.alloc(after, 2)])
      expect(wholeContainerKind(damaged)).toBe(kind)
      const { listing, contents } = await membersOf(kind, damaged)
      expect({ before, after, contents }).toEqual({
        before,
        after,
        contents: MEMBERS.map(({ bytes }) => bytes.toString()),
      })
      expect(listing.problems.length).toBeGreaterThan(0)
    }
    const other = { name: 'other.json', bytes: content(50) }
    const another = kind === 'zip' ? makeZip([other]) : await makeTar([other])
    for (const pair of [
      [whole.bytes, another],
      [another, whole.bytes],
    ]) {
      const { contents } = await membersOf(kind, Buffer.concat(pair))
      expect(contents.toSorted()).toEqual([...MEMBERS, other].map(({ bytes }) => bytes.toString()).toSorted())
    }
  })
})

describe('the list of a zip', () => {
  it.each([0, 1, 2, 3])('that counts %i of 4 members: all are given, and that is reported', async (count) => {
    const { bytes } = await made('zip', {})
    const end = bytes.lastIndexOf('PK\u0005\u0006', undefined, 'latin1')
    bytes.writeUInt16LE(count, end + 8)
    bytes.writeUInt16LE(count, end + 10)
    const { listing, contents } = await membersOf('zip', bytes)
    expect(contents).toEqual(MEMBERS.map((one) => one.bytes.toString()))
    expect(listing.problems).toHaveLength(1)
  })
})

describe('names of members', () => {
  it('that are made here are never those of others, and stay the same in the next run', () => {
    const names = ['a', 'a', 'a (2)', 'a', 'a (2)', 'b (2)', 'b', 'b']
    const first = new MemberNames(new Set())
    const given = names.map((name) => first.fresh(name))
    expect(new Set(given).size).toBe(names.length)
    const again = new MemberNames(new Set(given.slice(0, 5) as string[]))
    expect(names.map((name) => again.fresh(name))).toEqual([null, null, null, null, null, ...given.slice(5)])
    expect(again.already).toBe(5)
  })
})
