import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import Export from '../../src/commands/export.js'
import { EVENTS, recordText, tinyCase } from '../helpers/tiny-case.js'
import { tempFolder } from '../helpers/temp-folder.js'
import { runCommand, type Ran } from './in-process.js'

const tiny = tinyCase()
const folder = tempFolder('export')

const exported = (...argv: string[]): Promise<Ran> => runCommand(Export, ...argv, '--case', tiny.path)

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('export', () => {
  it('writes every event once, in each form', async () => {
    const timesketch = await exported('timesketch', '--all')
    expect(timesketch.exit).toBe(0)
    expect(
      linesOf(timesketch.stdout)
        .map((line) => line['event_id'])
        .sort(),
    ).toEqual(EVENTS.map((e) => e.eventId).sort())
    expect(timesketch.stderr).toContain('1 rows have no readable time')
    const csv = await exported('csv', '--all')
    expect(csv.stdout.trimEnd().split('\n')).toHaveLength(EVENTS.length + 1)
    const jsonl = await exported('jsonl', '--all')
    const [first] = jsonl.stdout.split('\n')
    expect(EVENTS.some((event) => first!.endsWith(`"record":${recordText(event)}}`))).toBe(true)
    expect(jsonl.stderr.trim()).toBe('8 events')
  })

  it('takes the selections of handoff, and asks for one', async () => {
    const byText = await exported('jsonl', '--text', 'quick fox', '--since', '2023-07-10T11:41:00Z')
    expect(linesOf(byText.stdout).map((line) => line['event_id'])).toEqual([EVENTS[1]!.eventId])
    const failed = await exported('jsonl', '--error')
    expect(linesOf(failed.stdout)).toHaveLength(3)
    const principal = await exported('csv', '--principal', 'alice', '--write-only')
    expect(principal.stdout.trimEnd().split('\n')).toHaveLength(3)
    expect(await exported('jsonl')).toMatchObject({ exit: 2, stdout: '' })
    expect(await exported('xml', '--all')).toMatchObject({ exit: 2, stdout: '' })
  })

  it('writes a new file, complete, with a description next to it', async () => {
    const file = path.join(folder, 'printed.jsonl')
    const { stdout, stderr, exit } = await exported('timesketch', '--all', '--output', file)
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 0 })
    expect(stderr).toContain(`wrote ${file}`)
    const bytes = readFileSync(file)
    const sidecar = JSON.parse(readFileSync(`${file}.export.json`, 'utf8')) as unknown
    expect(sidecar).toMatchObject({
      format: 'timesketch',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      size: bytes.length,
      events: 8,
      changed: { cut: 0, prefixed: 0, withoutTime: 1 },
    })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await exported('csv', '--all', '--output', file)).stderr).toContain('exists already')
    expect(readFileSync(file).equals(bytes)).toBe(true)
  })

  it('prints with --json what was written, and requires --output', async () => {
    const refused = await exported('csv', '--all', '--json')
    expect(refused).toMatchObject({ exit: 2, stderr: '' })
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: { hint: expect.stringContaining('--output FILE') as string, exit: 2 },
    })
    const file = path.join(folder, 'described.jsonl')
    const { stdout, stderr, exit } = await exported('timesketch', '--all', '--output', file, '--json')
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
    expect(JSON.parse(stdout)).toEqual({
      format: 'timesketch',
      shown: 8,
      events: 8,
      access_log_lines: 0,
      aggregates: 0,
      notes: [expect.stringContaining('1 rows have no readable time')],
      files: [file, `${file}.export.json`],
    })
  })

  it('says that nobody has the name', async () => {
    const nobody = await exported('jsonl', '--principal', 'nobody')
    expect(nobody).toMatchObject({ exit: 0, stdout: '' })
    expect(nobody.stderr).toBe('no caller has this name\n0 events\n')
    expect((await exported('jsonl', '--principal', 'alice')).stderr).not.toContain('nobody')
  })

  it('leaves nothing where it cannot write', async () => {
    expect(await exported('csv', '--all', '--output', path.join(folder, 'none', 'x.csv'))).toMatchObject({
      exit: 2,
    })
    const taken = path.join(folder, 'taken.csv')
    writeFileSync(`${taken}.export.json`, 'mine')
    expect(await exported('csv', '--all', '--output', taken)).toMatchObject({ exit: 2 })
    expect(readdirSync(folder).filter((name) => name.startsWith('taken'))).toEqual(['taken.csv.export.json'])
  })
})
