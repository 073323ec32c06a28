/** Every command on cases with damage of every kind: each ends with a code that is documented, and never by an error of ours. */
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import Coverage from '../../src/commands/coverage.js'
import DigestVerify from '../../src/commands/digest/verify.js'
import Export from '../../src/commands/export.js'
import FindPrincipal from '../../src/commands/find/principal.js'
import FindRequest from '../../src/commands/find/request.js'
import FindResource from '../../src/commands/find/resource.js'
import FindText from '../../src/commands/find/text.js'
import FindWindow from '../../src/commands/find/window.js'
import Handoff from '../../src/commands/handoff/index.js'
import Index from '../../src/commands/index/index.js'
import Info from '../../src/commands/info.js'
import Lineage from '../../src/commands/lineage.js'
import Principals from '../../src/commands/principals.js'
import Problems from '../../src/commands/problems.js'
import Resources from '../../src/commands/resources.js'
import Show from '../../src/commands/show.js'
import Summary from '../../src/commands/summary.js'
import Verify from '../../src/commands/verify.js'
import { EXIT } from '../../src/model/case-error.js'
import { tryCommand, type RunnableCommand } from '../cli/in-process.js'
import { put } from '../helpers/archive.js'
import { putBothKinds } from '../helpers/both-kinds.js'
import { run, tempFolder } from '../helpers/cli.js'
import { figure, SOAK, times } from '../helpers/counts.js'
import { damagedCopy } from '../helpers/damaged-case.js'
import { keysJson, makeKey, SignedArchive } from '../helpers/signed-archive.js'

const folder = tempFolder('damaged')
const good = path.join(folder, 'good.sqlite')
const keys = path.join(folder, 'keys.json')
const evidence = path.join(folder, 'evidence')

beforeAll(async () => {
  const archive = new SignedArchive(path.join(evidence, 'signed'), { key: makeKey(), hours: 3 })
  putBothKinds(path.join(evidence, 'both'))
  put(evidence, 'broken.json', '{"Records":[{"eventID":"x"},{"eventID":')
  put(folder, 'keys.json', keysJson(archive.key))
  await run(['index', evidence, '--case', good, '--workers', '1', '--quiet'])
  await run(['digest', 'verify', '--case', good, '--keys', keys])
})

const out = path.join(folder, 'out')
const COMMANDS: readonly (readonly [command: RunnableCommand, ...args: string[]])[] = [
  [Info],
  [Info, '--json'],
  [Problems, '--format', 'csv'],
  [Principals],
  [Resources],
  [Resources, 'data', '--history'],
  [Summary],
  [Coverage],
  [Lineage, 'alice'],
  [FindRequest, 'the-event'],
  [FindPrincipal, 'alice', '--format', 'jsonl'],
  [FindResource, 'arn:aws:s3:::*'],
  [FindText, 'alice', '--format', 'json'],
  [FindWindow, '--since', '2000-01-01', '--until', '2100-01-01', '--format', 'csv', '--limit', '1000'],
  [Show, 'the-event'],
  [Export, 'timesketch', '--all'],
  [Export, 'jsonl', '--all', '--output', out],
  [Handoff, out, '--all'],
  [Handoff, out, '--all', '--redact'],
  [Verify, '--workers', '0', '--full'],
  [DigestVerify, '--keys', keys],
  [Index, evidence, '--workers', '0', '--quiet'],
]

const CODES: readonly number[] = [
  EXIT.done,
  EXIT.usage,
  EXIT.problems,
  EXIT.notACase,
  EXIT.verificationFailed,
]
const BATCH = times(4, 10)

describe('a damaged case', () => {
  it.for(Array.from({ length: times(3, 300) }, (_, n) => n))(
    'batch %i',
    { tags: SOAK },
    async (batch, context) => {
      const wrong: unknown[] = []
      for (let seed = batch * BATCH; seed < (batch + 1) * BATCH; seed++) {
        const file = path.join(folder, 'case.sqlite')
        const damage = damagedCopy(good, file, seed)
        for (const [command, ...args] of COMMANDS) {
          const { error, exit, stderr } = await tryCommand(command, ...args, '--case', file)
          const code = error === undefined ? exit : (error.oclif?.exit ?? EXIT.bug)
          if (!CODES.includes(code))
            wrong.push({
              seed,
              damage,
              command: (command as unknown as { name: string }).name,
              args: args.slice(0, 2),
              code,
              said: (error?.stack ?? stderr).slice(0, 600),
            })
          removeOutput()
        }
        for (const end of ['', '-journal', '.work']) rmSync(file + end, { recursive: true, force: true })
      }
      expect(wrong).toEqual([])
      figure(context, `${BATCH} damaged cases, ${BATCH * COMMANDS.length} commands: no error of ours`)
    },
  )
})

function removeOutput(): void {
  for (const end of ['', '.manifest.json', '.pseudonyms.json', '.export.json', '.unfinished'])
    if (existsSync(out + end)) rmSync(out + end, { recursive: true })
}
