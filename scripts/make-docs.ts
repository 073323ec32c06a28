/**
 * Writes what is taken from the program: docs/cli.md from the built program's --help, docs/rules.md from the built-in rules, the marked parts of docs/case-file.md
 * from the schema, and test/contracts/command-snapshot.json from oclif's manifest. `npm run docs` builds first. The same
 * sources give the same bytes on every machine.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { RULES_DOC, rulesDocument } from './rules-doc.js'
import { OUT_TABLES } from '../src/handover/schema.js'
import { EXIT } from '../src/model/case-error.js'
import { EVENT_COLUMNS, TABLE_COLUMNS } from '../src/model/event.js'
import { CREDENTIAL_CLASSES } from '../src/model/principal.js'
import { NOTES, PROBLEM_KINDS, type ProblemKind } from '../src/model/problem.js'
import { CREDENTIAL_GROUPS } from '../src/query/find/filters.js'
import { INDEXES } from '../src/store/indexes.js'
import { TABLES, TEXT_TABLES, type ColumnSpec, type TableSpec } from '../src/store/schema.js'
import { EVENTS, VIEWS } from '../src/store/views.js'

const ROOT = path.resolve(import.meta.dirname, '..')
export const CLI_DOC = path.join(ROOT, 'docs/cli.md')
export const CASE_DOC = path.join(ROOT, 'docs/case-file.md')
export const COMMAND_SNAPSHOT = path.join(ROOT, 'test/contracts/command-snapshot.json')
const BIN = path.join(ROOT, 'dist/bin.js')
const WIDTH = '100'
/** Prints a list of the help of each command that is named: one process, since most of a command's time is its start. */
const HELPS = `
class Exit extends Error {}
process.exit = () => {
  throw new Exit()
}
const [bin, ...ids] = process.argv.slice(1)
const write = process.stdout.write.bind(process.stdout)
const texts = []
for (const [at, id] of ids.entries()) {
  let text = ''
  process.stdout.write = (chunk, ...rest) => {
    text += chunk
    rest.find((one) => typeof one === 'function')?.()
    return true
  }
  process.argv = [process.execPath, bin, ...id.split(':'), '--help']
  // Under another name each time, so that it runs again.
  await import(bin + '?' + at).catch((error) => {
    if (!(error instanceof Exit)) throw error
  })
  texts.push(text)
}
process.stdout.write = write
process.exitCode = 0
write(JSON.stringify(texts))`

export interface ManifestFlag {
  readonly type: 'boolean' | 'option'
  readonly description?: string
  readonly char?: string
  readonly required?: boolean
  readonly multiple?: boolean
  readonly options?: readonly string[]
  readonly default?: unknown
  readonly hidden?: boolean
  readonly helpGroup?: string
}

export interface ManifestArg {
  readonly description?: string
  readonly required?: boolean
  readonly options?: readonly string[]
}

export interface ManifestCommand {
  readonly id: string
  readonly summary?: string
  readonly description?: string
  readonly hidden?: boolean
  readonly examples?: readonly (string | { readonly command: string; readonly description: string })[]
  readonly flags: Readonly<Record<string, ManifestFlag>>
  readonly args: Readonly<Record<string, ManifestArg>>
}

/** Commands as oclif found them at the build, in order of their words. */
export function readCommands(): ManifestCommand[] {
  const text = readFileSync(path.join(ROOT, 'oclif.manifest.json'), 'utf8')
  const { commands } = JSON.parse(text) as { commands: Record<string, ManifestCommand> }
  return Object.values(commands)
    .filter(({ hidden }) => hidden !== true)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What scripts may rely on, command by command; texts are left out. */
export async function commandSnapshot(): Promise<string> {
  const surface = readCommands().map((command) => [
    typed(command),
    { args: byName(command.args, argSurface), flags: byName(command.flags, flagSurface) },
  ])
  const style = await resolveConfig(COMMAND_SNAPSHOT)
  return format(JSON.stringify(Object.fromEntries(surface)), { ...style, parser: 'json' })
}

function byName<Value>(all: Readonly<Record<string, Value>>, surface: (value: Value) => object): object {
  const entries = Object.entries(all).filter(([, value]) => !(value as { hidden?: boolean }).hidden)
  return Object.fromEntries(entries.map(([name, value]) => [name, surface(value)] as const).sort(byFirst))
}

function byFirst([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

function argSurface({ required, options }: ManifestArg): object {
  return { required: required === true, ...(options === undefined ? {} : { options }) }
}

function flagSurface({ type, char, required, multiple, options, default: preset }: ManifestFlag): object {
  return {
    type,
    ...(char === undefined ? {} : { char }),
    ...(required === true ? { required } : {}),
    ...(multiple === true ? { multiple } : {}),
    ...(options === undefined ? {} : { options }),
    ...(preset === undefined ? {} : { default: preset }),
  }
}

/** `find:request` → `find request` */
export function typed({ id }: ManifestCommand): string {
  return id.replaceAll(':', ' ')
}

/** An example as one would type it. */
export function exampleText(
  command: ManifestCommand,
  example: NonNullable<ManifestCommand['examples']>[number],
): string {
  const text = typeof example === 'string' ? example : example.command
  return text
    .replaceAll(/<%= *config\.bin *%>/g, 'coldtrail')
    .replaceAll(/<%= *command\.id *%>/g, typed(command))
}

export async function cliDocument(): Promise<string> {
  const commands = readCommands()
  const helps = await helpsOf(commands.map(({ id }) => id))
  const sections = commands.map((command, at) => {
    const name = `coldtrail ${typed(command)}`
    return `## ${name}\n\n\`\`\`text\n$ ${name} --help\n${helps[at]!}\n\`\`\``
  })
  const contents = commands.map(
    (command) => `| [\`${typed(command)}\`](#${anchorOf(command)}) | ${cell(command.summary ?? '')} |`,
  )
  const parts = [
    CLI_HEAD,
    table(['command', 'what it does'], contents),
    CLI_COMMON,
    exitCodes(),
    columns(),
    credentials(),
    ...sections,
  ]
  return parts.map((part) => `${part.trim()}\n`).join('\n')
}

async function helpsOf(ids: readonly string[]): Promise<string[]> {
  const { PATH, HOME, TMPDIR } = process.env
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', HELPS, '--', pathToFileURL(BIN).href, ...ids],
    // Nothing else of the environment: it could change the width, the colours or a default.
    {
      env: { PATH, HOME, TMPDIR, NO_COLOR: '1', OCLIF_COLUMNS: WIDTH, COLUMNS: WIDTH, LANG: 'C.UTF-8' },
      maxBuffer: Infinity,
    },
  )
  return (JSON.parse(stdout) as string[]).map((text) =>
    text
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trim(),
  )
}

function anchorOf(command: ManifestCommand): string {
  return `coldtrail-${command.id.replaceAll(':', '-')}`
}

const CLI_HEAD = `# Command reference

Made by \`npm run docs\` from the program's own \`--help\`; do not edit. [README.md](../README.md) shows the commands at work.
`

const CLI_COMMON = `
## What holds for every command

- The case is \`--case FILE\`, else \`$COLDTRAIL_CASE\`, else \`case.sqlite\` in the current folder. Only \`index\` makes one.
- \`COLDTRAIL_PLAIN_SQLITE=1\` makes \`index\` leave all writing of rows and full text to SQLite: slower, the same case. Try it when a case seems wrong.
- Data goes to stdout; progress, warnings, the window as understood, and totals go to stderr.
- \`--json\` prints the command's result as one JSON object, also for an error: \`{"error":{"message","hint","exit"}}\`.
- Evidence cannot act on a terminal or a spreadsheet: tables and CSV show a substitute for each control, zero-width and
  text-direction character, JSON its \`\\uXXXX\` escape, and a CSV cell that would be taken for a formula begins with \`'\`.
  Exact bytes go to a pipe or file only: from \`show\`, and in the \`record\` of \`--records\` (with \`jsonl\` a line break between
  two tokens of a record becomes a space).
- A table on a terminal that is too narrow for it takes several lines a row and loses no column; \`--columns\` of \`find\` chooses.
- A reader that closes the pipe early (\`| head\`) ends the command quietly.

## Times

Times are UTC, shown as \`2023-07-10T11:42:00Z\`. Accepted: \`2023-07-10\` (the start of that day), \`2023-07-10T11:42\`,
\`2023-07-10T11:42:00Z\`, \`2023-07-10T13:42:00+02:00\`, \`@1688989320000\` (ms since 1970), and \`30s\`, \`30m\`, \`2h\`, \`7d\`, \`1w\`
(also with a minus), which count back from the newest event in the case, not from now. Dates with slashes are refused.
\`--since\` is inclusive, \`--until\` is not: \`--until 2023-07-11\` takes in all of the 10th. Events without a readable time are in
no window.

\`index --since\` and \`--until\` are another thing: they skip whole files by the day in their path (\`AWSLogs/…/YYYY/MM/DD/\`) or
name, before opening them. A file without a day is read. Deliveries are late, so a file is skipped only when its day begins more than
two days after \`--until\`. After an outage of the bucket CloudTrail repeats the delivery for up to 30 days: files that arrived
that late can be missed by \`--until\`. The totals say how many files were skipped.
`

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done; an answer of zero rows is an answer',
  bug: 'a bug in coldtrail',
  usage: 'usage error, or a file or folder cannot be read or written; the message says what to do',
  problems: 'done, but problems were recorded: see `coldtrail problems`',
  notACase: 'no case file there, not a case file, or one of a newer format',
  locked: 'another coldtrail is writing to this case',
  verificationFailed:
    'verification failed: the case, the referenced archive or a log file is not what it should be, or a log file is missing',
  diskFull: 'the disk is full; what was indexed so far is safe, the same command goes on from there',
}

function exitCodes(): string {
  const rows = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map(
    (name) => `| ${EXIT[name]} | ${EXIT_MEANINGS[name]} |`,
  )
  rows.push('| 130, 143 | interrupted by Ctrl-C or SIGTERM; `index` goes on at the next run |')
  return `## Exit codes\n\n${table(['code', 'meaning'], rows)}`
}

function columns(): string {
  const rows = EVENT_COLUMNS.map((name) => {
    const meaning = EVENTS.columns.find((column) => column.name === name)?.meaning ?? ''
    return `| \`${name}\` | ${TABLE_COLUMNS.includes(name) ? 'yes' : ''} | ${cell(meaning)} |`
  })
  rows.push(
    '| `resources` | | JSON formats only: array of `{arn, type, role}`; `name` where there is no ARN, `derived` where the ARN was put together |',
    '| `record` | | JSON formats with `--records` only: the exact text of the record, not re-serialised |',
  )
  return `
## Columns of an event

For \`--columns\`, in this order in \`csv\`, \`jsonl\` and \`json\`. They are also the first columns of the view \`events\`.

${table(['column', 'in the table', 'meaning'], rows)}`
}

function credentials(): string {
  const classes = Object.entries(CREDENTIAL_CLASSES).map(
    ([name, meaning]) => `| \`${name}\` | ${cell(meaning)} |`,
  )
  const groups = Object.entries(CREDENTIAL_GROUPS).map(
    ([name, members]) => `| \`${name}\` | ${members.map((member) => `\`${member}\``).join(', ')} |`,
  )
  return `
## Classes of credentials

Every event has one class, in \`credential_class\`; \`--credentials\` takes a class or a group.

${table(['class', 'meaning'], classes)}
${table(['group', 'classes'], groups)}`
}

/** Markers in a document: what lies between them is generated. */
const begin = (name: string): string => `<!-- generated: ${name} (npm run docs) -->`
const end = (name: string): string => `<!-- end: ${name} -->`

/** @param text the document as it is. @returns it with every generated part made anew. */
export async function caseDocument(text: string): Promise<string> {
  const parts = { problems: problems(), schema: await schema(), handover: handover() }
  let made = text
  for (const [name, part] of Object.entries(parts)) {
    const from = made.indexOf(begin(name))
    const to = made.indexOf(end(name))
    if (from < 0 || to < from)
      throw new Error(`docs/case-file.md has no part "${begin(name)}" … "${end(name)}"`)
    // Unpadded tables: one long cell must not change every line.
    const fenced = `\n\n<!-- prettier-ignore-start -->\n\n${part.trim()}\n\n<!-- prettier-ignore-end -->\n\n`
    made = made.slice(0, from + begin(name).length) + fenced + made.slice(to)
  }
  return made
}

function problems(): string {
  const rows = (Object.entries(PROBLEM_KINDS) as [ProblemKind, string][]).map(
    ([kind, meaning]) => `| \`${kind}\` | ${cell(meaning)} | ${NOTES.has(kind) ? 'no' : 'yes'} |`,
  )
  return table(['kind', 'meaning', '`index` exits 3'], rows)
}

async function schema(): Promise<string> {
  const later = await laterTables()
  return [
    '### Views\n',
    ...VIEWS.map((view) => describe(view.name, view.meaning, view.columns)),
    '### Tables\n',
    ...TABLES.map((spec) => describe(spec.name, spec.meaning + details(spec), spec.columns)),
    ...later.map((spec) =>
      describe(spec.name, `${spec.meaning} Added when it is first needed.${details(spec)}`, spec.columns),
    ),
    `Full-text tables (FTS5, contentless): ${TEXT_TABLES.map((name) => `\`${name}\``).join(', ')}.\n`,
    '### Indexes\n',
    table(
      ['index', 'on', 'for'],
      INDEXES.map(({ name, table: on, columns: indexed, where, reason }) => {
        const partial = where === undefined ? '' : ` where ${where}`
        return `| \`${name}\` | \`${on} (${indexed})\`${partial} | ${cell(reason)} |`
      }),
    ),
  ].join('\n')
}

function handover(): string {
  return OUT_TABLES.map((spec) => describe(spec.name, spec.meaning, spec.columns, '###')).join('\n')
}

/** Tables that a command adds to a case: exports `…_TABLES` of src/store/…-schema.ts. */
async function laterTables(): Promise<TableSpec[]> {
  const folder = path.join(ROOT, 'src/store')
  const files = readdirSync(folder).filter((name) => name.endsWith('-schema.ts'))
  const found: TableSpec[] = []
  for (const file of files.sort()) {
    const module = (await import(pathToFileURL(path.join(folder, file)).href)) as Record<string, unknown>
    for (const [name, value] of Object.entries(module).sort()) {
      if (name.endsWith('_TABLES')) found.push(...(value as readonly TableSpec[]))
    }
  }
  return found
}

function details({ primaryKey, dictionary }: TableSpec): string {
  const key = primaryKey === undefined ? '' : ` Primary key: \`${primaryKey}\`.`
  return `${dictionary === true ? ' A dictionary.' : ''}${key}`
}

function describe(name: string, meaning: string, described: readonly ColumnSpec[], level = '####'): string {
  const rows = described.map((column) => {
    const rule = column.rule ?? (column.generated === undefined ? undefined : `computed: ${column.generated}`)
    const type = `${column.type}${rule === undefined ? '' : ` ${rule}`}`
    return `| \`${column.name}\` | ${type} | ${cell(column.meaning)} |`
  })
  return `${level} \`${name}\`\n\n${meaning}\n\n${table(['column', 'type', 'meaning'], rows)}`
}

function table(head: readonly string[], rows: readonly string[]): string {
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows, ''].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(CLI_DOC, await cliDocument())
  writeFileSync(COMMAND_SNAPSHOT, await commandSnapshot())
  writeFileSync(RULES_DOC, await rulesDocument())
  writeFileSync(CASE_DOC, await caseDocument(readFileSync(CASE_DOC, 'utf8')))
}
