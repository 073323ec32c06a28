/** docs/rules.md: how rules are evaluated, and each built-in rule. */
import path from 'node:path'
import { format, resolveConfig } from 'prettier'
import { techniquesOf } from '../src/model/detection.js'
import { isMapping, readDocuments, textOf } from '../src/detect/parse/plain.js'
import { loadRules, packFolder } from '../src/detect/parse/load.js'
import type { Rule } from '../src/detect/parse/rule.js'

export const RULES_DOC = path.resolve(import.meta.dirname, '../docs/rules.md')

const HEAD = `# Rules

\`coldtrail detect\` evaluates [Sigma](https://github.com/SigmaHQ/sigma-specification) rules (specification 2.1.0) over all events of a case: the
built-in rules below, and with \`--rules\` any files and folders of rules for AWS CloudTrail. This page is made from the rules by \`npm run docs\`.

## How rules are evaluated

- Fields are those of CloudTrail records (\`userIdentity.arn\`, \`requestParameters.bucketName\`) or columns of the view \`events\` (\`credential_class\`, \`principal\`).
  A path goes through lists: any element counts. A key may have dots in it.
- Text is compared without case, by Unicode, unless \`cased\` or \`re\`. Numbers and booleans are compared as they are written.
- A list matches by any element. An object is compared by its compact JSON and by each value in it, so that \`requestParameters|contains\` finds text in parameters and in policies.
- A comparison with an absent field is false, and its negation true. \`null\` is absent or null; \`exists\` is about the key. Of fields that the case has as columns, null counts
  as absent: exports write it for every field that a record lacks.
- \`re\` is evaluated in linear time: look-around and back references are refused.
- \`expand\` needs values that a rule does not have: such a rule is listed as not evaluated. So are other log sources and the obsolete pipes (\`| count()\`).
- Windows of correlations slide, and include both ends. Windows of one group that overlap are one hit, with all of their events. With an upper bound
  (\`lt\`, \`lte\`, \`eq\`, \`neq\`) only windows count that no further event can enter. Events without a field to group or count by are left out, and counted.
- \`temporal_ordered\` accepts events of the same second in any order: CloudTrail records whole seconds.
- \`value_percentile\` compares the percentile \`condition: {percentile: 95, field: …}\`, by nearest rank; without it the median.
- Rules that a correlation names give hits of their own only if it has \`generate: true\`.
- Of two rules with one id the first is evaluated; those given with \`--rules\` come before the built-in ones.

Two correlation types are ours, for what Sigma cannot say:

\`\`\`yaml
title: Key used from a new address after a week
correlation:
  type: new_value # a value that the group did not have before
  rules: [key_call]
  group-by: [userIdentity.accessKeyId]
  timespan: 7d # the baseline: nothing is new before it has passed since the first event of the group
  condition: { field: sourceIPAddress }
---
title: Trail stopped and not started again
correlation:
  type: absence # the first rule without the second
  rules: [trail_stopped, trail_started]
  group-by: [userIdentity.arn]
  timespan: 1h
  missing: after # or before; where the case begins or ends too early, nothing is reported
\`\`\`

## Built-in rules

Levels are honest: \`informational\` is what administrators do every day, and of use with others. *Benign* is what also causes a hit.
`

export async function rulesDocument(): Promise<string> {
  const rules = loadRules([packFolder()]).rules
  const files = [...new Set(rules.map(fileOf))]
  const sections = files.map((file) => {
    const own = rules.filter((rule) => fileOf(rule) === file)
    return `### ${file.replace('-', ' ').replace(/^./, (letter) => letter.toUpperCase())}\n\n${own.map(entry).join('\n')}`
  })
  const style = await resolveConfig(RULES_DOC)
  return format(`${HEAD}\n${sections.join('\n')}`, { ...style, parser: 'markdown' })
}

function fileOf({ place }: Rule): string {
  return path.basename(place).replace(/\.yml.*$/, '')
}

function entry(rule: Rule): string {
  const [document] = readDocuments(rule.text)
  const value = document?.value
  const further =
    value !== undefined && !(value instanceof Error) && isMapping(value)
      ? textOf(value.get('look_further'))
      : null
  const techniques = techniquesOf(rule.tags)
  return `- **${rule.title}** (\`${rule.name ?? ''}\`, ${rule.level ?? ''}, ${techniques.join(', ')}). ${rule.description ?? ''}
  *Benign*: ${rule.falsePositives.join('; ')}. *Further*: \`${further ?? ''}\`
`
}
