/** Writes the empty case: tables, views, dictionary of columns. */
import { CREDENTIAL_CLASSES } from '../model/principal.js'
import { PROBLEM_KINDS } from '../model/problem.js'
import { RESOURCE_ROLES } from '../model/resource.js'
import { APPLICATION_ID, FORMAT_MAJOR, FORMAT_MINOR, USER_VERSION } from './format.js'
import { createIndex, INDEXES } from './indexes.js'
import type { Connection } from './connection.js'
import { openNewWriter } from './open.js'
import { createTable, FTS_DDL, TABLES, TEXT_TABLES } from './schema.js'
import { VIEWS } from './views.js'

/** Tables whose indexes exist from the start because the load looks rows up. */
const INDEXED_EARLY = new Set([
  'source',
  'segment',
  'problem',
  'session',
  'address',
  'action',
  'redelivery',
  'reduced_form',
  'access_client',
])

export function createCase(path: string, toolVersion: string): Connection {
  const db = openNewWriter(path)
  try {
    db.transaction(() => {
      writeSchema(db)
      setMeta(db, 'format', `${FORMAT_MAJOR}.${FORMAT_MINOR}`)
      setMeta(db, 'created_by', `coldtrail ${toolVersion}`)
      setMeta(db, 'time', 'UTC; *_ms columns are milliseconds since 1970-01-01T00:00:00Z')
      setMeta(db, 'state', 'ready')
    })()
  } catch (error) {
    db.close()
    throw error
  }
  return db
}

export function setMeta(db: Connection, key: string, value: string): void {
  db.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(key, value)
}

export function getMeta(db: Connection, key: string): string | null {
  const row = db.prepare('SELECT value FROM meta WHERE key = ?').get(key) as { value: string } | undefined
  return row?.value ?? null
}

function writeSchema(db: Connection): void {
  for (const table of TABLES) db.exec(createTable(table))
  for (const ddl of FTS_DDL) db.exec(ddl)
  tuneFullText(db)
  for (const view of VIEWS) db.exec(`CREATE VIEW ${view.name} AS ${view.sql}`)
  for (const index of INDEXES) if (INDEXED_EARLY.has(index.table)) db.exec(createIndex(index))
  addRoles(db)
  db.exec('INSERT INTO outcome (id, error_code, error_message, failed, denied) VALUES (0, NULL, NULL, 0, 0)')
  writeDictionary(db)
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.pragma(`user_version = ${USER_VERSION}`)
}

/** Adds roles that a case of an earlier version lacks. */
export function addRoles(db: Connection): void {
  const role = db.prepare('INSERT OR IGNORE INTO resource_role (id, role) VALUES (?, ?)')
  RESOURCE_ROLES.forEach((name, id) => role.run(id, name))
}

/**
 * Words are collected in memory up to 64 MB and written once per transaction, as one segment; segments are merged only
 * at 400 (FTS5 allows 2,000). Only value_text is filled here: workers deliver the segments of the other tables.
 */
const FULL_TEXT_OPTIONS = [
  ['hashsize', 64 * 1024 * 1024],
  ['automerge', 0],
  ['crisismerge', 400],
] as const

function tuneFullText(db: Connection): void {
  for (const table of TEXT_TABLES) {
    // Literals: bound numbers arrive as doubles, which FTS5 rejects here.
    for (const [option, value] of FULL_TEXT_OPTIONS) {
      db.exec(`INSERT INTO ${table} (${table}, rank) VALUES ('${option}', ${value})`)
    }
  }
}

function writeDictionary(db: Connection): void {
  const insert = db.prepare(
    'INSERT INTO data_dictionary (table_name, column_name, type, meaning) VALUES (?, ?, ?, ?)',
  )
  for (const item of [...TABLES, ...VIEWS]) {
    insert.run(item.name, '*', null, item.meaning)
    for (const column of item.columns) insert.run(item.name, column.name, column.type, column.meaning)
  }
  insert.run(
    'event_text',
    '*',
    null,
    'Full text of the values that are an event’s own (parameters, response, resources, …); rowid is event.id',
  )
  insert.run('event_text', 'body', 'TEXT', 'For MATCH only: the text itself is in the record')
  insert.run(
    'value_text',
    '*',
    null,
    'Full text of the values that events share; rowid is the id in action, place, caller, session, address, client, outcome, access_client or access_call',
  )
  insert.run('value_text', 'body', 'TEXT', 'For MATCH only')
  insert.run(
    'access_text',
    '*',
    null,
    'Full text of what is a line’s own in access logs (key, request URI, referer), also decoded; rowid is access_log.id',
  )
  insert.run('access_text', 'body', 'TEXT', 'For MATCH only')
  for (const [name, meaning] of Object.entries(CREDENTIAL_CLASSES))
    insert.run('caller.credential_class', `=${name}`, null, meaning)
  for (const [kind, meaning] of Object.entries(PROBLEM_KINDS))
    insert.run('problem.kind', `=${kind}`, null, meaning)
}
