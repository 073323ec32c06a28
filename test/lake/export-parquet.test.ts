/** A folder of Parquet has what export jsonl has, row by row, and its manifest finds every change. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import Export from '../../src/commands/export.js'
import HandoffVerify from '../../src/commands/handoff/verify.js'
import { partitionOf } from '../../src/lake/partition.js'
import { EVENT_COLUMNS } from '../../src/model/event.js'
import { runCommand, type Ran } from '../cli/in-process.js'
import { tempFolder } from '../helpers/temp-folder.js'
import { EVENTS, recordText, tinyCase } from '../helpers/tiny-case.js'

const tiny = tinyCase()
const folder = tempFolder('lake')

const exported = (...argv: string[]): Promise<Ran> => runCommand(Export, ...argv, '--case', tiny.path)

function filesOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'))
}

type Row = Record<string, unknown>

/** As JSON has them: integers of 64 bits are numbers. */
async function rowsOf(dir: string): Promise<Row[]> {
  const rows: Row[] = []
  for (const name of filesOf(dir)) {
    const bytes = readFileSync(path.join(dir, name))
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    for (const row of await parquetReadObjects({ file })) {
      const plain = Object.entries(row).map(([key, value]) => [
        key,
        typeof value === 'bigint' ? Number(value) : (value as unknown),
      ])
      rows.push(Object.fromEntries(plain) as Row)
    }
  }
  return rows
}

const byId = (a: Row, b: Row): number => String(a['event_id']).localeCompare(String(b['event_id']))

describe('export parquet', () => {
  it('has the rows of export jsonl, column by column, and the exact records', async () => {
    const dir = path.join(folder, 'whole')
    expect(await exported('parquet', '--all', '--output', dir)).toMatchObject({ exit: 0, stdout: '' })
    const lines = (await exported('jsonl', '--all')).stdout.trimEnd().split('\n')
    const expected = lines.map((line) => JSON.parse(line) as Row).sort(byId)
    const found = (await rowsOf(path.join(dir, 'events'))).sort(byId)
    expect(found).toHaveLength(EVENTS.length)
    for (const [at, row] of found.entries()) {
      for (const column of EVENT_COLUMNS) {
        const wanted = expected[at]?.[column] ?? null
        const value = typeof wanted === 'boolean' ? Number(wanted) : wanted
        expect([column, row[column] ?? null]).toEqual([column, value])
      }
    }
    expect(found.map((row) => row['record']).sort()).toEqual(EVENTS.map((event) => recordText(event)).sort())
    expect((await rowsOf(path.join(dir, 'sources'))).length).toBeGreaterThan(0)
    for (const row of found) {
      expect(row['event_timestamp']).toEqual(
        row['event_time_ms'] == null ? null : new Date(Number(row['event_time_ms'])),
      )
      expect(row['eventname']).toBe((JSON.parse(String(row['record'])) as Row)['eventName'] ?? null)
    }
    expect(existsSync(`${dir}.unfinished`)).toBe(false)
  })

  it('takes the selections of handoff', async () => {
    const dir = path.join(folder, 'selected')
    await exported('parquet', '--text', 'quick fox', '--since', '2023-07-10T11:41:00Z', '--output', dir)
    expect((await rowsOf(path.join(dir, 'events'))).map((row) => row['event_id'])).toEqual([
      EVENTS[1]!.eventId,
    ])
  })

  it('needs a new folder', async () => {
    expect((await exported('parquet', '--all')).stderr).toContain('parquet needs --output DIR')
    const taken = path.join(folder, 'taken')
    mkdirSync(taken)
    expect((await exported('parquet', '--all', '--output', taken)).stderr).toContain('exists already')
    expect(readdirSync(taken)).toEqual([])
    const left = path.join(folder, 'left')
    mkdirSync(`${left}.unfinished`)
    expect((await exported('parquet', '--all', '--output', left)).stderr).toContain('interrupted export')
  })

  it('leaves out the records if asked to', async () => {
    const dir = path.join(folder, 'without')
    const ran = await exported('parquet', '--all', '--no-records', '--output', dir)
    expect(ran.stderr).toContain('the exact records were left out')
    const rows = await rowsOf(path.join(dir, 'events'))
    expect(rows).toHaveLength(EVENTS.length)
    for (const row of rows) {
      expect(Object.keys(row).filter((name) => /^record(_bytes)?$/.test(name))).toEqual([])
      expect(row['record_sha256']).toMatch(/^[0-9a-f]{64}$/)
      expect(EVENTS.map(({ event }) => event)).toContain(row['eventname'])
    }
    expect((await exported('csv', '--all', '--no-records')).stderr).toContain('is for parquet, not for csv')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leaves nothing after %s', async (signal, exit) => {
    const dir = path.join(folder, `interrupted-${signal}`)
    const others = process.listenerCount(signal)
    const running = exported('parquet', '--all', '--output', dir)
    while (!existsSync(`${dir}.unfinished`)) await setImmediate()
    process.emit(signal)
    const ran = await running
    expect(ran.exit).toBe(exit)
    expect(ran.stderr).toContain(`interrupted: nothing was left of ${dir}`)
    expect(existsSync(dir) || existsSync(`${dir}.unfinished`)).toBe(false)
    expect(process.listenerCount(signal)).toBe(others)
    expect((await exported('parquet', '--all', '--output', dir)).exit).toBe(0)
  })

  it('has no signature to check', async () => {
    const dir = path.join(folder, 'unsigned')
    await exported('parquet', '--all', '--output', dir)
    const ran = await runCommand(
      HandoffVerify,
      dir,
      '--allowed-signers',
      'signers',
      '--signer',
      'a@example.org',
    )
    expect(ran).toMatchObject({ exit: 2, stdout: '' })
    expect(ran.stderr).toContain('folders are not signed')
  })

  it('is checked against its manifest: changed, missing and added files', async () => {
    const dir = path.join(folder, 'checked')
    await exported('parquet', '--all', '--output', dir)
    const verified = (): Promise<Ran> => runCommand(HandoffVerify, dir)
    expect((await verified()).exit).toBe(0)
    const added = path.join(dir, 'events', 'more.parquet')
    writeFileSync(added, '')
    expect(await verified()).toMatchObject({
      exit: 12,
      stdout: 'events/more.parquet is not in the manifest\n',
    })
    rmSync(added)
    const [first = ''] = filesOf(dir)
    appendFileSync(path.join(dir, first), 'x')
    expect((await verified()).stdout).toBe(`${first} has other content than the manifest says\n`)
    rmSync(path.join(dir, first))
    expect((await verified()).stdout).toBe(`${first} is missing\n`)
    rmSync(path.join(dir, 'manifest.json'))
    expect((await verified()).exit).toBe(12)
  })
})

describe('partitions', () => {
  it.each(['../../etc', 'a=b', '100%', 'a/b', '.', 'ü\u0000', '\ud800'])(
    'of %j stay in one folder',
    (value) => {
      const parts = partitionOf(value, null, Date.UTC(9999, 11, 31)).split('/')
      expect(parts).toHaveLength(3)
      const [account = '', ...rest] = parts
      expect(decodeURIComponent(account.slice('account_id='.length))).toBe(Buffer.from(value).toString())
      expect(rest).toEqual(['region=__HIVE_DEFAULT_PARTITION__', 'day=9999-12-31'])
    },
  )

  it('have the name of Hive for nothing', () => {
    expect(partitionOf('', null, null)).toBe(
      ['account_id', 'region', 'day'].map((name) => `${name}=__HIVE_DEFAULT_PARTITION__`).join('/'),
    )
  })
})
