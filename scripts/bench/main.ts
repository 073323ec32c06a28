/**
 * `npm run bench -- [--profile large]… [--runs 3] …`: makes what is missing, runs every job, prints ratios of the same run.
 * The page cache is warm: an unmeasured pass over the archive comes first. Raw figures go to `--json FILE`.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { coldtrailBuilt, indexJob } from './coldtrail.js'
import { commandTable, runCommands, type CommandResult } from './commands.js'
import { benchDetect } from './detect.js'
import { ensureCorpus, PROFILES, type Corpus, type ProfileName } from './corpus.js'
import { indexTable, profileTable, removeOutput, runJobs, type Job, type JobResult } from './jobs.js'
import { measure } from './measure.js'
import { isInstalled, peerJobs, PEERS, type PeerName } from './peers.js'
import { benchShapes, benchStream } from './shapes.js'
import { queryTable, runQueries, type Asked, type QueryResult } from './queries.js'
import { measureStarts, startTable, type Start } from './starting.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const DATA = path.join(ROOT, 'bench-data')
/** Of this run alone: another may be under way. */
const WORK = path.join(DATA, `work-${process.pid}`)
const QUERY_RUNS = 20
const PARTS = ['index', 'queries', 'starts', 'peers', 'shapes', 'stream', 'commands', 'detect'] as const

const USAGE = `usage: npm run bench -- [options]
  --profile NAME     ${Object.keys(PROFILES).join(', ')}; may be repeated; default large and small
  --runs N           runs of each job, median counts; default 3
  --peers LIST       ${PEERS.join(',')} or none; default all
  --only PART        index (archive to case file), queries, starts, peers (no coldtrail), shapes (other inputs), stream
                     (one large file), commands (processor time of all, at 10,000 events and of the profile), or detect
                     (detection rules, few and many);
                     default index and queries
  --workers N        for coldtrail index; default 2
  --gigabytes N      size of the one file of --only stream; default 5
  --seed N           of the generated archives; default 1
  --duplicates SHARE records that a second trail delivers again; default 0
  --amplify FOLDER   multiply these real log files instead of generating
  --json FILE        also write all figures
`

const { values } = parseArgs({
  options: {
    profile: { type: 'string', multiple: true, default: ['large', 'small'] },
    runs: { type: 'string', default: '3' },
    peers: { type: 'string', default: PEERS.join(',') },
    only: { type: 'string' },
    workers: { type: 'string', default: '2' },
    gigabytes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    duplicates: { type: 'string', default: '0' },
    amplify: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const say = (line: string): void => {
  console.error(line)
}

function refuse(message: string): never {
  console.error(`${message}\n${USAGE}`)
  process.exit(2)
}

function list<T extends string>(text: string, allowed: readonly T[]): T[] {
  const names = text.split(',').filter((name) => name !== '' && name !== 'none')
  for (const name of names)
    if (!allowed.some((a) => a === name)) refuse(`not one of ${allowed.join(', ')}: ${name}`)
  return allowed.filter((a) => names.includes(a))
}

const count = (text: string, name: string): number => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) refuse(`--${name} needs a whole number from 1: ${text}`)
  return number
}

/** npm starts this in scripts/bench; paths are relative to the user's folder. */
const fromUser = (file: string): string => path.resolve(process.env['INIT_CWD'] ?? process.cwd(), file)

if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const profiles = values.profile.flatMap((p) => list<ProfileName>(p, Object.keys(PROFILES) as ProfileName[]))
const runs = count(values.runs, 'runs')
const workers = count(values.workers, 'workers')
const seed = count(values.seed, 'seed')
const gigabytes = count(values.gigabytes, 'gigabytes')
const part = values.only === undefined ? undefined : list(values.only, PARTS)[0]

const peers = list<PeerName>(values.peers, PEERS).filter((name) => {
  if (isInstalled(name)) return true
  say(`no ${name}: it needs ${name === 'python' ? 'python3 with FTS5' : 'npm --prefix scripts/bench ci'}`)
  return false
})
const built = coldtrailBuilt()
if (!built && part !== 'peers') say('no coldtrail: dist/bin.js is not built; peers only')
mkdirSync(WORK, { recursive: true })

const machine = describeMachine()
console.log(Object.values(machine).join(' · '))

const report: {
  machine: typeof machine
  index: { corpus: Corpus['key']; jobs: JobResult[] }[]
  queries: QueryResult[]
  starts: Start[]
  shapes: JobResult[]
  stream: Record<string, number>
  commands: CommandResult[]
  detect: JobResult[]
} = { machine, index: [], queries: [], starts: [], shapes: [], stream: {}, commands: [], detect: [] }

const made: Corpus[] = []
if (part !== 'starts') for (const profile of profiles) made.push(await corpusOf(profile))

if (part === 'shapes') report.shapes = await benchShapes(made[0]!, DATA, WORK, { runs, workers, seed, say })
if (part === 'stream') report.stream = await benchStream(made[0]!, WORK, { gigabytes, workers, say })
if (part === undefined || part === 'index' || part === 'peers') {
  for (const corpus of made) {
    const jobs: Job[] = peerJobs(corpus, WORK, peers)
    if (built && part !== 'peers') jobs.push(indexJob(corpus, caseFileOf(corpus), workers))
    report.index.push(await benchIndex(corpus, jobs))
    // The first corpus's case answers the questions below; nothing else is kept.
    for (const job of jobs) if (job.name !== 'coldtrail' || corpus !== made[0]) removeOutput(job)
  }
  console.log(`\n${profileTable(report.index)}`)
}
if (built && (part === undefined || part === 'queries')) {
  report.queries = await benchQueries([made[0]!, await corpusOf('tiny')], part === undefined)
}
if (built && (part === undefined || part === 'starts')) {
  report.starts = await measureStarts(QUERY_RUNS)
  console.log(`\n${startTable(report.starts)}`)
}
if (built && part === 'commands') {
  const cases = await indexed([await corpusOf('tiny'), made[0]!])
  report.commands = await runCommands(cases, runs, say)
  console.log(`\nprocessor time of every command, median of ${runs}\n${commandTable(cases, report.commands)}`)
}
if (built && part === 'detect') {
  const [asked] = await indexed([made[0]!])
  report.detect = await benchDetect(asked!, WORK, { runs, workers, say })
}
rmSync(WORK, { recursive: true, force: true })
if (values.json !== undefined) writeFileSync(fromUser(values.json), JSON.stringify(report, null, 1) + '\n')

function corpusOf(profile: ProfileName): Promise<Corpus> {
  const amplify = values.amplify === undefined ? undefined : fromUser(values.amplify)
  return ensureCorpus(DATA, { profile, seed, duplicates: Number(values.duplicates), amplify }, say)
}

function caseFileOf(corpus: Corpus): string {
  return path.join(WORK, `${corpus.key.name}.sqlite`)
}

async function benchIndex(
  corpus: Corpus,
  jobs: readonly Job[],
): Promise<{ corpus: Corpus['key']; jobs: JobResult[] }> {
  const { key } = corpus
  say(`${key.name}: warming the page cache`)
  await measure(peerJobs(corpus, WORK, ['gzip'])[0]!.command)
  const results = await runJobs(jobs, runs, say)
  console.log(
    `\n${key.name}: ${key.records.toLocaleString('en')} records in ${key.files.toLocaleString('en')} files, ` +
      `${(key.jsonBytes / 1e6).toFixed(0)} MB JSON, ${(key.gzBytes / 1e6).toFixed(0)} MB gz; median of ${runs}`,
  )
  console.log(indexTable(corpus, results))
  for (const { name, meaning } of results) console.log(`  ${name}: ${meaning}`)
  if (results.some(({ exitCodes }) => exitCodes.includes(3)))
    console.log('  coldtrail exited 3: problems recorded')
  return { corpus: key, jobs: results }
}

/** Cases just made by the index part are used again; others are made first. */
async function benchQueries(corpora: readonly Corpus[], reuse: boolean): Promise<QueryResult[]> {
  const cases: Asked[] = []
  for (const corpus of new Map(corpora.map((c) => [c.key.name, c])).values()) {
    const job = indexJob(corpus, caseFileOf(corpus), workers)
    if (!(reuse && report.index.some((done) => done.corpus.name === corpus.key.name))) {
      say(`${corpus.key.name}: indexing for the questions`)
      removeOutput(job)
      await measure(job.command)
    }
    cases.push({ corpus, caseFile: caseFileOf(corpus) })
  }
  const results = await runQueries(cases, QUERY_RUNS, say)
  console.log(`\nwhole-process time of one question, ${QUERY_RUNS} runs each`)
  console.log(queryTable(results))
  return results
}

async function indexed(corpora: readonly Corpus[]): Promise<Asked[]> {
  const cases: Asked[] = []
  for (const corpus of corpora) {
    say(`${corpus.key.name}: indexing`)
    await measure(indexJob(corpus, caseFileOf(corpus), workers).command)
    cases.push({ corpus, caseFile: caseFileOf(corpus) })
  }
  return cases
}

function describeMachine(): Record<
  'cpu' | 'memory' | 'system' | 'node' | 'commit' | 'load' | 'date',
  string
> {
  const cpus = os.cpus()
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  let commit = 'no git'
  try {
    const changed = git('status', '--porcelain', 'src', 'scripts') === '' ? '' : ' + changes'
    commit = `commit ${git('rev-parse', '--short', 'HEAD')}${changed}`
  } catch {
    // An unpacked tarball has no history; the figures are still worth printing.
  }
  return {
    cpu: `${cpus.length} × ${cpus[0]?.model.trim() ?? 'unknown CPU'}`,
    memory: `${(os.totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `${os.platform()} ${os.release()}`,
    node: `node ${process.version}`,
    commit,
    load: `load ${loadAverage()}`,
    date: new Date().toISOString().slice(0, 16) + 'Z',
  }
}

/** Others' work on the machine at the start: above 0.5 or so the figures are not to be trusted. */
function loadAverage(): string {
  try {
    return readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '?'
  } catch {
    return (os.loadavg()[0] ?? Number.NaN).toFixed(2)
  }
}
