import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../cli/case-command.js'
import { dieWithParent, inTimedChild, isTimedChild, reportToParent } from '../cli/timed-child.js'
import { openCase } from '../cli/open-case.js'
import { printRows, type PlainRow } from '../cli/output/print-rows.js'
import { CaseError } from '../model/case-error.js'
import { runFreeSql, type FreeResult } from '../query/sql/free-sql.js'
import { FORMATS } from '../render/format.js'

export interface SqlResult {
  readonly columns: readonly string[]
  readonly rows: readonly PlainRow[]
}

export default class Sql extends CaseCommand {
  static override summary = 'Run a read-only SQL query.'
  static override description = `Runs one read-only statement. Views: events, appearances, event_resources, principals, sources, problems, coverage;
every column is explained in data_dictionary. record(event_id) gives the exact text of a record.
Runs in a child process that is stopped after --timeout seconds.`
  static override examples = [
    `<%= config.bin %> <%= command.id %> "SELECT event_name, count(*) AS n FROM events GROUP BY 1 ORDER BY n DESC LIMIT 20"`,
    `<%= config.bin %> <%= command.id %> "SELECT event_id, json_extract(record(event_id), '$.requestParameters.bucketName') AS bucket FROM events WHERE event_name = 'PutBucketPolicy'"`,
    `<%= config.bin %> <%= command.id %> "SELECT * FROM data_dictionary WHERE table_name = 'events'" --format csv`,
  ]
  static override args = {
    statement: Args.string({ ignoreStdin: true, description: 'The statement.', required: true }),
  }
  static override flags = {
    format: Flags.string({ description: 'Output format.', options: [...FORMATS], default: 'table' }),
    timeout: Flags.integer({
      description: 'Seconds until the statement is stopped.',
      default: 60,
      min: 1,
      max: 86_400,
      helpValue: 'SECONDS',
    }),
  }

  /** A statement may begin with a comment (`--`), which is not a flag. */
  protected override async init(): Promise<void> {
    await super.init()
    this.argv = this.argv.map((word) => (/^--(?:\s|[^=\n]*\n)/.test(word) ? ` ${word}` : word))
  }

  /** @returns the object of `--json` in the child, whose output the parent passes on. */
  async run(): Promise<SqlResult | undefined> {
    const { args, flags } = await this.parse(Sql)
    if (!isTimedChild()) {
      this.shown = await inTimedChild(flags.timeout)
      return undefined
    }
    dieWithParent()
    const db = openCase(flags.case)
    const answer = runFreeSql(db, args.statement)
    const result = this.jsonEnabled() ? collect(answer) : undefined
    const count = result?.rows.length ?? (await printRows(flags.format, answer.columns, answer.rows))
    await reportToParent(count)
    this.note(`${count} row${count === 1 ? '' : 's'}`)
    db.close()
    return result
  }
}

/**
 * JSON.stringify returns one string of at most half a billion characters, and an escape turns one into six.
 */
const MOST_CHARACTERS = 64 * 1024 * 1024

function collect({ columns, rows }: FreeResult): SqlResult {
  const kept: PlainRow[] = []
  let characters = 0
  for (const row of rows) {
    characters += JSON.stringify(row).length
    if (characters > MOST_CHARACTERS) {
      throw new CaseError('the answer is too long for one JSON object', {
        hint: 'take --format jsonl instead of --json, or add a LIMIT',
      })
    }
    kept.push(row)
  }
  return { columns, rows: kept }
}
