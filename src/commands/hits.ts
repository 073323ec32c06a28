import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../cli/case-command.js'
import { closeCase, openCase } from '../cli/open-case.js'
import { printRows } from '../cli/output/print-rows.js'
import { writeNewFile } from '../cli/output/write-new-file.js'
import { ruleFlags } from '../cli/parse/flags.js'
import {
  ALL_HIT_EVENT_COLUMNS,
  ALL_HIT_RULE_COLUMNS,
  HIT_EVENT_COLUMNS,
  HIT_RULE_COLUMNS,
  listHitEvents,
  listHitRules,
  navigatorLayer,
  type HitRule,
} from '../query/detection/hit-list.js'
import { detectionNotes } from '../query/detection/rule-filter.js'
import { FORMATS } from '../render/format.js'

export interface HitsResult {
  readonly rules: readonly HitRule[]
}

export default class Hits extends CaseCommand {
  static override summary = 'List what detection rules found.'
  static override description = `By rule, the most severe and rarest first, with the principals, times and ATT&CK techniques, as coldtrail detect kept them in the case.
With --rule or --events: every event of each hit and where its record lies; a correlation shows all of its events.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --rule "EBS snapshot*"',
    '<%= config.bin %> <%= command.id %> --min-level high --events --format csv',
    '<%= config.bin %> <%= command.id %> --technique T1537 --navigator layer.json',
  ]
  static override flags = {
    ...ruleFlags,
    technique: Flags.string({
      description: 'Only rules of this ATT&CK technique; T1098 includes T1098.001. May repeat.',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'ID',
    }),
    events: Flags.boolean({ description: 'List the events of each hit.' }),
    navigator: Flags.string({
      description: 'Also write a layer for the ATT&CK Navigator to this new file.',
      helpValue: 'FILE',
    }),
    format: Flags.string({ description: 'Output format.', options: [...FORMATS], default: 'table' }),
  }

  async run(): Promise<HitsResult> {
    const { flags } = await this.parse(Hits)
    const db = openCase(flags.case)
    try {
      const choice = {
        rules: flags.rule ?? [],
        minLevel: flags['min-level'] ?? null,
        techniques: flags.technique ?? [],
      }
      for (const note of detectionNotes(db, choice)) this.note(note)
      const rules = listHitRules(db, choice)
      this.shown = rules.length
      if (flags.navigator !== undefined) {
        const layer = `${JSON.stringify(navigatorLayer(rules), null, 2)}
`
        writeNewFile(db, flags.navigator, layer, '--navigator')
        this.note(`wrote ${flags.navigator}`)
      }
      if (this.jsonEnabled()) return { rules }
      const isTable = flags.format === 'table'
      if (flags.events || flags.rule !== undefined)
        this.shown = await printRows(
          flags.format,
          isTable ? HIT_EVENT_COLUMNS : ALL_HIT_EVENT_COLUMNS,
          listHitEvents(db, rules),
        )
      else await printRows(flags.format, isTable ? HIT_RULE_COLUMNS : ALL_HIT_RULE_COLUMNS, rules)
      if (rules.length === 0) this.note('no hits')
      return { rules }
    } finally {
      closeCase(db)
    }
  }
}
