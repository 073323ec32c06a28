import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Connection } from '../store/open.js'

const PACKAGE = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()) })

/** Tool, runtime and dependency versions, for the manifest. */
export function readVersions(db: Connection): Record<string, string> {
  const file = fileURLToPath(new URL('../../package.json', import.meta.url))
  const { version, dependencies } = PACKAGE.parse(JSON.parse(readFileSync(file, 'utf8')))
  const sqlite = db.prepare<unknown[], string>('SELECT sqlite_version()').pluck().get() ?? '?'
  return { coldtrail: version, node: process.version, sqlite, ...dependencies }
}
