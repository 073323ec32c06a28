import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../../src/model/case-error.js'
import { makeArchive } from '../helpers/archive.js'
import { index, scratch } from '../verify/indexed.js'

const root = scratch()
const { files } = makeArchive(root, { files: 2, recordsPerFile: 1 })
const one = files[0]!
const folder = path.dirname(one)
const outside = scratch()

function link(name: string, target: string): string {
  const made = path.join(outside, name)
  symlinkSync(target, made)
  return made
}

describe('a case among the evidence is refused, and nothing is made', () => {
  it.each([
    ['in the folder', () => [path.join(root, 'case.sqlite'), root]],
    ['in a folder of it', () => [path.join(folder, 'case.sqlite'), root]],
    ['in a folder that is not there yet', () => [path.join(root, 'new/er/case.sqlite'), root]],
    ['next to a file that is named', () => [path.join(folder, 'case.sqlite'), one]],
    ['below the folder of one', () => [path.join(folder, 'sub/case.sqlite'), one]],
    ['by a link to the folder of the case', () => [path.join(link('a', folder), 'case.sqlite'), root]],
    ['by a link to the evidence', () => [path.join(root, 'case.sqlite'), link('b', root)]],
    ['by a link to a file', () => [path.join(folder, 'case.sqlite'), link('c.gz', one)]],
    ['by a pattern', () => [path.join(folder, 'case.sqlite'), path.join(folder, '*')]],
  ])('%s', async (_what, place) => {
    const [casePath = '', evidence = ''] = place()
    const before = readdirSync(root, { recursive: true })
    await expect(index(casePath, [evidence])).rejects.toMatchObject({
      exit: EXIT.usage,
      message: expect.stringContaining('inside the evidence') as string,
    })
    expect(readdirSync(root, { recursive: true })).toEqual(before)
  })

  it('where its own work folder would be', async () => {
    const work = path.join(outside, 'case.sqlite.work')
    mkdirSync(work)
    await expect(index(path.join(outside, 'case.sqlite'), [work])).rejects.toMatchObject({ exit: EXIT.usage })
    expect(existsSync(work)).toBe(true)
  })

  it('above and next to its folder a case may lie', async () => {
    await index(path.join(scratch(), 'case.sqlite'), [one])
    const above = scratch()
    makeArchive(path.join(above, 'logs'), { files: 1, recordsPerFile: 1 })
    const { files: found } = await index(path.join(above, 'case.sqlite'), [path.join(above, 'logs')])
    expect(found.indexed).toBe(1)
  })
})
