import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findSources, openablePath } from '../../src/discover/find-sources.js'
import type { FoundFile } from '../../src/model/source.js'

const HERE = process.cwd()
let dir: string

beforeEach(() => {
  dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'find-sources-')))
})

afterEach(() => {
  process.chdir(HERE)
  fs.rmSync(dir, { recursive: true })
})

function put(...names: string[]): void {
  for (const name of names) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    fs.writeFileSync(path.join(dir, name), name)
  }
}

const at = (...names: string[]): string[] => names.map((name) => path.join(dir, name))

/** Found paths below the temp folder. */
function names(files: readonly { path: string }[]): string[] {
  return files.map((file) => file.path.replace(`${dir}/`, ''))
}

async function find(paths: string[], exclude: string[] = []) {
  const { files, skipped } = await findSources(paths, { exclude })
  return {
    files: names(files),
    skipped: skipped.map((one) => ({ ...one, path: one.path.replace(`${dir}/`, '') })),
  }
}

describe('files in folders', () => {
  it('are found at any depth with size and time, dot-files and odd suffixes too', async () => {
    put('a.json', 'b/.hidden/c.JSON.GZ', 'b/.git', 'b/empty/deep/no-suffix')
    fs.utimesSync(path.join(dir, 'a.json'), 1, 1_700_000_000)
    const { files, skipped } = await findSources([dir], { exclude: [] })
    expect(names(files)).toEqual(['a.json', 'b/.git', 'b/.hidden/c.JSON.GZ', 'b/empty/deep/no-suffix'])
    expect(files[0]).toEqual({ path: `${dir}/a.json`, size: 6, mtimeMs: 1_700_000_000_000 })
    expect(skipped).toEqual([])
  })

  it('come in byte order of their paths, independent of the order of arguments', async () => {
    const all = Array.from(
      { length: 1000 },
      (_, index) => `d${index % 7}/e${index % 11}.x/${(index * 7919) % 1000}`,
    )
    put(...all)
    const folders = [...new Set(all.map((name) => path.dirname(name)))]
    const expected = await find([dir])
    expect(expected.files).toHaveLength(1000)
    expect(expected.files).toEqual(all.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    for (const step of [3, 5, 17]) {
      const shuffled = folders.map((_, index) => folders[(index * step) % folders.length]!)
      expect(await find(at(...shuffled, ...all.slice(0, 100)))).toEqual(expected)
      expect(await find(at(...all.slice(0, 100), ...shuffled).toReversed())).toEqual(expected)
    }
  })

  it('are shown as the user wrote the folder', async () => {
    put('logs/a.json', '-rf/b.json')
    process.chdir(dir)
    expect((await find(['logs'])).files).toEqual(['logs/a.json'])
    expect((await find(['logs/'])).files).toEqual(['logs/a.json'])
    expect((await find(['./logs'])).files).toEqual(['./logs/a.json'])
    expect((await find(['-rf'])).files).toEqual(['-rf/b.json'])
    expect((await find(['.'])).files).toEqual(['./-rf/b.json', './logs/a.json'])
  })
})

describe('overlapping arguments', () => {
  it('list a file once', async () => {
    put('a/b/c.json', 'a/d.json')
    expect((await find(at('a', 'a/b', 'a/b/c.json', 'a', 'a/d.json', 'a/b/../d.json'))).files).toEqual([
      'a/b/c.json',
      'a/d.json',
    ])
  })

  it('list a file once under one spelling, independent of order', async () => {
    put('a/b/c.json')
    fs.symlinkSync('a', path.join(dir, 'link'))
    process.chdir(path.join(dir, 'a'))
    const spellings = [dir, './b', 'b', '../link/b/c.json', `${dir}/link`, 'b/c.json', './b/../b/c.json']
    const first = await findSources(spellings, { exclude: [] })
    expect(first.files).toHaveLength(1)
    for (let turn = 1; turn < spellings.length; turn++) {
      const turned = [...spellings.slice(turn), ...spellings.slice(0, turn)]
      expect((await findSources(turned, { exclude: [] })).files).toEqual(first.files)
    }
  })

  it('keep two hard links apart: each is a path to account for', async () => {
    put('a.json')
    fs.linkSync(path.join(dir, 'a.json'), path.join(dir, 'b.json'))
    expect((await find([dir])).files).toEqual(['a.json', 'b.json'])
  })
})

describe('symbolic links', () => {
  it('in a folder are reported and not followed, so a loop ends', async () => {
    put('in/a.json', 'out.json')
    const link = (target: string, name: string): void => {
      fs.symlinkSync(target, path.join(dir, name))
    }
    link('..', 'in/loop')
    link('../out.json', 'in/outside.json')
    link('nowhere', 'in/dangling')
    const { files, skipped } = await find(at('in'))
    expect(files).toEqual(['in/a.json'])
    expect(skipped).toEqual([
      { path: 'in/dangling', kind: 'not-regular', detail: 'symbolic link to nowhere; not followed' },
      { path: 'in/loop', kind: 'not-regular', detail: 'symbolic link to ..; not followed' },
      { path: 'in/outside.json', kind: 'not-regular', detail: 'symbolic link to ../out.json; not followed' },
    ])
  })

  it('as an argument are followed', async () => {
    put('real/a.json')
    fs.symlinkSync('real', path.join(dir, 'folder'))
    fs.symlinkSync('real/a.json', path.join(dir, 'file'))
    expect((await find(at('folder'))).files).toEqual(['folder/a.json'])
    expect((await find(at('file'))).files).toEqual(['file'])
    expect((await find([dir, ...at('file')])).skipped.map((one) => one.path)).toEqual(['folder'])
  })

  it('as an argument are an error when they lead nowhere', async () => {
    fs.symlinkSync('nowhere', path.join(dir, 'dangling'))
    fs.symlinkSync('self', path.join(dir, 'self'))
    await expect(find(at('dangling'))).rejects.toMatchObject({
      exit: 2,
      message: `${dir}/dangling is a symbolic link that leads nowhere, to nowhere`,
    })
    await expect(find(at('self'))).rejects.toMatchObject({ name: 'CaseError' })
  })

  it('met by a pattern are reported and not followed', async () => {
    put('a/x.json')
    fs.symlinkSync('a', path.join(dir, 'b'))
    expect(await find([`${dir}/*`])).toEqual({
      files: ['a/x.json'],
      skipped: [{ path: 'b', kind: 'not-regular', detail: 'symbolic link to a; not followed' }],
    })
  })
})

describe('what is not a regular file', () => {
  it('is reported and never opened', { timeout: 60_000 }, async () => {
    put('a.json')
    execFileSync('mkfifo', at('pipe'))
    const server = net.createServer().listen(path.join(dir, 'socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    const expected = [
      { path: 'pipe', kind: 'not-regular', detail: 'named pipe; not opened' },
      { path: 'socket', kind: 'not-regular', detail: 'socket; not opened' },
    ]
    expect(await find([dir])).toEqual({ files: ['a.json'], skipped: expected })
    expect(await find(at('pipe', 'socket', '.'))).toMatchObject({ skipped: expected })
    expect((await find(['/dev/null'])).skipped).toEqual([
      { path: '/dev/null', kind: 'not-regular', detail: 'character device; not opened' },
    ])
    server.close()
  })
})

describe('a folder that may not be read', () => {
  // Root reads everything: lay the rights down for the length of one search.
  const isRoot = process.geteuid?.() === 0

  async function withoutRoot<T>(run: () => Promise<T>): Promise<T> {
    if (!isRoot) return run()
    process.seteuid!(65534)
    try {
      return await run()
    } finally {
      process.seteuid!(0)
    }
  }

  const locked = { path: 'locked', kind: 'unreadable', detail: 'permission denied (EACCES)' }

  beforeEach(() => {
    put('a.json', 'locked/b.json', 'z/c.json')
    fs.chmodSync(dir, 0o755)
    fs.chmodSync(path.join(dir, 'locked'), 0)
  })

  afterEach(() => {
    fs.chmodSync(path.join(dir, 'locked'), 0o755)
  })

  it('is reported, and the search goes on', async () => {
    expect(await withoutRoot(() => find([dir]))).toEqual({ files: ['a.json', 'z/c.json'], skipped: [locked] })
  })

  it('is reported as an argument, and so is a file in it', async () => {
    expect(await withoutRoot(() => find(at('locked', 'z', 'locked/b.json')))).toEqual({
      files: ['z/c.json'],
      skipped: [locked, { ...locked, path: 'locked/b.json' }],
    })
  })

  it('does not end a pattern', async () => {
    expect(await withoutRoot(() => find([`${dir}/**/*.json`]))).toEqual({
      files: ['a.json', 'z/c.json'],
      skipped: [locked],
    })
  })

  it('is reported for each entry when it may be listed but not passed', async () => {
    fs.chmodSync(path.join(dir, 'locked'), 0o444)
    const { files, skipped } = await withoutRoot(() => find([dir]))
    expect(files).toEqual(['a.json', 'z/c.json'])
    expect(skipped).toEqual([{ ...locked, path: 'locked/b.json' }])
  })
})

describe('odd names', () => {
  const ODD = [
    '-rf',
    '*.json',
    'a\nb.json',
    'a[b].json',
    '{c,d}',
    'e?',
    '\\f',
    ' ',
    'ünï\u{1f600}.json',
    '\u001b[2J',
  ]

  it('are found in a folder and as an argument', async () => {
    put(...ODD)
    const expected = ODD.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect((await find([dir])).files).toEqual(expected)
    expect((await find(at(...ODD))).files).toEqual(expected)
  })

  it('are found as folders', async () => {
    put(...ODD.map((name) => `${name}/x.json`))
    expect((await find([dir])).files).toHaveLength(ODD.length)
    for (const name of ODD) expect((await find(at(name))).files).toEqual([`${name}/x.json`])
    expect((await find([`${dir}/**/*.json`, `${dir}/**/x.json`])).files).toHaveLength(ODD.length)
  })
})

describe.runIf(process.platform === 'linux')('names that are not UTF-8', () => {
  const LATIN = Buffer.from('caf\xe9.json', 'latin1')
  const below = (...parts: Buffer[]): Buffer =>
    Buffer.concat([Buffer.from(dir), ...parts.flatMap((part) => [Buffer.from('/'), part])])

  function contents(files: readonly FoundFile[]): string[] {
    return files.map((file) => fs.readFileSync(openablePath(file), 'utf8'))
  }

  it('are shown escaped and can be opened', async () => {
    const folder = Buffer.from([0xff, 0xfe])
    fs.mkdirSync(below(folder))
    fs.writeFileSync(below(folder, LATIN), 'inner')
    fs.writeFileSync(below(LATIN), 'outer')
    const { files } = await findSources([dir], { exclude: [] })
    expect(names(files)).toEqual(['caf\\xe9.json', '\\xff\\xfe/caf\\xe9.json'])
    expect(files.map((file) => file.pathHex)).toEqual([
      below(LATIN).toString('hex'),
      below(folder, LATIN).toString('hex'),
    ])
    expect(contents(files)).toEqual(['outer', 'inner'])
  })

  it('are found by a pattern', async () => {
    fs.writeFileSync(below(LATIN), 'outer')
    expect(contents((await findSources([`${dir}/*.json`], { exclude: [] })).files)).toEqual(['outer'])
  })

  it('are found by an argument that Node has garbled', async () => {
    fs.mkdirSync(below(Buffer.from([0xff])))
    fs.writeFileSync(below(Buffer.from([0xff]), LATIN), 'inner')
    fs.writeFileSync(below(LATIN), 'outer')
    fs.writeFileSync(below(Buffer.from('caf\u00e9.json')), 'good')
    const garbled = [below(LATIN).toString(), below(Buffer.from([0xff]), LATIN).toString()]
    expect(contents((await findSources(garbled, { exclude: [] })).files)).toEqual(['outer', 'inner'])
    await expect(findSources([`${dir}/\ufffd\ufffd`], { exclude: [] })).rejects.toMatchObject({
      name: 'CaseError',
    })
  })
})

describe('patterns', () => {
  beforeEach(() => {
    put('2024/01/a.json.gz', '2024/02/b.JSON.GZ', '2024/02/.c.json.gz', '2024/02/d.txt')
  })

  it('are expanded when no file has that name, in any letter case', async () => {
    expect((await find([`${dir}/2024/**/*.json.gz`])).files).toEqual([
      '2024/01/a.json.gz',
      '2024/02/.c.json.gz',
      '2024/02/b.JSON.GZ',
    ])
  })

  it('may match folders', async () => {
    expect((await find([`${dir}/2024/0[2-9]`])).files).toHaveLength(3)
    expect((await find([`${dir}/**`])).files).toHaveLength(4)
  })

  it('that match nothing are an error', async () => {
    for (const pattern of ['*.csv', 'nowhere/*.json', '2024/02/d.txt/*']) {
      await expect(find(at(pattern))).rejects.toMatchObject({
        exit: 2,
        message: `nothing matches the pattern ${dir}/${pattern}`,
        hint: expect.any(String) as string,
      })
    }
  })
})

describe('a path that is not there', () => {
  it('is an error that names it', async () => {
    put('a.json')
    await expect(find(at('a.json', 'b.json'))).rejects.toMatchObject({
      name: 'CaseError',
      exit: 2,
      message: `no such file or folder: ${dir}/b.json`,
      hint: expect.stringContaining(HERE) as string,
    })
    await expect(find(at('a.json/b'))).rejects.toMatchObject({ exit: 2 })
    await expect(find([''])).rejects.toMatchObject({ exit: 2, message: 'an empty path was given' })
    await expect(find([`a\0b`])).rejects.toMatchObject({ exit: 2 })
  })
})

describe('exclude', () => {
  beforeEach(() => {
    put('a.json', 'tmp/b.json', 'x/tmp/c.CSV', 'x/CloudTrail-Digest/d.json', 'x/y/e.json')
  })

  it.each([
    [['*.csv'], ['a.json', 'tmp/b.json', 'x/CloudTrail-Digest/d.json', 'x/y/e.json']],
    [['tmp'], ['a.json', 'x/CloudTrail-Digest/d.json', 'x/y/e.json']],
    [['tmp/'], ['a.json', 'x/CloudTrail-Digest/d.json', 'x/y/e.json']],
    [
      ['x/tmp', 'cloudtrail-digest'],
      ['a.json', 'tmp/b.json', 'x/y/e.json'],
    ],
    [['x/**'], ['a.json', 'tmp/b.json']],
    [['**/{tmp,y}/*.{json,csv}'], ['a.json', 'x/CloudTrail-Digest/d.json']],
    [['[!a].json'], ['a.json', 'x/tmp/c.CSV']],
    [['?.json'], ['x/tmp/c.CSV']],
    [['*'], []],
  ])('%j leaves %j', async (exclude, expected) => {
    process.chdir(dir)
    expect((await find([dir], exclude)).files).toEqual(expected)
    expect((await find(['a.json', 'tmp', 'x'], exclude)).files).toEqual(expected)
    expect((await find(['*'], exclude)).files).toEqual(expected)
    expect((await find(['**'], exclude)).files).toEqual(expected)
  })

  it('from the root looks at the real path, however it was written', async () => {
    process.chdir(dir)
    expect((await find(['x'], [`${dir}/x/y`, path.dirname(dir)])).files).toEqual([
      'x/CloudTrail-Digest/d.json',
      'x/tmp/c.CSV',
    ])
  })

  it('does not look above the argument', async () => {
    expect((await find(at('x/tmp/c.CSV'), ['tmp'])).files).toEqual(['x/tmp/c.CSV'])
    expect((await find([`${dir}/x/tmp/*`], ['tmp'])).files).toEqual(['x/tmp/c.CSV'])
  })

  it('takes a literal by backslash', async () => {
    put('[z].json', 'z.json')
    expect((await find([dir], ['\\[z\\].json'])).files).toContain('z.json')
    expect((await find([dir], ['\\[z\\].json'])).files).not.toContain('[z].json')
  })

  it('leaves out what it would otherwise report', async () => {
    execFileSync('mkfifo', at('pipe'))
    expect((await find([dir], ['pipe'])).skipped).toEqual([])
  })

  it.each(['', './', '[z-a]'])('refuses %j', async (pattern) => {
    await expect(find([dir], [pattern])).rejects.toMatchObject({ name: 'CaseError', exit: 2 })
  })
})
