/** What IAM's messages name without an ARN: `is not authorized to perform: secretsmanager:GetSecretValue on resource: prod/db`. */
import type { Found } from './resource-collector.js'
import { SECRET } from './services/secrets-manager.js'
import { TABLE } from './services/dynamodb.js'
import type { Kind } from './kind.js'

const NAMED = /perform: ([a-z0-9-]{2,40}):\w+ on (?:the )?resource: "?([^\s"*]{1,500})"?(?=[\s".]|$)/
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['secretsmanager', SECRET],
  ['dynamodb', TABLE],
])

export function readRefused(message: string, found: Found): void {
  if (!message.includes('resource: ')) return
  const [, service = '', name = ''] = NAMED.exec(message) ?? []
  if (name === '' || name.startsWith('arn:')) return
  const kind = KINDS.get(service)
  if (kind === undefined) found.named(`${service} resource`, name, 'mentioned')
  else found.kind(kind, name, 'mentioned')
}
