/** A zip whose tail is gone has no list of members any more: they are found by their own headers, and what is missing is reported. */
import path from 'node:path'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import Show from '../../src/commands/show.js'
import Verify from '../../src/commands/verify.js'
import { logText, makeRecord, put } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import { makeZip, type ZipEntry } from '../helpers/containers.js'
import { growthByFour } from '../helpers/growth.js'
import { index, runCommand, scratch } from '../verify/indexed.js'

const folder = scratch()
const RECORDS = Array.from({ length: 60 }, (_, n) => makeRecord(n))
const part = (n: number): Buffer => Buffer.from(logText(RECORDS.slice(n * 10, n * 10 + 10)))
const MEMBERS: readonly ZipEntry[] = [
  { name: 'AWSLogs/', bytes: Buffer.alloc(0), stored: true },
  { name: 'AWSLogs/a.json.gz', bytes: gzipSync(part(0)), stored: true },
  { name: '../../escape.json', bytes: part(1) },
  { name: '/etc/absolute\u001b[31m.json', bytes: part(2), stored: true },
  { name: 'AWSLogs/a.json.gz', bytes: gzipSync(part(3)) },
  { name: 'wide.json', bytes: part(4), zip64: true },
  { name: 'last.json', bytes: part(5) },
]
/** As `zip - | …` and many programs write them. */
const PIPED = MEMBERS.map((member, at) => ({
  ...member,
  stored: false,
  descriptor: at % 2 === 0 ? ('signed' as const) : ('bare' as const),
}))

const listOf = (zip: Buffer): number => zip.indexOf('PK\u0001\u0002', 0, 'latin1')

interface Reading {
  readonly file: string
  readonly events: number
  readonly problems: readonly { kind: string; member: string | null; detail: string }[]
  readonly names: readonly string[]
}

let cases = 0
async function indexed(bytes: Buffer): Promise<Reading> {
  const name = String(cases++)
  const file = path.join(folder, `${name}.sqlite`)
  const { files, members, records } = await index(file, [put(folder, `in/${name}/a.zip`, bytes)])
  for (const counts of [files, members]) {
    const { found, indexed, duplicate, alreadyIndexed, skipped, rejected } = counts
    expect(found).toBe(indexed + duplicate + alreadyIndexed + skipped + rejected)
  }
  expect(records.found).toBe(records.events + records.duplicates + records.replaced + records.rejected)
  const problems = query<Reading['problems'][number]>(
    file,
    'SELECT kind, member, detail FROM problem ORDER BY source_id, id',
  )
  const names = query<{ member: string }>(
    file,
    "SELECT member FROM source WHERE member IS NOT NULL AND status = 'indexed' ORDER BY id",
  )
  return { file, events: records.events, problems, names: names.map(({ member }) => member) }
}

async function isVerified(file: string): Promise<void> {
  const { exit, stdout, stderr } = await runCommand(Verify, '--case', file)
  expect({ exit, stdout, notes: stderr.includes('another version') }).toEqual({
    exit: 0,
    stdout: '',
    notes: false,
  })
}

const detailOf = ({ problems }: Reading): string =>
  problems.find(({ kind, member }) => kind === 'bad-container' && member === null)?.detail ?? ''

describe('a zip without its list', () => {
  it.each([
    ['with lengths before the members', MEMBERS],
    ['with lengths behind the members', PIPED],
    ['with lengths of 8 bytes behind them', PIPED.map((member) => ({ ...member, zip64: true }))],
  ])('%s gives all of them', async (_, members) => {
    const zip = makeZip(members)
    const reading = await indexed(zip.subarray(0, listOf(zip)))
    expect(reading.events).toBe(60)
    expect(reading.problems).toHaveLength(1)
    expect(detailOf(reading)).toMatch(
      /^cannot read its central directory \(.+\); 6 members were found by their own headers; whether others followed is not known$/,
    )
    expect(reading.names).toEqual([
      'AWSLogs/a.json.gz',
      '../../escape.json',
      '/etc/absolute\u001b[31m.json',
      'AWSLogs/a.json.gz (2)',
      'wide.json',
      'last.json',
    ])
    await isVerified(reading.file)
    const shown = await runCommand(Show, String(RECORDS[59]!['eventID']), '--case', reading.file)
    expect(shown.stdout.trimEnd()).toBe(JSON.stringify(RECORDS[59]))
  })

  it('but with its beginning is reported as complete', async () => {
    const zip = makeZip(MEMBERS)
    const reading = await indexed(zip.subarray(0, listOf(zip) + 60))
    expect(reading).toMatchObject({ events: 60 })
    expect(detailOf(reading)).toMatch(
      /its central directory begins right after the last of them, so none is missing$/,
    )
  })

  it.each([
    ['lengths before the members', MEMBERS],
    ['lengths behind the members', PIPED],
  ])(
    'keeps whole members and what can be read of the cut one, cut anywhere (%s)',
    async (_, members) => {
      const zip = makeZip(members)
      const list = listOf(zip)
      let before = 60
      for (let at = list - 1; at > 60; at -= 397) {
        const { events, problems, file } = await indexed(zip.subarray(0, at))
        // A shorter file never gives more.
        expect(events).toBeLessThanOrEqual(before)
        before = events
        expect(problems.filter(({ member }) => member === null)).toHaveLength(1)
        expect(problems.some(({ kind }) => kind === 'bad-container')).toBe(true)
        await isVerified(file)
        // No more is missing than lies behind the cut, and the record that it goes through.
        const whole = members.filter((_, n) => (startOf(zip, members, n + 1) ?? list) <= at)
        expect(events).toBeGreaterThanOrEqual((whole.length - 1) * 10)
      }
    },
    // Some hundred runs of the indexer and of verify.
    600_000,
  )

  it('names the member that was cut, which keeps its records up to there', async () => {
    const zip = makeZip([MEMBERS[2]!, { name: 'cut.json', bytes: part(5), stored: true }])
    const reading = await indexed(zip.subarray(0, listOf(zip) - part(5).length / 2))
    expect(reading.events).toBeGreaterThanOrEqual(13)
    expect(reading.events).toBeLessThan(20)
    expect(detailOf(reading)).toMatch(
      /2 members were found by their own headers; it ends or breaks inside cut\.json$/,
    )
    expect(reading.problems).toContainEqual(
      expect.objectContaining({
        kind: 'bad-member',
        member: 'cut.json',
        detail: 'the zip ends or breaks inside it',
      }),
    )
  })

  it('reports a stored member whose end is unknown because its length follows it, and goes on', async () => {
    const zip = makeZip([
      { name: 'stored.json', bytes: part(0), stored: true, descriptor: 'signed' },
      { name: 'next.json', bytes: part(1) },
    ])
    const reading = await indexed(zip.subarray(0, listOf(zip)))
    expect(reading.events).toBe(20)
    expect(detailOf(reading)).toContain('where stored.json ends is not known: its length is after it')
  })

  it('with damage between members continues after it, and reports the bytes skipped', async () => {
    const zip = makeZip(PIPED)
    const cut = Buffer.from(zip.subarray(0, listOf(zip)))
    const header = cut.indexOf('/etc/absolute')
    cut.fill(0xff, header - 30, header)
    const reading = await indexed(cut)
    expect(reading.events).toBe(50)
    expect(detailOf(reading)).toMatch(/bytes \d+ to \d+ are no member/)
  })

  it('of which nothing is left is rejected', async () => {
    const { events, problems } = await indexed(Buffer.from('PK\u0003\u0004 and then nothing', 'latin1'))
    expect({ events, kinds: problems.map(({ kind }) => kind) }).toEqual({
      events: 0,
      kinds: ['bad-container'],
    })
    expect(problems[0]!.detail).toContain('no member was found: get the file again')
  })
})

/** Where the header of the n-th member begins. */
function startOf(zip: Buffer, members: readonly ZipEntry[], n: number): number | undefined {
  let at = -1
  for (let count = 0; count <= n; count++) {
    if (count === members.length) return undefined
    at = zip.indexOf('PK\u0003\u0004', at + 1, 'latin1')
  }
  return at
}

describe('a hostile zip without its list', () => {
  it('ends at the ratio', async () => {
    const zeros = Buffer.alloc(300 * 1024 * 1024)
    const zip = makeZip([{ name: 'a', bytes: zeros, descriptor: 'signed' }])
    const { events, problems } = await indexed(zip.subarray(0, listOf(zip)))
    expect({ events, kinds: problems.map(({ kind }) => kind) }).toEqual({ events: 0, kinds: ['too-large'] })
  })

  it('of headers inside each other is read by work that does not grow with their square', async () => {
    // Each is the header of a member that goes on to the end, through all the others.
    const header = makeZip([{ name: 'x', bytes: Buffer.alloc(0), descriptor: 'signed' }]).subarray(0, 31)
    const block = Buffer.concat([header, Buffer.alloc(5)])
    block.set([0, block.length - 5, 0, 0xff - (block.length - 5), 0xff], header.length)
    const growth = await growthByFour(20_000, async (count) => {
      const { events } = await indexed(Buffer.concat(Array.from({ length: count }, () => block)))
      expect(events).toBe(0)
    })
    expect(growth).toBeLessThan(9)
  })
})

it('a member that is damaged keeps every record before the damage', async () => {
  const text = part(0)
  const packed = deflateRawSync(text)
  const damagedAt = Math.floor(packed.length * 0.8)
  const zip = makeZip([{ name: 'a.json', bytes: text }, MEMBERS[2]!])
  const start = 30 + 'a.json'.length
  zip.fill(0xff, start + damagedAt, start + damagedAt + 20)
  expect(crc32(text)).toBe(zip.readUInt32LE(14))
  const { events, problems } = await indexed(zip)
  expect(problems).toContainEqual(expect.objectContaining({ kind: 'bad-member', member: 'a.json' }))
  expect(events).toBeGreaterThan(13)
})
