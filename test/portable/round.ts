/** One round with a program laid out as a folder: index, kill, index again, ask, verify. */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { logPath, makeRecord, putLog } from '../helpers/archive.js'
import { until } from '../helpers/cli-undisturbed.js'
import { startCommand, tempFolder, type Run, type Started } from '../helpers/cli.js'

const FILES = 400
const RECORDS = 50

/** An archive that takes a few seconds, so that a run can be killed on its way. */
export function makeLogs(): string {
  const folder = tempFolder('nodes-archive')
  for (let file = 0; file < FILES; file++) {
    const records = Array.from({ length: RECORDS }, (_, at) => makeRecord(file * RECORDS + at))
    putLog(folder, logPath(file), records)
  }
  return folder
}

export interface Outcome {
  readonly killed: boolean
  readonly digest: string
  readonly found: number
}

/** `prefix` are words of env(1) before the command: an empty environment, a network of its own. */
export async function round(program: string, logs: string, prefix: readonly string[] = []): Promise<Outcome> {
  const caseFile = path.join(tempFolder('nodes-case'), 'case.sqlite')
  const begin = (...args: string[]): Started => {
    const words = [...prefix, program, ...args, '--case', caseFile]
    return startCommand('/usr/bin/env', words, { detached: true, timeout: 600_000 })
  }
  const done = async (...args: string[]): Promise<Run> => {
    const run = await begin(...args).done
    expect({ args, code: run.code, stderr: run.code === 0 ? '' : run.stderr }).toEqual({
      args,
      code: 0,
      stderr: '',
    })
    return run
  }
  const indexing = begin('index', logs, '--workers', '2')
  const isHalf = await until(() => existsSync(caseFile) && statSync(caseFile).size > 1_000_000)
  if (isHalf) process.kill(-indexing.child.pid!, 'SIGKILL')
  const { signal } = await indexing.done
  await done('index', logs, '--workers', '2')
  const info = JSON.parse((await done('info', '--json')).stdout) as { logical_digest: string; events: number }
  expect(info.events).toBe(FILES * RECORDS)
  const found = await done('find', 'text', 'GetObject', '--limit', '1000', '--format', 'jsonl')
  await done('verify')
  return {
    killed: signal === 'SIGKILL',
    digest: info.logical_digest,
    found: found.stdout.split('\n').filter((line) => line !== '').length,
  }
}
