/** Every example of --help, run as it stands by a shell: in a folder that has what the examples speak of. */
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { exampleText, readCommands, typed } from '../../scripts/make-docs.js'
import { BIN, startCommand, tempFolder } from '../helpers/cli.js'
import { QUICKSTART, quickstartCase } from './quickstart-case.js'

/** oclif says one of these when it does not understand a command line. */
const NOT_UNDERSTOOD =
  /See more help with --help|is not a coldtrail command|command .* not found|Nonexistent flag/
/** These only read the case that is there: their examples have to succeed. */
const READS = /^(?:find .*|sql|info|problems)$/
/** Done; done, but problems were recorded. */
const DONE = [0, 3]

const EXAMPLES = readCommands().flatMap((command) =>
  (command.examples ?? []).map((example) => [exampleText(command, example), typed(command)] as const),
)

let folder: string
let caseFile: string

beforeAll(async () => {
  folder = tempFolder('examples')
  caseFile = await quickstartCase()
  const shim = path.join(folder, 'bin/coldtrail')
  mkdirSync(path.dirname(shim))
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`)
  chmodSync(shim, 0o755)
  // Only what follows coldtrail's output is jq's business.
  const jq = path.join(folder, 'bin/jq')
  writeFileSync(jq, '#!/bin/sh\nexec cat\n')
  chmodSync(jq, 0o755)
})

/** A place of its own: examples write. */
function sandbox(): string {
  const place = mkdtempSync(path.join(folder, 'place-'))
  copyFileSync(caseFile, path.join(place, 'case.sqlite'))
  cpSync(QUICKSTART, path.join(place, 'AWSLogs'), { recursive: true })
  mkdirSync(path.join(place, 'more'))
  return place
}

describe('examples', () => {
  it('name the program', () => {
    expect(EXAMPLES.filter(([example]) => !/(?:^|[|;&] *)coldtrail /.test(example))).toEqual([])
  })

  it.each(EXAMPLES)('%s', async (example, command) => {
    const { code, stderr } = await startCommand('bash', ['-c', `set -o pipefail; ${example}`], {
      cwd: sandbox(),
      env: { PATH: `${path.join(folder, 'bin')}:${process.env['PATH'] ?? ''}` },
    }).done
    expect(stderr).not.toMatch(NOT_UNDERSTOOD)
    expect({ example, bug: code === 1, stderr: code === 1 ? stderr : '' }).toEqual({
      example,
      bug: false,
      stderr: '',
    })
    if (READS.test(command)) expect({ code, stderr }).toEqual({ code: 0, stderr })
    if (command === 'index') expect(DONE, stderr).toContain(code)
  })
})
