// Indexes fixtures/quickstart with the built command line and asks one question of each kind.
// The archive shows a leaked access key; fixtures/quickstart/README.md has the story.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
// Another build of the program: the tests of other versions of Node.
const bin = process.env.COLDTRAIL_BIN ?? path.join(root, 'dist', 'bin.js')
const fixture = path.join('fixtures', 'quickstart')
const DONE = 0
const DONE_WITH_PROBLEMS = 3

if (!existsSync(bin)) {
  console.error('dist/bin.js is not there: run npm run build first')
  process.exit(1)
}

const story = JSON.parse(readFileSync(path.join(root, fixture, 'story.json'), 'utf8'))
const caseFile = path.join(mkdtempSync(path.join(tmpdir(), 'coldtrail-quickstart-')), 'case.sqlite')

/** Prints the command as one would type it and runs it; its output goes where ours goes. */
function coldtrail(args, expected = DONE) {
  const typed = args.map((arg) => (/^[\w./:@=,-]+$/.test(arg) ? arg : `"${arg}"`)).join(' ')
  console.log(`\n$ coldtrail ${typed}`)
  const { status, error } = spawnSync(process.execPath, [bin, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, COLDTRAIL_CASE: caseFile },
  })
  if (error !== undefined) throw error
  if (status === expected) return
  console.error(`coldtrail ${args[0]} exited ${status}, not ${expected}`)
  process.exit(1)
}

function step(why) {
  console.log(`\n# ${why}`)
}

console.log(`# coldtrail writes and reads one case file; here it is
$ export COLDTRAIL_CASE=${caseFile}`)

step(
  `Index ${story.files + 1} log files. One is damaged on purpose: exit code 3, done but problems were recorded.`,
)
coldtrail(['index', path.join(fixture, 'AWSLogs'), '--workers', '2'], DONE_WITH_PROBLEMS)

step('What is in it?')
coldtrail(['info'])

step('A ticket names one request ID. Which event was that?')
coldtrail(['find', 'request', story.createAccessKey.requestId])

step('Its exact record, and where it came from.')
coldtrail(['show', story.createAccessKey.eventId])

step('Somebody made a key for a new user. What did the credentials that made it do, writes only?')
coldtrail(['find', 'principal', story.roleKey, '--write-only', '--order', 'asc'])

step('Those came from AssumeRole with a key of ci-deploy. What else did that key do, and from where?')
const columns = 'event_time,event_name,source_ip_address,error_code'
coldtrail(['find', 'principal', story.leakedKey, '--order', 'asc', '--columns', columns])

step('Who touched the customer exports?')
coldtrail(['find', 'resource', story.bucketArn, '--event', 'GetObject', '--limit', '5'])

step('Everything that mentions the new user, anywhere in the record.')
coldtrail(['find', 'text', story.newUser, '--limit', '5'])

step('All changes within the hour of the attack (times are UTC; --until is exclusive).')
coldtrail([
  ...['find', 'window', '--since', story.window.since, '--until', story.window.until],
  ...['--write-only', '--order', 'asc', '--limit', '25'],
])

step('What was wrong with the evidence? Nothing is dropped silently.')
coldtrail(['problems'])

step('Anything else is SQL; the views events, event_resources, principals, sources are stable names.')
coldtrail([
  'sql',
  `SELECT event_name, count(*) AS events, min(event_time) AS first FROM events WHERE access_key_id = '${story.newKey}' GROUP BY 1 ORDER BY 3`,
])

console.log(`
# Type next, with the same case:
export COLDTRAIL_CASE=${caseFile}
node dist/bin.js verify                                     # hashes of everything stored
node dist/bin.js find principal ${story.newUser} --format jsonl --records
node dist/bin.js find window --since 2h --error             # failures of the last two hours in the case
node dist/bin.js index /path/to/your/AWSLogs --case mine.sqlite
node dist/bin.js help                                       # every command`)
