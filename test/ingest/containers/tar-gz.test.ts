/** Limits of tars, and what becomes of a container that is not there any more, or not the same. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { LIMITS, type Limits } from '../../../src/decode/limits.js'
import { makeBatches, weightOf } from '../../../src/ingest/batches.js'
import { MemberNames } from '../../../src/ingest/containers/member-names.js'
import { TarGzReader } from '../../../src/ingest/containers/tar-gz.js'
import { listTar } from '../../../src/ingest/containers/tar.js'
import { HashedInput } from '../../../src/ingest/hashed-file.js'
import { BufferInput } from '../../../src/ingest/input.js'
import { makeTar } from '../../helpers/containers.js'
import { scratch } from '../../verify/indexed.js'

const folder = scratch()
const entries = (count: number, size: number) =>
  Array.from({ length: count }, (_, n) => ({ name: `m${n}`, bytes: Buffer.alloc(size, 'x') }))

async function list(tar: Buffer, limits: Partial<Limits>) {
  return listTar(new HashedInput(new BufferInput(tar, null)), { ...LIMITS, ...limits })
}

interface Reading {
  readonly names: readonly string[]
  readonly large: readonly string[]
  readonly kinds: readonly string[]
}

async function read(file: string, sha256: string, limits: Partial<Limits> = {}): Promise<Reading> {
  const source = { id: 1, path: file, size: 1, mtimeMs: 0, hints: {} } as never
  const container = {
    source,
    shape: 'tar.gz',
    sha256,
    identity: '',
    members: [],
    problems: [],
    rejected: false,
  } as const
  const reader = new TarGzReader(container, { ...LIMITS, ...limits })
  const names: string[] = []
  for await (const { name } of reader.members(new MemberNames(new Set()))) names.push(name)
  return {
    names,
    large: reader.tooLarge.map(({ name }) => name),
    kinds: reader.problems.map(({ kind }) => kind),
  }
}

function write(name: string, bytes: Buffer): { file: string; sha256: string } {
  const file = path.join(folder, name)
  writeFileSync(file, bytes)
  return { file, sha256: createHash('sha256').update(bytes).digest('hex') }
}

describe('limits of a tar', () => {
  it('members: at the number it is listed, above it nothing is', async () => {
    const tar = await makeTar(entries(5, 100))
    expect(await list(tar, { maxMembers: 5 })).toMatchObject({ members: { length: 5 }, rejected: false })
    const refused = await list(tar, { maxMembers: 4 })
    expect(refused).toMatchObject({ members: [], rejected: true, problems: [{ kind: 'too-large' }] })
  })

  it('members that hold next to nothing: as many as the limit are listed, more are not', async () => {
    const limits = { hollowMembers: 4, hollowBytes: 64 }
    const rejected = async (count: number, size: number) =>
      (await list(await makeTar(entries(count, size)), limits)).rejected
    expect([await rejected(5, 63), await rejected(6, 63), await rejected(6, 64)]).toEqual([
      false,
      true,
      false,
    ])
  })

  it('of a tar.gz what came before the limit is passed on', async () => {
    const { file, sha256 } = write('limit.tar.gz', gzipSync(await makeTar(entries(5, 100))))
    expect(await read(file, sha256, { maxMembers: 5 })).toMatchObject({ names: { length: 5 }, kinds: [] })
    expect(await read(file, sha256, { maxMembers: 4 })).toMatchObject({
      names: { length: 4 },
      kinds: ['too-large'],
    })
    expect(await read(file, sha256, { wholeBytes: 99 })).toMatchObject({ names: [], large: { length: 5 } })
  })
})

describe('members that were passed on', () => {
  it('are weighed by their bytes, not by their names', async () => {
    const member = (name: string, bytes: Buffer) =>
      ({
        path: 'a.tar.gz',
        size: 131_072,
        member: {
          name,
          containerSha256: '',
          identity: '',
          place: { kind: 'passed', bytes, damage: null, index: 0 },
        },
      }) as const
    const packed = gzipSync('x')
    const roomForTwo = weightOf([member('a', packed), member('b', packed)])
    const sizes = async (bytes: Buffer): Promise<number[]> => {
      const members = Array.from({ length: 12 }, (_, n) => member(`${n}.json.gz`, bytes))
      const batches: number[] = []
      for await (const batch of makeBatches(members, roomForTwo)) batches.push(batch.length)
      return batches
    }
    expect(await sizes(packed)).toEqual([2, 2, 2, 2, 2, 2])
    // Of plain JSON an eighth counts, and what each costs in addition to its bytes.
    expect(await sizes(Buffer.from('{}'))).toEqual([12])
  })
})

describe('a tar.gz that is no longer what it was', () => {
  it('is reported if other bytes are read, or none', async () => {
    const { file, sha256 } = write('was.tar.gz', gzipSync(await makeTar(entries(2, 100))))
    expect((await read(file, sha256)).kinds).toEqual([])
    write('was.tar.gz', gzipSync(await makeTar(entries(3, 100))))
    expect((await read(file, sha256)).kinds).toEqual(['changed-during-read'])
    expect((await read(path.join(folder, 'gone.tar.gz'), sha256)).kinds).toEqual(['unreadable'])
  })
})
