// Checks what is written without running it, two checks at a time: types, lint, format, unused code. --quick: types and lint, where lint reads
// only files that changed. A rule that needs the types of another file can miss something then, so npm test lints all files.
import { spawn } from 'node:child_process'
import process from 'node:process'

const CACHED = '--cache --cache-strategy content --cache-location node_modules/.cache/eslint/'
// The longest first.
const CHECKS = process.argv.includes('--quick')
  ? [`lint -- ${CACHED}`, 'types']
  : ['lint', 'types', 'format:check', 'unused']

let next = 0
const failed = []

async function worker() {
  for (let check = CHECKS[next++]; check !== undefined; check = CHECKS[next++])
    if (!(await passes(check))) failed.push(check)
}

function passes(check) {
  return new Promise((resolve) => {
    const child = spawn(`npm run --silent ${check}`, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = []
    child.stdout.on('data', (chunk) => output.push(chunk))
    child.stderr.on('data', (chunk) => output.push(chunk))
    child.on('close', (code) => {
      // Whole, so that two checks do not mix.
      process.stdout.write(Buffer.concat([Buffer.from(`> ${check}\n`), ...output]))
      resolve(code === 0)
    })
  })
}

await Promise.all([worker(), worker()])
if (failed.length > 0) {
  process.stdout.write(`failed: ${failed.join(', ')}\n`)
  process.exitCode = 1
}
