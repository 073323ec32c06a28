// npm run portable: coldtrail-VERSION-linux-x64.tar.gz, for machines without network, Node or compiler.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ROOT } from './node-build.js'
import { stage } from './stage.js'
import { CARRIED } from './versions.js'

const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
const archive = path.join(process.argv[2] ?? ROOT, `coldtrail-${version}-linux-x64.tar.gz`)
const folder = mkdtempSync(path.join(tmpdir(), 'coldtrail-portable-'))
try {
  stage(CARRIED, path.join(folder, 'coldtrail'))
  const { status } = spawnSync(
    'tar',
    ['--create', '--gzip', '--file', archive, '--owner=0', '--group=0', '--directory', folder, 'coldtrail'],
    { stdio: 'inherit' },
  )
  if (status !== 0) throw new Error(`tar exited ${status}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${archive}: ${Math.round(statSync(archive).size / 1e6)} MB, with Node ${CARRIED}`)
