/** A .gz that was compressed once more is read as what it was; a third time it is not inflated. */
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import Show from '../../src/commands/show.js'
import Verify from '../../src/commands/verify.js'
import { logText, makeRecord, put } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import { makeTarGz, makeZip } from '../helpers/containers.js'
import { index, runCommand, scratch } from '../verify/indexed.js'

const folder = scratch()
const RECORDS = Array.from({ length: 20 }, (_, n) => makeRecord(n))
const LOG = Buffer.from(logText(RECORDS))
const MIB = 1024 * 1024
/** More than is read in one piece; stored, so that nobody takes it for a bomb. */
const LARGE = Buffer.concat([LOG, Buffer.alloc(70 * MIB, ' ')])

let cases = 0
async function indexed(
  bytes: Buffer,
  reference = false,
): Promise<{ file: string; events: number; problems: unknown[]; status: unknown }> {
  const name = String(cases++)
  const file = path.join(folder, `${name}.sqlite`)
  const { records } = await index(file, [put(folder, `in/${name}/a.json.gz`, bytes)], { reference })
  expect(records.found).toBe(records.events + records.duplicates + records.replaced + records.rejected)
  const problems = query(file, 'SELECT kind, byte_offset AS at FROM problem ORDER BY id')
  const [status] = query(file, 'SELECT status, shape, storage FROM source WHERE member IS NULL')
  return { file, events: records.events, problems, status }
}

async function isShownAndVerified(file: string): Promise<void> {
  expect(await runCommand(Verify, '--case', file)).toMatchObject({ exit: 0 })
  for (const record of [RECORDS[0]!, RECORDS.at(-1)!]) {
    const { stdout } = await runCommand(Show, String(record['eventID']), '--case', file)
    expect(stdout.trimEnd()).toBe(JSON.stringify(record))
  }
}

describe('gzip inside gzip', () => {
  it.each([
    ['small', gzipSync(gzipSync(LOG)), false],
    ['small, by reference', gzipSync(gzipSync(LOG)), true],
    ['large', gzipSync(gzipSync(LARGE, { level: 0 }), { level: 0 }), false],
    ['large, by reference', gzipSync(gzipSync(LARGE, { level: 0 }), { level: 0 }), true],
  ])('%s: every record is there, shown and verified; the rest is a note', async (_, bytes, reference) => {
    const { file, events, problems, status } = await indexed(bytes, reference)
    expect(events).toBe(20)
    expect(problems).toEqual([{ kind: 'nested-gzip', at: null }])
    expect(status).toMatchObject({ status: 'indexed', shape: 'records-envelope' })
    await isShownAndVerified(file)
  })

  it('has the content that the delivered file has', async () => {
    const CONTENT = 'SELECT content_sha256, content_size FROM source'
    const once = await indexed(gzipSync(LOG))
    const twice = await indexed(gzipSync(gzipSync(LOG)))
    expect(query(twice.file, CONTENT)).toEqual(query(once.file, CONTENT))
  })

  it.each([false, true])('that was cut keeps what comes before, by reference: %s', async (reference) => {
    const whole = gzipSync(gzipSync(LOG))
    const outer = await indexed(whole.subarray(0, whole.length - 200), reference)
    const inner = await indexed(gzipSync(gzipSync(LOG).subarray(0, -200)), reference)
    for (const { events, problems, file } of [outer, inner]) {
      expect(events).toBeGreaterThan(5)
      expect(events).toBeLessThan(20)
      const [{ size } = { size: 0 }] = query<{ size: number }>(
        file,
        'SELECT content_size AS size FROM source',
      )
      expect(problems).toContainEqual({ kind: 'nested-gzip', at: null })
      expect(problems).toContainEqual({ kind: 'truncated-gzip', at: size })
      expect(problems).toHaveLength(3)
      expect((await runCommand(Verify, '--case', file)).exit).toBe(0)
    }
  })

  it('with something after the end, of the file or within, keeps all', async () => {
    const junk = Buffer.from('something else')
    for (const bytes of [
      Buffer.concat([gzipSync(gzipSync(LOG)), junk]),
      gzipSync(Buffer.concat([gzipSync(LOG), junk])),
    ]) {
      const { events, problems, file } = await indexed(bytes)
      expect(events).toBe(20)
      expect(problems).toEqual([
        { kind: 'nested-gzip', at: null },
        { kind: 'trailing-garbage', at: LOG.length },
      ])
      await isShownAndVerified(file)
    }
  })

  it('of what is no log is what that is', async () => {
    expect(await indexed(gzipSync(gzipSync('hello')))).toMatchObject({
      problems: [{ kind: 'unknown-shape' }],
      status: { status: 'rejected' },
    })
  })

  it('a third time is not inflated, and what to do is said', async () => {
    const { file, problems } = await indexed(gzipSync(gzipSync(gzipSync(LOG))))
    expect(problems).toEqual([{ kind: 'unsupported', at: null }])
    const [{ detail } = { detail: '' }] = query<{ detail: string }>(file, 'SELECT detail FROM problem')
    expect(detail).toBe('gzip inside gzip inside gzip: inflate it with gunzip, then index the result')
  })

  it('in a zip is read as well, and a tar.gz of it is a container', async () => {
    const inZip = await indexed(makeZip([{ name: 'a.json.gz', bytes: gzipSync(gzipSync(LOG)) }]))
    const tarGz = await indexed(gzipSync(await makeTarGz([{ name: 'a.json.gz', bytes: gzipSync(LOG) }])))
    for (const { events, file } of [inZip, tarGz]) {
      expect(events).toBe(20)
      await isShownAndVerified(file)
    }
    expect(tarGz).toMatchObject({ problems: [], status: { shape: 'tar.gz' } })
  })

  it('of zeros ends at the ratio, however it was packed', async () => {
    const zeros = gzipSync(Buffer.alloc(300 * MIB))
    const empty = gzipSync(Buffer.alloc(0), { level: 0 })
    const header = empty.subarray(0, 10)
    // Blocks of stored data with nothing in them: a stream that goes on and gives nothing.
    const nothing = Buffer.concat([header, Buffer.alloc(100 * MIB, Buffer.from([0, 0, 0, 0xff, 0xff]))])
    for (const bytes of [gzipSync(zeros), gzipSync(nothing)]) {
      const { events, problems } = await indexed(bytes)
      expect(events).toBe(0)
      expect(problems).toContainEqual(expect.objectContaining({ kind: 'too-large' }))
    }
  })
})
