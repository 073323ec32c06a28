import type Database from 'better-sqlite3'

/** An open database: a case or, where that is said, another file. */
export type Connection = Database.Database
