/** What npm would publish: installed in a folder of its own, it runs. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { DISK, ROOT, startCommand, tempFolder, type Run } from '../helpers/cli.js'
import { QUICKSTART } from './quickstart-case.js'

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>
}

const PACKAGE = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  version: string
  imports: Record<string, string>
}
const INSTALL_MS = 60_000

let folder: string
let packed: Packed

function npm(
  args: readonly string[],
  cwd: string,
  timeout = INSTALL_MS,
): { status: number | null; stdout: string } {
  const { status, stdout } = spawnSync('npm', args, { cwd, encoding: 'utf8', timeout })
  return { status, stdout }
}

beforeAll(() => {
  folder = tempFolder('package', DISK)
  // Without prepack: that would build anew, under the feet of the other tests.
  const { stdout } = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT)
  packed = (JSON.parse(stdout) as Packed[])[0]!
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}')
  install()
})

/**
 * From npm's cache or the registry, without building: the compiled part of better-sqlite3 comes from this checkout, where npm
 * ci has made it. Where that takes too long or there is no network, the installed dependencies are linked.
 */
function install(): void {
  const tarball = path.join(folder, packed.filename)
  const quick = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  if (npm(['install', tarball, ...quick], folder).status === 0) {
    const compiled = 'node_modules/better-sqlite3/build'
    cpSync(path.join(ROOT, compiled), path.join(folder, compiled), { recursive: true, dereference: true })
    return
  }
  console.warn(`npm install did not end within ${INSTALL_MS / 1000} s: dependencies are linked instead`)
  const modules = path.join(folder, 'node_modules')
  mkdirSync(path.join(modules, '.bin'), { recursive: true })
  spawnSync('tar', ['-xzf', tarball, '-C', modules])
  spawnSync('mv', [path.join(modules, 'package'), path.join(modules, 'coldtrail')])
  symlinkSync('../coldtrail/dist/bin.js', path.join(modules, '.bin/coldtrail'))
  linkDependencies(modules)
}

/** Those of the product only: what a test or the build needs must not be found. */
function linkDependencies(modules: string): void {
  const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as Lock
  for (const [place, { dev, devOptional }] of Object.entries(packages)) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(place)?.[1]
    if (name === undefined || dev === true || devOptional === true || !existsSync(path.join(ROOT, place)))
      continue
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true })
    symlinkSync(path.join(ROOT, place), path.join(modules, name))
  }
}

function coldtrail(...args: string[]): Promise<Run> {
  return startCommand(path.join(folder, 'node_modules/.bin/coldtrail'), args, { cwd: folder }).done
}

describe('the package', () => {
  it('holds the built program, its documents and nothing else', () => {
    const top = new Set(packed.files.map((file) => file.path.split('/')[0]))
    expect([...top].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'docs',
      'oclif.manifest.json',
      'package.json',
    ])
    const odd = packed.files
      .map((file) => file.path)
      .filter((name) => /^dist\/(?!LICENSES\.txt$|detect\/rules\/[\w-]+\.yml$).*(?<!\.c?js)$/.test(name))
    expect(odd).toEqual([])
  })

  it('has no install script of its own', () => {
    const manifest = JSON.parse(
      readFileSync(path.join(folder, 'node_modules/coldtrail/package.json'), 'utf8'),
    ) as { scripts: Record<string, string> }
    expect(Object.keys(manifest.scripts).filter((name) => /install$/.test(name))).toEqual([])
  })

  it('starts its threads from CommonJS: Node 20 aborts when a thread ends while it requires an ES module', () => {
    const threads = Object.entries(PACKAGE.imports).filter(([name]) => name.endsWith('-thread'))
    const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    const folders = sources
      .filter((name) => path.basename(name) === 'thread.cts')
      .map((name) => path.dirname(name))
    expect(threads.map(([name]) => name).sort()).toEqual(folders.map((name) => `#${name}-thread`).sort())
    expect(threads.length).toBeGreaterThan(2)
    for (const [, file] of threads) {
      expect(file).toMatch(/\.cjs$/)
      expect(readFileSync(path.join(ROOT, file), 'utf8')).not.toMatch(/\brequire\(/)
    }
  })

  it('keeps the licences of what is bundled', () => {
    const text = readFileSync(path.join(folder, 'node_modules/coldtrail/dist/LICENSES.txt'), 'utf8')
    for (const name of ['@oclif/core', 'zod', 'yauzl']) expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'))
  })

  it('runs once it is installed', async () => {
    const version = await coldtrail('--version')
    expect(version.stderr).toBe('')
    expect(version.stdout).toContain(`coldtrail/${PACKAGE.version} `)
  })

  it('indexes with worker threads, and answers', async () => {
    const indexed = await coldtrail('index', QUICKSTART, '--case', 'installed.sqlite', '--workers', '2')
    expect({ code: indexed.code, stderr: indexed.stderr }).toMatchObject({ code: 3 })
    const { code, stdout } = await coldtrail(
      'find',
      'text',
      'StopLogging',
      '--case',
      'installed.sqlite',
      '--format',
      'jsonl',
    )
    expect({ code, lines: stdout.trim().split('\n').length }).toEqual({ code: 0, lines: 1 })
  })
})
