/** A case opens and answers without coldtrail: in the sqlite3 shell, in Python and in the oldest SQLite that is promised. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { CASE_DOC } from '../../scripts/make-docs.js'
import { VIEWS } from '../../src/store/views.js'
import { query } from '../helpers/cli-case.js'
import { BOTH_KINDS, putBothKinds } from '../helpers/both-kinds.js'
import { run, tempFolder } from '../helpers/cli.js'
import { quickstartCase } from './quickstart-case.js'

const DOCUMENT = readFileSync(CASE_DOC, 'utf8')

/** The code blocks of docs/case-file.md in one language. */
function blocks(language: string): string[] {
  return Array.from(
    DOCUMENT.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm')),
    ([, code]) => code!,
  )
}

function works(command: string, ...args: string[]): boolean {
  const { status } = spawnSync(command, args)
  const found = status === 0
  if (!found) console.warn(`skipped: ${command} is not installed`)
  return found
}

let caseFile: string
let handover: string
/** Of a case with S3 server access logs. */
let handedLines: string
beforeAll(async () => {
  caseFile = await quickstartCase()
  handover = path.join(path.dirname(caseFile), 'handover.sqlite')
  const { code, stderr } = await run(['handoff', handover, '--all', '--case', caseFile])
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  const folder = tempFolder('lines')
  putBothKinds(path.join(folder, 'in'))
  const [made, lines] = ['case.sqlite', 'lines.sqlite'].map((name) => path.join(folder, name)) as [
    string,
    string,
  ]
  expect(
    (await run(['index', path.join(folder, 'in'), '--case', made, '--workers', '1', '--quiet'])).code,
  ).toBe(0)
  expect((await run(['handoff', lines, '--kind', 'access-log', '--case', made])).code).toBe(0)
  handedLines = lines
})

/** Of a hand-over file: as many events as the case has, each with a record that its full text finds. */
const HANDED_OVER = [
  'SELECT count(*) FROM events',
  "SELECT count(*) FROM events WHERE substr(record, 1, 1) = '{'",
  "SELECT count(*) FROM events WHERE id IN (SELECT rowid FROM events_fts WHERE events_fts MATCH 'eventversion')",
]

/** As many lines as the case has, each whole and found by its words. */
const HANDED_LINES = [
  'SELECT count(*) FROM access_logs',
  "SELECT count(*) FROM access_logs WHERE record LIKE '%HTTP/1.1%' AND http_status >= 200",
  "SELECT count(*) FROM access_logs WHERE id IN (SELECT rowid FROM access_logs_fts WHERE access_logs_fts MATCH 'rest')",
]

const count = (view: string): number =>
  query<{ n: number }>(caseFile, `SELECT count(*) AS n FROM ${view}`)[0]!.n

describe.skipIf(!works('sqlite3', '--version'))('the sqlite3 shell', () => {
  function sqlite3(file: string, sql: string): string {
    const { status, stdout, stderr } = spawnSync('sqlite3', ['-readonly', file], {
      encoding: 'utf8',
      input: sql,
    })
    expect({ sql, status, stderr }).toEqual({ sql, status: 0, stderr: '' })
    return stdout
  }

  it('finds the file sound', () => {
    expect(sqlite3(caseFile, 'PRAGMA integrity_check;')).toBe('ok\n')
  })

  it.each(VIEWS.map(({ name }) => name))('reads the view %s', (view) => {
    expect(sqlite3(caseFile, `SELECT count(*) FROM (SELECT * FROM ${view});`)).toBe(`${count(view)}\n`)
  })

  it('runs the statements of docs/case-file.md', () => {
    const statements = blocks('sql')
    expect(statements.length).toBeGreaterThan(3)
    for (const statement of statements) expect(sqlite3(caseFile, statement), statement).not.toBe('')
  })

  it('runs the command lines of docs/case-file.md', () => {
    for (const script of blocks('sh')) {
      const { status, stderr } = spawnSync('sh', ['-ec', script], {
        cwd: path.dirname(caseFile),
        encoding: 'utf8',
      })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    }
  })

  it('reads a hand-over file, records and full text included', () => {
    for (const sql of HANDED_OVER) expect(sqlite3(handover, `${sql};`)).toBe(`${count('events')}\n`)
    for (const sql of HANDED_LINES) expect(sqlite3(handedLines, `${sql};`)).toBe(`${BOTH_KINDS.lines}\n`)
  })

  it('opens a case as immutable, as on write-protected media', () => {
    expect(sqlite3(`file:${caseFile}?immutable=1`, 'SELECT count(*) FROM events;')).toBe(
      `${count('events')}\n`,
    )
  })
})

describe.skipIf(!works('python3', '--version'))('Python', () => {
  it('reads the same exact records as coldtrail show, with the program of docs/case-file.md', async () => {
    const [program] = blocks('python')
    const ids = query<{ event_id: string }>(caseFile, 'SELECT event_id FROM events ORDER BY event_id LIMIT 3')
    for (const { event_id } of ids) {
      const { status, stdout, stderr } = spawnSync('python3', ['-c', program!, caseFile, event_id])
      expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' })
      expect(stdout.equals((await run(['show', event_id, '--case', caseFile])).out)).toBe(true)
    }
  })
})

interface SqlJs {
  readonly Database: new (bytes: Uint8Array) => {
    exec(sql: string): { readonly values: unknown[][] }[]
  }
}

/** SQLite 3.33 with FTS5, as WebAssembly. */
const OLD_SQLITE = 'sql.js-fts5'

async function oldSqlite(): Promise<SqlJs | undefined> {
  const require = createRequire(import.meta.url)
  try {
    const wasm = require.resolve(`${OLD_SQLITE}/dist/sql-wasm.wasm`)
    const init = require(`${OLD_SQLITE}/dist/sql-wasm.js`) as (options: object) => Promise<SqlJs>
    return await init({ wasmBinary: readFileSync(wasm) })
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error
    console.warn(`skipped: ${OLD_SQLITE} is not installed`)
    return undefined
  }
}

const old = await oldSqlite()

describe.skipIf(old === undefined)('SQLite 3.33', () => {
  function values(sql: string, file = caseFile): unknown[][] {
    const db = new old!.Database(readFileSync(file))
    return db.exec(sql)[0]?.values ?? []
  }

  it('is as old as it is said to be', () => {
    expect(values('SELECT sqlite_version()')).toEqual([['3.33.0']])
  })

  it('finds the file sound', () => {
    expect(values('PRAGMA integrity_check')).toEqual([['ok']])
  })

  it.each(VIEWS.map(({ name }) => name))('reads the view %s', (view) => {
    expect(values(`SELECT count(*) FROM (SELECT * FROM ${view})`)).toEqual([[count(view)]])
  })

  it('reads a hand-over file, records and full text included', () => {
    for (const sql of HANDED_OVER) expect(values(sql, handover)).toEqual([[count('events')]])
    for (const sql of HANDED_LINES) expect(values(sql, handedLines)).toEqual([[BOTH_KINDS.lines]])
  })

  it('runs the statements of docs/case-file.md, full text included', () => {
    for (const statement of blocks('sql')) expect(values(statement), statement).not.toEqual([])
  })
})
