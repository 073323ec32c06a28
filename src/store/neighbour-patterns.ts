/** Patterns for --exclude that leave out, in later runs, files that were found to belong to other services and programs. */
import type { Connection } from './connection.js'

/** Files that programs leave in any folder. */
const LEFT_ANYWHERE: readonly (readonly [RegExp, string])[] = [
  [/^\.DS_Store$/, '.DS_Store'],
  [/^\._/, '._*'],
  [/^desktop\.ini$/i, 'desktop.ini'],
  [/^Thumbs\.db$/i, 'Thumbs.db'],
]
/** `AWSLogs/[o-…/]ACCOUNT/SERVICE/…`: each service delivers into a folder of its own. */
const SERVICE_FOLDER = /(?:^|[/\\])AWSLogs[/\\](?:o-[a-z0-9]+[/\\])?\d{12}[/\\]([A-Za-z0-9_-]+)[/\\]/
const OF_CLOUDTRAIL = /^CloudTrail/

/** For a shell, quoted. Empty where no pattern is safe: it must not match a log file of CloudTrail. */
export function neighbourPatterns(db: Connection, runId: number): string[] {
  const paths = db
    .prepare<[number], string>(
      "SELECT path FROM source WHERE run_id = ? AND member IS NULL AND status = 'neighbour'",
    )
    .pluck()
    .iterate(runId)
  const found = new Set<string>()
  for (const path of paths) {
    const service = SERVICE_FOLDER.exec(path)?.[1]
    const name = path.slice(path.lastIndexOf('/') + 1)
    const left = LEFT_ANYWHERE.find(([form]) => form.test(name))?.[1]
    if (left !== undefined) found.add(left)
    else if (service !== undefined && !OF_CLOUDTRAIL.test(service)) found.add(`AWSLogs/**/${service}/**`)
  }
  return [...found].sort()
}
