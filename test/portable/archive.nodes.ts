/** The archive that `npm run portable` makes, unpacked where there is neither network nor Node. */
import { spawnSync } from 'node:child_process'
import { readdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT, startCommand, tempFolder } from '../helpers/cli.js'
import { makeLogs, round } from './round.js'

const folder = tempFolder('portable')
const program = path.join(folder, 'coldtrail/bin/coldtrail')

/** No variable but the PATH of the shell's own tools; as root, without a network as well. */
const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('the portable archive is tried with the network up: unshare needs root')
const EMPTY = ['-i', 'PATH=/usr/bin:/bin', ...(isRoot ? ['/usr/bin/unshare', '--net'] : [])]

beforeAll(() => {
  const made = spawnSync(process.execPath, [path.join(ROOT, 'scripts/portable/main.js'), folder], {
    encoding: 'utf8',
  })
  expect({ status: made.status, stderr: made.stderr }).toEqual({ status: 0, stderr: '' })
  const archive = readdirSync(folder).find((name) => /^coldtrail-.*-linux-x64\.tar\.gz$/.test(name))
  expect(spawnSync('tar', ['-xzf', path.join(folder, archive!), '-C', folder]).status).toBe(0)
})

describe('the portable archive', () => {
  it('has one folder, and in it the program, its papers and the licence of Node', () => {
    expect(readdirSync(path.join(folder, 'coldtrail')).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'app',
      'bin',
      'node',
    ])
    expect(readdirSync(path.join(folder, 'coldtrail/node')).sort()).toEqual(['LICENSE', 'bin'])
  })

  it('runs through a symbolic link, from any folder', async () => {
    const link = path.join(folder, 'a link')
    symlinkSync(program, link)
    const { code, stdout } = await startCommand('/usr/bin/env', [...EMPTY, link, '--version'], {
      cwd: '/',
    }).done
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^coldtrail\/\S+ linux-x64 node-v24\./) as string,
    })
  })

  it('indexes, is killed, goes on, answers and verifies without network and Node', async () => {
    const { found } = await round(program, makeLogs(), EMPTY)
    expect(found).toBeGreaterThan(0)
  })

  it('prints the help of every command', async () => {
    const { code, stdout } = await startCommand('/usr/bin/env', [...EMPTY, program, 'help']).done
    expect({ code, hasIndex: /^ {2}index /m.test(stdout) }).toEqual({ code: 0, hasIndex: true })
  })
})
