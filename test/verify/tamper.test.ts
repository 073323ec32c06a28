import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { TABLES, type TableSpec } from '../../src/store/schema.js'
import { VERIFICATION_TABLES } from '../../src/store/verification-schema.js'
import { verifyCase } from '../../src/verify/case/verify-case.js'
import { verifyDigests } from '../../src/verify/digest/verify-digests.js'
import { keysJson, SignedArchive } from '../helpers/signed-archive.js'
import { putMore } from './every-kind.js'
import { index, scratch } from './indexed.js'

const ALL: readonly TableSpec[] = [...TABLES, ...VERIFICATION_TABLES]

async function findings(casePath: string): Promise<string[]> {
  const found: string[] = []
  await verifyCase(
    { casePath, quick: false, sample: null, reread: null, workers: 0, toolVersion: '0.0.0-test' },
    {
      findings: (list) =>
        void found.push(...list.map(({ check, place, detail }) => `${check} ${place}: ${detail}`)),
      progress: () => undefined,
    },
  )
  return found
}

let clean: string

beforeAll(async () => {
  const folder = scratch()
  const archive = new SignedArchive(path.join(folder, 'evidence'))
  putMore(path.join(folder, 'more'), archive)
  clean = path.join(folder, 'clean.sqlite')
  await index(clean, [archive.root])
  await index(clean, [path.join(folder, 'more')], { commandLine: ['index', '--lenient'], lenient: true })
  const keys = path.join(folder, 'keys.json')
  writeFileSync(keys, keysJson(archive.key))
  const plan = { casePath: clean, keyFiles: [keys], metadataFolder: null, toolVersion: '0' }
  await verifyDigests(plan, () => undefined)
})

/** A value that the column does not hold there, of the same type. */
function changed(value: string | number | bigint | Buffer | null): unknown {
  if (value === null) return 7
  if (Buffer.isBuffer(value))
    return Buffer.concat([value.subarray(0, -1), Buffer.from([(value.at(-1) ?? 0) ^ 1])])
  if (typeof value === 'bigint') return value + 1_000_003n
  return typeof value === 'number' ? value + 0.5 : `${value}x`
}

/** A computed column is not stored: nobody can change it. */
const columns = ALL.flatMap((table) =>
  table.columns.filter(({ generated }) => generated === undefined).map(({ name }) => [table, name] as const),
)

describe('a case of every kind of row', () => {
  it('has no findings, and a row in every table', async () => {
    expect(await findings(clean)).toEqual([])
    const db = new Database(clean, { readonly: true })
    const empty = ALL.filter(({ name }) => db.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined)
    db.close()
    expect(empty.map(({ name }) => name)).toEqual([])
  })

  it.each(columns.map(([table, column]) => [table.name, column]))(
    'one changed value of %s.%s is found',
    async (table, column) => {
      const casePath = path.join(scratch(), 'case.sqlite')
      copyFileSync(clean, casePath)
      const db = new Database(casePath)
      db.unsafeMode(true)
      db.defaultSafeIntegers(true)
      // The value that fewest rows have: as a rule the odd one, which nothing else repeats.
      const { value, key } = db
        .prepare(
          `SELECT ${column} AS value, count(*) AS n, min(${keyOf(table)}) AS key FROM ${table} GROUP BY 1 ORDER BY n, key LIMIT 1`,
        )
        .get() as { value: Parameters<typeof changed>[0]; key: unknown }
      db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${keyOf(table)} = ? AND ${column} IS ?`).run(
        changed(value),
        key,
        value,
      )
      expect(db.prepare('SELECT changes() AS n').get()).toEqual({ n: 1n })
      db.close()
      const found = await findings(casePath).catch((error: unknown) => [String(error)])
      expect(found).not.toEqual([])
    },
  )
})

function keyOf(table: string): string {
  return ALL.find(({ name }) => name === table)?.withoutRowid === true ? keyColumns(table) : 'rowid'
}

function keyColumns(table: string): string {
  const { primaryKey, columns: all } = ALL.find(({ name }) => name === table)!
  return (primaryKey ?? all[0]!.name).split(',').join(` || '~' || `)
}
