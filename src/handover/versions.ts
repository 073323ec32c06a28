import PACKAGE from '../../package.json' with { type: 'json' }
import type { Connection } from '../store/open.js'

export function readVersions(db: Connection): Record<string, string> {
  const { version, dependencies } = PACKAGE
  const sqlite = db.prepare<unknown[], string>('SELECT sqlite_version()').pluck().get() ?? '?'
  return { coldtrail: version, node: process.version, sqlite, ...dependencies }
}
