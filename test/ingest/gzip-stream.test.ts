/** A damaged gzip stream gives all that inflates before the damage, as zlib does in one piece when it is written byte by byte. */
import { randomBytes } from 'node:crypto'
import { constants, gzipSync, inflateRawSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { GzipStream } from '../../src/ingest/gzip-stream.js'

const CONTENT = Buffer.from(
  Array.from({ length: 3000 }, (_, n) => `{"n":${n},"id":"${randomBytes(12).toString('hex')}"}\n`).join(''),
)
const HEADER_BYTES = 10

async function contentOf(gzip: Buffer): Promise<{ content: Buffer; kinds: string[] }> {
  const pieces = (): Buffer[] => [gzip.subarray(0, 30_000), gzip.subarray(30_000)]
  const stream = new GzipStream(pieces(), pieces)
  const parts: Buffer[] = []
  for await (const chunk of stream.content()) parts.push(Buffer.from(chunk))
  return { content: Buffer.concat(parts), kinds: stream.problems.map(({ kind }) => kind) }
}

/** The longest beginning of the deflate data that inflates without an error gives all that there is before the damage. */
function beforeDamage(gzip: Buffer): Buffer {
  const deflated = gzip.subarray(HEADER_BYTES)
  const inflate = (length: number): Buffer | null => {
    try {
      return inflateRawSync(deflated.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH })
    } catch {
      return null
    }
  }
  let good = 0
  for (let bad = deflated.length; good + 1 < bad;) {
    const middle = (good + bad) >> 1
    if (inflate(middle) === null) bad = middle
    else good = middle
  }
  return inflate(good) ?? Buffer.alloc(0)
}

it.each([0.1, 0.3, 0.5, 0.7, 0.9])('gives all that comes before damage at %f of it', async (share) => {
  const gzip = gzipSync(CONTENT)
  const at = Math.floor(gzip.length * share)
  // Codes of a block of a kind that deflate does not have follow sooner or later.
  gzip.fill(0xff, at, at + 64)
  const { content, kinds } = await contentOf(gzip)
  expect(kinds).toEqual(['corrupt-gzip'])
  const expected = beforeDamage(gzip)
  expect(expected.length).toBeGreaterThan(0)
  expect(content.length).toBe(expected.length)
  expect(content.equals(expected)).toBe(true)
})
