// Builds what is published: dist, bundled so that a command starts from a few files, and oclif.manifest.json.
// Bundled code is not minified: a stack trace names functions, and a reader finds them under the name of their source file.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Plugin } from '@oclif/core/config'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
for (const name of ['dist', 'oclif.manifest.json']) rmSync(name, { recursive: true, force: true })

// Left to be found in node_modules: a native module, a package that starts threads from a file of its own, and what oclif's bundled
// part loads for a developer only.
const EXTERNAL = ['better-sqlite3', 'piscina', 'typescript', 'wsl-utils']
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  outbase: 'src',
  outdir: 'dist',
  logLevel: 'warning',
}

const commands = readdirSync('src/commands', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => path.join('src/commands', name))

const { metafile } = await build({
  ...shared,
  entryPoints: [
    'src/bin.ts',
    'src/ingest/worker.ts',
    'src/verify/worker.ts',
    'src/detect/worker.ts',
    ...commands,
  ],
  format: 'esm',
  splitting: true,
  chunkNames: 'shared/[hash]',
  external: EXTERNAL,
  plugins: [wholeOclif()],
  // For the CommonJS packages among what is bundled.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  metafile: true,
})

// Not bundled: what they import at run time is bundled above.
await build({
  ...shared,
  bundle: false,
  entryPoints: ['src/ingest/thread.cts', 'src/verify/thread.cts', 'src/detect/thread.cts'],
  outExtension: { '.js': '.cjs' },
})

cpSync('src/detect/rules', 'dist/detect/rules', { recursive: true })

writeFileSync('dist/LICENSES.txt', licenses(Object.keys(metafile.inputs)))

// As `oclif manifest` does it.
const plugin = new Plugin({
  root,
  type: 'core',
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
})
await plugin.load()
writeFileSync('oclif.manifest.json', JSON.stringify(plugin.manifest))

/** The whole of oclif, which help and completion use, is one with its plug-ins in node_modules; its parts are bundled. */
function wholeOclif() {
  return {
    name: 'whole-oclif',
    setup(build) {
      build.onResolve({ filter: /^@oclif\/core$/ }, ({ path }) => ({ path, external: true }))
    },
  }
}

/** The licences of the bundled packages ask to be kept with the code. */
function licenses(inputs) {
  const folders = new Set(
    inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  )
  return [...folders]
    .sort()
    .map(licenseOf)
    .join(`\n${'='.repeat(80)}\n\n`)
}

function licenseOf(folder) {
  const { name, version, license, author } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  )
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const by = typeof author === 'object' ? author.name : (author ?? name)
  const text = file === undefined ? `${license}, by ${by}\n` : readFileSync(path.join(folder, file), 'utf8')
  return `${name} ${version}\n\n${text}`
}
