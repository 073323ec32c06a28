import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findSources, openablePath } from '../../src/discover/find-sources.js'
import { readPathList } from '../../src/discover/path-list.js'
import { CaseError } from '../../src/model/case-error.js'

async function read(chunks: (string | Buffer)[], separator: '\n' | '\0'): Promise<string[]> {
  const paths: string[] = []
  for await (const item of readPathList(Readable.from(chunks), separator)) paths.push(item)
  return paths
}

describe('a list of paths', () => {
  it('has one path a line, with or without a last line end', async () => {
    expect(await read(['a.json\nb c.json\n'], '\n')).toEqual(['a.json', 'b c.json'])
    expect(await read(['a.json\nb c.json'], '\n')).toEqual(['a.json', 'b c.json'])
  })

  it('may be empty, and may have empty lines', async () => {
    expect(await read([], '\n')).toEqual([])
    expect(await read(['\n\na\n\n'], '\n')).toEqual(['a'])
    expect(await read(['\0\0a\0'], '\0')).toEqual(['a'])
  })

  it('may come from Windows', async () => {
    expect(await read(['\ufeffa.json\r\nb.json\r\n'], '\n')).toEqual(['a.json', 'b.json'])
  })

  it('keeps line ends inside a path when NUL separates', async () => {
    expect(await read(['a\nb\r\0-rf\0'], '\0')).toEqual(['a\nb\r', '-rf'])
  })

  it('does not depend on how the stream is cut', async () => {
    const paths = fc.array(
      fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\0')),
    )
    await fc.assert(
      fc.asyncProperty(paths, fc.integer({ min: 1, max: 7 }), async (list, size) => {
        const bytes = Buffer.from(list.map((item) => `${item}\0`).join(''))
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        )
        expect(await read(chunks, '\0')).toEqual(list)
      }),
      { numRuns: 200 },
    )
  })

  it('refuses what is no list, and says which option was meant', async () => {
    await expect(read(['a\0b\0'], '\n')).rejects.toMatchObject({
      exit: 2,
      hint: expect.stringContaining('--files0-from') as string,
    })
    await expect(read([Buffer.from('a.json\r\n', 'utf16le')], '\n')).rejects.toBeInstanceOf(CaseError)
    await expect(read(['x'.repeat(200_000)], '\n')).rejects.toBeInstanceOf(CaseError)
  })

  it.runIf(process.platform === 'linux')('carries names that are not UTF-8 to the search', async () => {
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'path-list-'))
    const name = Buffer.concat([Buffer.from(`${dir}/caf`), Buffer.from([0xe9]), Buffer.from('.json')])
    await fs.writeFile(name, '{}')
    await fs.writeFile(`${dir}/list`, Buffer.concat([name, Buffer.from('\0')]))
    const paths: string[] = []
    for await (const item of readPathList(createReadStream(`${dir}/list`), '\0')) paths.push(item)
    const { files } = await findSources(paths, { exclude: [] })
    expect(files.map(openablePath)).toEqual([name])
    await fs.rm(dir, { recursive: true })
  })
})
