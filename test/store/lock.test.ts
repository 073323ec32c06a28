import { spawn } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { build } from 'esbuild'
import { beforeEach, describe, expect, it } from 'vitest'
import { CaseError, EXIT } from '../../src/model/case-error.js'
import { lockCase } from '../../src/store/lock.js'
import { tempFolder } from '../helpers/temp-folder.js'

let folder = ''
let caseFile = ''
beforeEach(() => {
  folder = tempFolder('lock')
  caseFile = path.join(folder, 'case.sqlite')
})

const work = (): string => `${caseFile}.work`

function refusal(file = caseFile): CaseError {
  try {
    lockCase(file).release()
  } catch (error) {
    if (error instanceof CaseError) return error
    throw error
  }
  throw new Error('it was not refused')
}

interface Raced {
  readonly held: number
  readonly overlaps: number
  readonly refused: number
}

const ROUNDS = 10

function race(racer: string): Promise<Raced> {
  const argv = [racer, caseFile, path.join(folder, 'witness'), String(ROUNDS)]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(out) as Raced)
      else reject(new Error(`exit ${code}: ${out}`))
    })
  })
}

describe('the lock of a case', () => {
  it('is held by one of 20 processes at a time, and leaves nothing', async () => {
    // Bundled once: 20 processes that each compile it would hardly meet.
    const outfile = path.resolve(`node_modules/.cache/lock-racer-${process.pid}.mjs`)
    await build({
      entryPoints: [path.resolve('test/helpers/lock-racer.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['better-sqlite3'],
    })
    const raced = await Promise.all(Array.from({ length: 20 }, () => race(outfile)))
    rmSync(outfile)
    const sum = (of: keyof Raced): number => raced.reduce((total, one) => total + one[of], 0)
    expect({ overlaps: sum('overlaps'), left: existsSync(work()) }).toEqual({ overlaps: 0, left: false })
    expect(sum('held')).toBe(20 * ROUNDS)
    // They did meet.
    expect(sum('refused')).toBeGreaterThan(0)
  })

  it('is of the file, by whichever symbolic link', () => {
    writeFileSync(caseFile, '')
    const link = path.join(folder, 'link')
    symlinkSync(caseFile, link)
    symlinkSync(folder, path.join(folder, 'same'))
    const lock = lockCase(caseFile)
    for (const file of [caseFile, link, path.join(folder, 'same', 'case.sqlite')])
      expect(refusal(file).exit).toBe(EXIT.locked)
    lock.release()
    lockCase(link).release()
  })

  it('is refused for a file with hard links, since a journal is found by one name', () => {
    writeFileSync(caseFile, '')
    linkSync(caseFile, path.join(folder, 'other'))
    expect(refusal()).toMatchObject({
      exit: EXIT.usage,
      message: expect.stringContaining('hard links') as string,
    })
    expect(existsSync(work())).toBe(false)
  })

  it('is taken over from a run that was killed, with what it left', () => {
    mkdirSync(work())
    const lock = new Database(path.join(work(), 'lock'))
    lock.pragma(`application_id = 1131692897`)
    lock.close()
    writeFileSync(path.join(work(), '17.shard'), 'half')
    writeFileSync(path.join(work(), 'new.sqlite'), '')
    lockCase(caseFile).release()
    expect(existsSync(work())).toBe(false)
  })

  it('frees what it locked, also after it was refused in the same process', () => {
    const lock = lockCase(caseFile)
    expect(refusal().exit).toBe(EXIT.locked)
    lock.release()
    lockCase(caseFile).release()
    expect(existsSync(work())).toBe(false)
  })
})

describe('a CASE.work that is not ours', () => {
  it.each([
    [
      'notes',
      () => {
        writeFileSync(path.join(work(), 'notes.txt'), 'mine')
      },
    ],
    [
      'a folder',
      () => {
        mkdirSync(path.join(work(), '1.shard'))
      },
    ],
    [
      'a link of a name of ours',
      () => {
        symlinkSync(folder, path.join(work(), '1.shard'))
      },
    ],
    [
      'garbage as its lock',
      () => {
        writeFileSync(path.join(work(), 'lock'), 'garbage '.repeat(1000))
      },
    ],
    [
      'another database as its lock',
      () => {
        const db = new Database(path.join(work(), 'lock'))
        db.exec('CREATE TABLE t (a)')
        db.close()
      },
    ],
  ])('with %s stays as it is', (_what, fill) => {
    mkdirSync(work())
    fill()
    writeFileSync(path.join(work(), '2.shard'), 'kept, for the rest is foreign')
    expect(refusal()).toMatchObject({
      exit: EXIT.usage,
      message: expect.stringContaining("not coldtrail's") as string,
    })
    expect(readFileSync(path.join(work(), '2.shard'), 'utf8')).toContain('kept')
  })

  it('stays when it is a link or a file', () => {
    const evidence = path.join(folder, 'evidence')
    mkdirSync(evidence)
    symlinkSync(evidence, work())
    expect(refusal().exit).toBe(EXIT.usage)
    rmSync(work())
    writeFileSync(work(), 'mine')
    expect(refusal().exit).toBe(EXIT.usage)
    expect(readFileSync(work(), 'utf8')).toBe('mine')
  })

  it('keeps what somebody puts there during a run', () => {
    const lock = lockCase(caseFile)
    writeFileSync(path.join(lock.workFolder, 'notes.txt'), 'mine')
    lock.release()
    expect(readFileSync(path.join(work(), 'notes.txt'), 'utf8')).toBe('mine')
  })
})
