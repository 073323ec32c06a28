/** One archive as a folder, as a zip and as a tar.gz: the same matrix, and the one that a program in Python counts. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { NO_FILTERS } from '../../src/model/question.js'
import { readCoverage } from '../../src/query/coverage/coverage.js'
import { openReader } from '../../src/store/open.js'
import { makeRecord, put, uuid } from '../helpers/archive.js'
import { makeTarGz, makeZip } from '../helpers/containers.js'
import { index, scratch } from '../verify/indexed.js'

const ORACLE = path.resolve(import.meta.dirname, 'coverage-oracle.py')
const ACCOUNTS = ['111122223333', '444455556666']
const REGIONS = ['us-east-1', 'eu-west-1', 'us-gov-west-1']
const DAYS = ['2024-03-04', '2024-03-05', '2024-03-09', '2024-03-20']

interface Entry {
  readonly name: string
  readonly bytes: Buffer
}

/** Whole log files in the folders of CloudTrail, and what lies next to some of them. */
function entries(): Entry[] {
  const all: Entry[] = []
  let n = 0
  for (const account of ACCOUNTS)
    for (const region of REGIONS)
      for (const day of DAYS) {
        const records = [0, 1, 2].map(() =>
          makeRecord(n++, {
            eventTime: `${day}T08:0${n % 10}:00Z`,
            awsRegion: region,
            recipientAccountId: account,
          }),
        )
        const unique = uuid(`${account} ${region} ${day}`).replaceAll('-', '').slice(0, 16)
        const folder = `bucket/AWSLogs/${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}`
        const name = `${account}_CloudTrail_${region}_${day.replaceAll('-', '')}T0810Z_${unique}.json.gz`
        const bytes = gzipSync(JSON.stringify({ Records: records }))
        all.push({ name: `${folder}/${name}`, bytes })
        if (day === DAYS[0]) all.push(...leftovers(folder, name, bytes))
      }
  return all
}

function leftovers(folder: string, name: string, bytes: Buffer): Entry[] {
  const plain = name.replace('.json.gz', '')
  return [
    { name: `${folder}/${name}.6eF3b2C1`, bytes: bytes.subarray(0, bytes.length - 20) },
    { name: `${folder}/${name}.part`, bytes: Buffer.alloc(0) },
    { name: `${folder}/${name}.sha256`, bytes: Buffer.from(`${'0a'.repeat(32)}  ${name}\n`) },
    { name: `${folder}/${name}.asc`, bytes: Buffer.from('-----BEGIN PGP SIGNATURE-----\n\nabc\n') },
    { name: `${folder}/._${name}`, bytes: Buffer.from('\u0000\u0005\u0016\u0007\u0000\u0002', 'latin1') },
    { name: `${folder}/${plain}.json (1).gz`, bytes },
    { name: `copies/${plain} - Copy.json.gz`, bytes },
    { name: `copies/AWSLogs_${plain.slice(0, 12)}_CloudTrail_2024_${name}`, bytes },
  ]
}

/** An object of which only a part was downloaded is not there. */
const CUT: Entry = {
  name: `bucket/AWSLogs/${ACCOUNTS[0]!}/CloudTrail/us-east-1/2024/03/04/${ACCOUNTS[0]!}_CloudTrail_us-east-1_20240304T0930Z_CCCCCCCCCCCCCCCC.json.gz.partial`,
  bytes: gzipSync('{"Records":[]}').subarray(0, 9),
}

const folder = scratch()
const forms = {
  folder: path.join(folder, 'tree'),
  zip: path.join(folder, 'files.zip'),
  'zip made on Windows': path.join(folder, 'windows.zip'),
  'tar.gz': path.join(folder, 'files.tar.gz'),
} as const
const names = Object.keys(forms) as (keyof typeof forms)[]

beforeAll(async () => {
  const all = [...entries(), CUT]
  mkdirSync(forms.folder, { recursive: true })
  for (const { name, bytes } of all) put(forms.folder, name, bytes)
  writeFileSync(forms.zip, makeZip(all))
  const windows = all.map(({ name, bytes }) => ({
    name: `C:\\Users\\cy\\${name.replaceAll('/', '\\')}`,
    bytes,
  }))
  writeFileSync(forms['zip made on Windows'], makeZip(windows))
  writeFileSync(forms['tar.gz'], await makeTarGz(all))
})

interface Asked {
  readonly path: string
  readonly since: string | null
  readonly until: string | null
}

function countByPython(asked: readonly Asked[]): unknown[] {
  const input = asked.map((one) => `${JSON.stringify(one)}\n`).join('')
  const { stdout, stderr, status } = spawnSync('python3', [ORACLE], { input, encoding: 'utf8' })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

async function matrixOf({ path: archive, since, until }: Asked, again = false) {
  const casePath = path.join(scratch(), 'case.sqlite')
  const window = { since: ms(since), until: ms(until) }
  const totals = await index(casePath, [archive], window)
  const rest = again ? await index(casePath, [archive]) : null
  const db = openReader(casePath)
  const { days } = readCoverage(db, { window: {}, filters: NO_FILTERS })
  const sources = db
    .prepare("SELECT status, count(*) AS n FROM source WHERE status IN ('partial', 'indexed') GROUP BY 1")
    .all()
  db.close()
  const matrix = Object.fromEntries(
    days.map((row) => [
      `${String(row.account_id)} ${String(row.aws_region)} ${row.day}`,
      [row.files, row.events],
    ]),
  )
  return { matrix, totals, rest, sources }
}

function ms(day: string | null): number | null {
  return day === null ? null : Date.parse(day)
}

describe('coverage of one archive in several forms', () => {
  it('is the same, and as Python counts it', async () => {
    const asked = names.map((name) => ({ path: forms[name], since: null, until: null }))
    const counted = countByPython(asked)
    expect(Object.keys(counted[0] as object)).toHaveLength(ACCOUNTS.length * REGIONS.length * DAYS.length)
    for (const one of asked) {
      const { matrix } = await matrixOf(one)
      expect(counted[0]).toEqual(matrix)
    }
    expect(counted).toEqual(names.map(() => counted[0]))
  })

  it.each([
    [null, '2024-03-06'],
    ['2024-03-05', '2024-03-18'],
  ])('index --since %s --until %s leaves out the same files', async (since, until) => {
    const asked = names.map((name) => ({ path: forms[name], since, until }))
    const counted = countByPython(asked)
    for (const one of asked) {
      const { matrix, totals } = await matrixOf(one)
      expect(matrix).toEqual(counted[0])
      expect(totals.files.skipped + totals.members.skipped).toBeGreaterThan(0)
      for (const { found, ...parts } of [totals.files, totals.members])
        expect(found).toBe(Object.values(parts).reduce((sum, n) => sum + n, 0))
    }
    expect(counted).toEqual(names.map(() => counted[0]))
  })

  it.each(['zip', 'tar.gz'] as const)('%s: a later run brings what an earlier one left out', async (name) => {
    const [whole] = countByPython([{ path: forms[name], since: null, until: null }])
    const { matrix, rest, sources } = await matrixOf(
      { path: forms[name], since: '2024-03-05', until: null },
      true,
    )
    expect(matrix).toEqual(whole)
    expect(sources.map((row) => (row as { status: string }).status)).toEqual(['indexed'])
    for (const { found, ...parts } of [rest!.files, rest!.members])
      expect(found).toBe(Object.values(parts).reduce((sum, n) => sum + n, 0))
  })
})
