// Lays out coldtrail as a folder that needs nothing else: its own Node, the built program and the compiled SQLite.
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ROOT, betterSqlite, nodeBuild } from './node-build.js'

// Follows symbolic links, so that one in a folder of the PATH works.
const LAUNCHER = `#!/bin/sh
self=$(readlink -f -- "$0") || exit 2
home=\${self%/bin/coldtrail}
exec "$home/node/bin/node" "$home/app/dist/bin.js" "$@"
`

export function stage(version, folder) {
  const { home, node, addon } = nodeBuild(version)
  const app = path.join(folder, 'app')
  mkdirSync(path.join(folder, 'node', 'bin'), { recursive: true })
  cpSync(node, path.join(folder, 'node', 'bin', 'node'))
  cpSync(path.join(home, 'LICENSE'), path.join(folder, 'node', 'LICENSE'))
  for (const name of ['dist', 'docs', 'oclif.manifest.json', 'package.json'])
    cpSync(path.join(ROOT, name), path.join(app, name), { recursive: true })
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE'])
    cpSync(path.join(ROOT, name), path.join(folder, name))
  for (const place of productPackages()) copyPackage(place, app)
  const release = path.join(app, 'node_modules', 'better-sqlite3', 'build', 'Release')
  mkdirSync(release, { recursive: true })
  cpSync(addon, path.join(release, 'better_sqlite3.node'))
  mkdirSync(path.join(folder, 'bin'))
  writeFileSync(path.join(folder, 'bin', 'coldtrail'), LAUNCHER)
  chmodSync(path.join(folder, 'bin', 'coldtrail'), 0o755)
}

/** Folders of the packages that the product needs when it runs; those that only fetch or compile SQLite are not among them. */
function productPackages() {
  const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'))
  const installers = new Set(['prebuild-install'])
  const needed = new Set()
  const visit = (name, from) => {
    const place = [...ancestors(from), '']
      .map((base) => `${base}node_modules/${name}`)
      .find((at) => at in packages)
    if (place === undefined || needed.has(place) || installers.has(name)) return
    needed.add(place)
    for (const other of Object.keys(packages[place].dependencies ?? {})) visit(other, `${place}/`)
  }
  for (const name of Object.keys(packages[''].dependencies)) visit(name, '')
  return [...needed]
}

/** `a/node_modules/b/` and what encloses it, innermost first: where Node looks for a package. */
function ancestors(from) {
  if (from === '') return []
  const outer = from.slice(0, from.lastIndexOf('node_modules/'))
  return [from, ...ancestors(outer)]
}

/** Sources to compile, and maps, are of no use on the target machine. */
const LEFT_OUT = /(^|\/)(better-sqlite3\/(deps|src|build)|test|tests|test-jest|benchmark)(\/|$)|\.(map|ts)$/

function copyPackage(place, app) {
  cpSync(path.join(ROOT, place), path.join(app, place), {
    recursive: true,
    filter: (from) => {
      const name = path.relative(ROOT, from)
      return !LEFT_OUT.test(name) && !/node_modules\/.+\/node_modules$/.test(name)
    },
  })
}
