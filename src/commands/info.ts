import { CaseCommand } from '../cli/case-command.js'
import { openCase } from '../cli/open-case.js'
import type { CaseInfo } from '../model/case-info.js'
import { readCaseInfo } from '../query/case/case-facts.js'
import { renderCaseInfo } from '../render/case-info.js'

export default class Info extends CaseCommand {
  static override summary = 'Show what a case contains.'
  static override description = `Sources, events, time span, accounts, regions, problems, sizes, versions and the logical digest, which is the same
for every case made of the same evidence.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --case ./case.sqlite',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  async run(): Promise<CaseInfo> {
    const { flags } = await this.parse(Info)
    this.shown = null
    const db = openCase(flags.case)
    const info = readCaseInfo(db, flags.case)
    db.close()
    if (!this.jsonEnabled()) process.stdout.write(renderCaseInfo(info))
    return info
  }
}
