/** A tar.gz is read once and its members are passed on: nothing may depend on who got which, and on where a run was ended. */
import { createHash, randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { logText, makeRecord, pick, put } from '../helpers/archive.js'
import { contentOf, query } from '../helpers/cli-case.js'
import { expectSound, newCase, Undisturbed } from '../helpers/cli-undisturbed.js'
import { index, info, tempFolder } from '../helpers/cli.js'
import { makeTarGz, type TarEntry } from '../helpers/containers.js'
import { figure, SOAK, times } from '../helpers/counts.js'

const folder = tempFolder('tar-gz')
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** A log of 20 events as a member: plain, or gzipped once more. */
function log(n: number): TarEntry {
  const text = Buffer.from(logText(Array.from({ length: 20 }, (_, at) => makeRecord(n * 20 + at))))
  return n % 3 === 0
    ? { name: `AWSLogs/${n}.json.gz`, bytes: gzipSync(text, { level: 1 }) }
    : { name: `AWSLogs/${n}.json`, bytes: text }
}

function expectBalance(totals: Awaited<ReturnType<typeof index>>['totals']): void {
  for (const counts of [totals.files, totals.members]) {
    const { found, indexed, duplicate, alreadyIndexed, skipped, rejected } = counts
    expect({ counts, sum: indexed + duplicate + alreadyIndexed + skipped + rejected }).toEqual({
      counts,
      sum: found,
    })
  }
}

describe('a tar.gz of many members', () => {
  const members = Array.from({ length: 500 }, (_, n) => log(n))
  const root = path.join(folder, 'many')
  let clean: Undisturbed
  beforeAll(async () => {
    put(root, 'logs.tar.gz', await makeTarGz(members))
    clean = await Undisturbed.of({ root, events: 10_000 })
  })

  it('gives the same case for any number of workers', async () => {
    for (const workers of ['1', '3']) {
      const caseFile = newCase()
      const { totals } = await index([root], caseFile, ['--workers', workers])
      expect(totals.members).toMatchObject({ found: 500, indexed: 500 })
      expect({ workers, content: contentOf(caseFile) }).toEqual({ workers, content: clean.content })
      expect((await info(caseFile)).logical_digest).toBe(clean.info.logical_digest)
    }
  })

  it('killed at any moment, the same command ends as an undisturbed run', { tags: SOAK }, async (context) => {
    const kills = times(4, 200)
    let inside = 0
    for (let at = 0; at < kills; at++) {
      const caseFile = await clean.killedAt((at + pick(`tar.gz ${at}`, 1000) / 1000) / kills)
      expectSound(caseFile, at)
      const { totals } = await index([root], caseFile, ['--workers', '2'])
      expectBalance(totals)
      if (totals.members.alreadyIndexed > 0 && totals.members.indexed > 0) inside++
      expect({ at, content: contentOf(caseFile) }).toEqual({ at, content: clean.content })
      expect((await info(caseFile)).logical_digest).toBe(clean.info.logical_digest)
      rmSync(path.dirname(caseFile), { recursive: true })
    }
    figure(
      context,
      `${kills} kills of a run over a tar.gz, ${inside} of them between two members; 1 logical digest`,
    )
  })
})

describe('members that are too large to be passed on', () => {
  it('are read from the stream again, each whole and once', async () => {
    // 66 MiB that hardly compress, in lines of 256 kB.
    const large = (first: number): Buffer =>
      Buffer.from(
        Array.from({ length: 264 }, (_, n) => {
          const requestParameters = {
            blob: randomBytes(32 * 1024)
              .toString('hex')
              .repeat(4),
          }
          return `${JSON.stringify(makeRecord(first + n, { requestParameters }))}\n`
        }).join(''),
      )
    const members = [log(0), { name: 'first.json', bytes: large(10_000) }, log(1), log(2)]
    members.push({ name: 'second.json', bytes: large(20_000) }, log(3))
    const root = path.join(folder, 'large')
    put(root, 'logs.tar.gz', await makeTarGz(members, 1))
    const caseFile = newCase()
    const { totals, code } = await index([root], caseFile, ['--workers', '2'])
    expect(code).toBe(0)
    expectBalance(totals)
    expect(totals.records).toMatchObject({ events: 80 + 2 * 264, rejected: 0 })
    const rows = query<{ member: string; sha256: string }>(
      caseFile,
      'SELECT member, sha256 FROM source WHERE member IS NOT NULL',
    )
    expect(Object.fromEntries(rows.map((row) => [row.member, row.sha256]))).toEqual(
      Object.fromEntries(members.map(({ name, bytes }) => [name, sha256(bytes!)])),
    )
    expect((await index([root], caseFile)).totals.files).toMatchObject({ found: 1, alreadyIndexed: 1 })
  })
})

describe('a tar.gz with a bomb in it', () => {
  const ZEROS = Buffer.alloc(100 * 1024 * 1024)

  it.each([
    ['one member', [{ name: 'bomb', bytes: ZEROS }], 0],
    [
      'many members',
      Array.from({ length: 100 }, (_, n) => ({ name: `z${n}`, bytes: ZEROS.subarray(0, 2 ** 20) })),
      63,
    ],
  ] as const)('keeps the logs before it: %s', async (name, bomb, rejected) => {
    const root = path.join(folder, `bomb ${name}`)
    put(root, 'a.tar.gz', await makeTarGz([log(0), log(1), ...bomb, log(2)]))
    const caseFile = newCase()
    const { totals, code } = await index([root], caseFile)
    expect(code).toBe(3)
    expectBalance(totals)
    expect(totals.records.events).toBe(40)
    expect(totals.members).toMatchObject({ found: 2 + rejected, indexed: 2, rejected })
    expect(query(caseFile, 'SELECT kind FROM problem WHERE member IS NULL')).toEqual([{ kind: 'too-large' }])
    expect((await index([root], caseFile)).totals.files).toMatchObject({ found: 1, alreadyIndexed: 1 })
  })

  it('and a tar of very many members that hold nothing end early', { tags: SOAK }, async (context) => {
    const count = times(200_000, 1_000_000)
    // Names that do not compress: the ratio does not give it away.
    const root = path.join(folder, 'hollow')
    put(root, 'a.tar.gz', gzipSync(hollow(count), { level: 1 }))
    const caseFile = newCase()
    const { totals, code } = await index([root], caseFile)
    expect(code).toBe(3)
    expectBalance(totals)
    expect(totals.members.found).toBeLessThan(10_100)
    expect(query(caseFile, "SELECT count(*) AS n FROM problem WHERE kind = 'too-large'")).toEqual([{ n: 1 }])
    figure(context, `a tar.gz of ${count} empty members, ${totals.members.found} read`)
  })
})

/** Headers only, each of another name. */
function hollow(count: number): Buffer {
  const tar = Buffer.alloc(512 * count + 1024)
  const names = randomBytes(32 * count)
  for (let n = 0; n < count; n++) {
    const block = tar.subarray(n * 512, n * 512 + 512)
    block.write(names.toString('hex', n * 32, n * 32 + 32), 'latin1')
    block.write(
      '0000644\0' + '0000000\0' + '0000000\0' + '00000000000\0' + '00000000000\0' + '        0',
      100,
      'latin1',
    )
    block.write('ustar\u000000', 257, 'latin1')
    let sum = 0
    for (const byte of block) sum += byte
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  }
  return tar
}

describe('a tar.gz that ends early', () => {
  it('at any byte keeps what came before, says so, and accounts for every member', async () => {
    const whole = await makeTarGz(Array.from({ length: 12 }, (_, n) => log(n)))
    for (let at = 1; at <= 12; at++) {
      const root = path.join(folder, `cut ${at}`)
      put(root, 'a.tar.gz', whole.subarray(0, Math.floor((whole.length * at) / 13)))
      const caseFile = newCase()
      const { totals } = await index([root], caseFile)
      expectBalance(totals)
      const reported = query<{ kind: string }>(caseFile, 'SELECT kind FROM problem WHERE member IS NULL')
      expect({ at, reported }).toEqual({ at, reported: [{ kind: 'bad-container' }] })
      const events = query<{ n: number }>(caseFile, 'SELECT count(*) AS n FROM event')[0]!.n
      expect({ at, enough: events >= (at - 2) * 20 }).toEqual({ at, enough: true })
    }
  })
})
