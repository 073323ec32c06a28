/** Containers that Python made and damaged: each member that it says is whole is given, and where one is missing a problem says so. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { wholeContainerKind } from '../../../src/ingest/containers/kind.js'
import { hasPython } from '../../helpers/oracle.js'
import { membersOf, type Kind } from '../../helpers/read-members.js'
import { scratch } from '../../verify/indexed.js'

interface Damaged {
  readonly name: string
  readonly shape: Kind
  readonly damage: string
  readonly members: number
  /** SHA-256 of each member that the damage is not in. */
  readonly whole: readonly string[]
}

const SCRIPT = fileURLToPath(new URL('../../helpers/damaged-containers.py', import.meta.url))
const ROUNDS = 400

it.runIf(hasPython)('gives every member that Python says is whole', async () => {
  const folder = scratch()
  const seed = process.env['COLDTRAIL_SEED'] ?? '11'
  const run = spawnSync('python3', [SCRIPT, folder, String(ROUNDS), seed], { encoding: 'utf8' })
  expect(run.stderr).toBe('')
  const key = JSON.parse(readFileSync(path.join(folder, 'key.json'), 'utf8')) as Damaged[]
  const short: unknown[] = []
  let whole = 0
  for (const one of key) {
    const bytes = readFileSync(path.join(folder, one.name))
    // Of a file cut within its first header nothing is left that says what it was.
    if (one.whole.length === 0 && wholeContainerKind(bytes) === null) continue
    const { listing, contents } = await membersOf(one.shape, bytes)
    const given = new Set(contents.map((text) => createHash('sha256').update(text).digest('hex')))
    const missing = one.whole.filter((sha256) => !given.has(sha256)).length
    const isSilent = listing.members.length < one.members && listing.problems.length === 0
    if (missing > 0 || isSilent || wholeContainerKind(bytes) !== one.shape)
      short.push({ name: one.name, damage: one.damage, missing, isSilent, of: one.members })
    whole += one.whole.length
  }
  expect(short).toEqual([])
  expect(whole).toBeGreaterThan(ROUNDS)
})
