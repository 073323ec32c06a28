import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../cli/case-command.js'
import { closeCase, openCase } from '../cli/open-case.js'
import { printRows } from '../cli/output/print-rows.js'
import type { ProblemGroup } from '../model/case-info.js'
import { PROBLEM_KINDS } from '../model/problem.js'
import { readProblemGroups } from '../query/case/case-facts.js'
import { listProblems, PROBLEM_COLUMNS } from '../query/case/problem-list.js'
import { FORMATS } from '../render/format.js'
import { GROUP_COLUMNS, problemGroupRows, renderProblems } from '../render/problem-report.js'

export interface ProblemsResult {
  readonly problems: readonly ProblemGroup[]
}

export default class Problems extends CaseCommand {
  static override summary = 'List what was wrong with the evidence.'
  static override description =
    'Groups by kind, with a count and the first location. --list or --kind shows each problem with its location.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --kind bad-json',
    '<%= config.bin %> <%= command.id %> --list --format csv',
  ]
  static override flags = {
    list: Flags.boolean({ description: 'List every problem.' }),
    kind: Flags.string({
      description: 'List the problems of one kind.',
      options: Object.keys(PROBLEM_KINDS),
      helpValue: 'KIND',
    }),
    format: Flags.string({ description: 'Output format.', options: [...FORMATS], default: 'table' }),
  }

  async run(): Promise<ProblemsResult> {
    const { flags } = await this.parse(Problems)
    const db = openCase(flags.case)
    const problems = readProblemGroups(db)
    this.shown = problems.length
    if (this.jsonEnabled()) return { problems }
    if (flags.list || flags.kind !== undefined)
      this.shown = await printRows(flags.format, PROBLEM_COLUMNS, listProblems(db, flags.kind))
    else if (flags.format === 'table') process.stdout.write(renderProblems(problems))
    else await printRows(flags.format, GROUP_COLUMNS, problemGroupRows(problems))
    closeCase(db)
    return { problems }
  }
}
