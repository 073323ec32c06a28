import { readFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CASE_DOC, caseDocument } from '../../scripts/make-docs.js'
import { createCase } from '../../src/store/create.js'
import { APPLICATION_ID, PAGE_SIZE, USER_VERSION } from '../../src/store/format.js'
import { INDEXES } from '../../src/store/indexes.js'
import { TEXT_TABLES } from '../../src/store/schema.js'
import { tempFolder } from '../helpers/cli.js'
import { quickstartCase } from './quickstart-case.js'

interface Item {
  readonly type: 'table' | 'view' | 'index'
  readonly name: string
  readonly sql: string
}

const DOCUMENT = readFileSync(CASE_DOC, 'utf8')
let fresh: Database.Database
let items: readonly Item[]

beforeAll(() => {
  const file = path.join(tempFolder('format'), 'fresh.sqlite')
  createCase(file, '0.0.0-test').close()
  fresh = new Database(file, { readonly: true })
  items = schemaOf(fresh)
})

afterAll(() => {
  fresh.close()
})

/** Without the tables behind the full text, which FTS5 makes itself. */
function schemaOf(db: Database.Database): Item[] {
  const behind = TEXT_TABLES.map((name) => `name NOT GLOB '${name}_*'`).join(' AND ')
  const sql = `SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND ${behind} ORDER BY type, name`
  return db.prepare<[], Item>(sql).all()
}

/** Column → declared type, in order. */
function columnsOf(name: string): Map<string, string> {
  const columns = fresh.prepare<[string], { name: string; type: string }>(
    'SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1',
  )
  return new Map(columns.all(name).map((column) => [column.name, column.type]))
}

/** Tables and views in docs/case-file.md: name → columns. */
function documented(): Map<string, string[]> {
  const [own = ''] = DOCUMENT.split('<!-- end: schema -->')
  const [, ...sections] = own.split(/^#### /m)
  return new Map(
    sections.map((section) => {
      const [, name = ''] = /^`(\w+)`/.exec(section) ?? []
      const part = section.split(/^#/m)[0] ?? ''
      return [name, Array.from(part.matchAll(/^\| `(\w+)` \|/gm), ([, column]) => column!)]
    }),
  )
}

describe('docs/case-file.md', () => {
  it('is made from the schema (npm run docs makes it anew)', async () => {
    expect(DOCUMENT).toBe(await caseDocument(DOCUMENT))
  })

  it('lists every table, view and column of a fresh case', () => {
    const known = documented()
    const described = items.filter(({ type, sql }) => type !== 'index' && !sql.startsWith('CREATE VIRTUAL'))
    for (const { name } of described) {
      expect({ name, columns: known.get(name) }).toEqual({ name, columns: [...columnsOf(name).keys()] })
    }
    for (const name of TEXT_TABLES) expect(DOCUMENT).toContain(`\`${name}\``)
  })

  it('lists every index of a finished case', async () => {
    const db = new Database(await quickstartCase(), { readonly: true })
    const built = schemaOf(db).filter(({ type }) => type === 'index')
    db.close()
    expect(built.map(({ name }) => name).sort()).toEqual(INDEXES.map(({ name }) => name).sort())
    for (const { name } of built) expect(DOCUMENT).toContain(`\`${name}\``)
  })
})

describe('a fresh case', () => {
  it('carries its mark, its version and its page size', () => {
    const pragma = (name: string): unknown => fresh.pragma(name, { simple: true })
    expect({
      application_id: pragma('application_id'),
      user_version: pragma('user_version'),
      page_size: pragma('page_size'),
      journal_mode: pragma('journal_mode'),
      encoding: pragma('encoding'),
    }).toEqual({
      application_id: APPLICATION_ID,
      user_version: USER_VERSION,
      page_size: PAGE_SIZE,
      // TRUNCATE is a property of the connection; the file itself says "not WAL".
      journal_mode: 'delete',
      encoding: 'UTF-8',
    })
  })

  it('explains every column of every table and view in data_dictionary, and nothing else', () => {
    const rows = fresh
      .prepare<[], { table_name: string; column_name: string; type: string | null; meaning: string }>(
        'SELECT * FROM data_dictionary',
      )
      .all()
    const explained = rows.filter(({ column_name }) => !column_name.startsWith('='))
    const actual = items
      .filter(({ type }) => type !== 'index')
      .flatMap(({ name }) => ['*', ...columnsOf(name).keys()].map((column) => `${name}.${column}`))
    expect(explained.map((row) => `${row.table_name}.${row.column_name}`).sort()).toEqual(actual.sort())
    expect(rows.filter(({ meaning }) => meaning.trim().length < 2)).toEqual([])
  })

  it('declares types as data_dictionary says', () => {
    const rows = fresh
      .prepare<[], { table_name: string; column_name: string; type: string }>(
        `SELECT * FROM data_dictionary WHERE column_name GLOB '[a-z]*' AND table_name NOT IN (SELECT value FROM json_each('${JSON.stringify(TEXT_TABLES)}'))`,
      )
      .all()
    const tables = new Set(items.filter(({ type }) => type === 'table').map(({ name }) => name))
    for (const { table_name, column_name, type } of rows) {
      // A view declares a type only for a plain column.
      const declared = columnsOf(table_name).get(column_name)
      if (tables.has(table_name) || declared !== '')
        expect(`${table_name}.${column_name} ${declared!}`).toBe(`${table_name}.${column_name} ${type}`)
    }
  })

  it('answers from every view, also when it is empty', () => {
    for (const { name } of items.filter(({ type }) => type === 'view')) {
      expect(fresh.prepare(`SELECT * FROM ${name}`).all(), name).toEqual([])
    }
  })

  it('asks nothing of SQLite that 3.34 lacks: no STRICT tables, no ->> and no JSONB', () => {
    for (const { name, sql } of items) {
      expect(sql, name).not.toMatch(/\bSTRICT\b/i)
      expect(sql, name).not.toMatch(/->|\bjsonb/i)
    }
  })
})
