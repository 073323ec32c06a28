import type Database from 'better-sqlite3'

/** An open database, by default a case. */
export type Connection = Database.Database
