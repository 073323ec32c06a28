/** What was hashed is what is read: a container that is another file now, or has other bytes, gives no members. */
import { createHash } from 'node:crypto'
import { renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { reopened } from '../../../src/ingest/containers/list.js'
import { changedSince, closeFile, identityOf, openSource } from '../../../src/ingest/read-file.js'
import { scratch } from '../../verify/indexed.js'

const folder = scratch()
const BEFORE = Buffer.alloc(4096, 'a')
const AFTER = Buffer.alloc(4096, 'b')
const sha256 = createHash('sha256').update(BEFORE).digest('hex')

/** @returns whether the file is taken for the one that was hashed. */
async function isTaken(name: string, change: (file: string) => void): Promise<boolean> {
  const file = path.join(folder, name)
  writeFileSync(file, BEFORE)
  const hashed = openSource({ path: file })
  const identity = identityOf(hashed)
  closeFile(hashed)
  change(file)
  const now = openSource({ path: file })
  try {
    return (await reopened(now, { identity, sha256 })) !== null
  } finally {
    closeFile(now)
  }
}

function replace(file: string, bytes: Buffer): void {
  const { atime, mtime } = statSync(file)
  writeFileSync(`${file}.new`, bytes)
  utimesSync(`${file}.new`, atime, mtime)
  renameSync(`${file}.new`, file)
}

describe('a container that was hashed', () => {
  it('is taken when it is the same', async () => {
    expect(await isTaken('same.tar', () => undefined)).toBe(true)
  })

  it('is not taken when another file of the same size and time has its name', async () => {
    expect(
      await isTaken('replaced.tar', (file) => {
        replace(file, AFTER)
      }),
    ).toBe(false)
  })

  it('is not taken when other bytes were written into it and its time was set back', async () => {
    expect(
      await isTaken('written.tar', (file) => {
        const { atime, mtime } = statSync(file)
        writeFileSync(file, AFTER)
        utimesSync(file, atime, mtime)
      }),
    ).toBe(false)
  })

  it('is taken when another file has the same bytes', async () => {
    expect(
      await isTaken('copied.tar', (file) => {
        replace(file, BEFORE)
      }),
    ).toBe(true)
  })

  it('that is written to while it is read has changed', async () => {
    const file = path.join(folder, 'late.tar')
    writeFileSync(file, BEFORE)
    const open = openSource({ path: file })
    const same = await reopened(open, { identity: identityOf(open), sha256 })
    const { atime, mtime } = statSync(file)
    writeFileSync(file, AFTER)
    utimesSync(file, atime, mtime)
    expect(same !== null && changedSince(same)).toBe(true)
    closeFile(open)
  })
})
