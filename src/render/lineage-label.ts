/** Labels of lineage nodes, in words that can be searched for. */
import { LINK_RULES, type LineageEdge, type LineageNode } from '../model/lineage.js'
import { formatCount } from './bytes.js'

/** Class, ARN and key: `role-session arn:aws:sts::…:assumed-role/Deploy/alice ASIA…`. Not yet printable. */
export function nodeLabel(node: LineageNode): string {
  return spaced(ownLabel(node), node.account_owner === undefined ? '' : `of ${node.account_owner}`)
}

function ownLabel(node: LineageNode): string {
  switch (node.kind) {
    case 'key':
      return spaced(node.credential_class, node.access_keys[0], node.arn ?? ofUser(node))
    case 'session':
      return spaced(node.credential_class, node.arn ?? node.name, keysText(node))
    case 'forwarded':
      return spaced(node.credential_class, 'of', node.arn ?? node.name, keysText(node), viaText(node))
    case 'principal':
      return spaced(node.principal_kind, node.arn ?? node.name, ownId(node), otherAccount(node))
    case 'attempt':
      return `failed attempt: ${node.name ?? '?'}`
  }
}

/** `AssumeRole`, or the failed attempt with its count. */
export function callLabel({ event, failure }: LineageEdge): string {
  const name = event?.event_name ?? ''
  if (failure === null) return name
  const times = failure.count === 1 ? '' : ` ×${formatCount(failure.count)}`
  return `${name} ${failure.error_code ?? 'failed'}${times}`
}

/** Lines of a node in a drawing. Not yet printable. */
export function nodeLines(node: LineageNode): string[] {
  return [nodeLabel(node), ...(node.end === null ? [] : [node.end])]
}

/** Lines of an edge in a drawing: call, time, address, rule, event ID. Not yet printable. */
export function edgeLines(edge: LineageEdge): string[] {
  const { event, joined, rule } = edge
  const rules = [rule, ...(joined === null ? [] : [joined.rule])].map((each) => LINK_RULES[each].label)
  const place = [event?.event_time ?? '', event?.source_ip_address ?? '']
  const lines = [callLabel(edge), ...place, rules.join('; '), event?.event_id ?? '']
  return lines.filter((line) => line !== '')
}

function keysText({ access_keys: [first], key_count: count }: LineageNode): string {
  return count > 1 ? `${formatCount(count)} keys` : (first ?? '')
}

function viaText({ via }: LineageNode): string {
  const shown = via.slice(0, 3).join(', ')
  return via.length === 0 ? '' : `via ${shown}${via.length > 3 ? `, ${via.length - 3} more` : ''}`
}

function ofUser({ name, account_id: account }: LineageNode): string {
  return name === null ? '' : `of ${name} in ${account ?? '?'}`
}

function ownId({ principal_id: id, arn, name }: LineageNode): string {
  return id === null || id === arn || id === name || arn?.includes(id) === true ? '' : id
}

function otherAccount({ principal_kind: kind, account_id: account, name, arn }: LineageNode): string {
  const isSaid = account === null || name === account || arn?.includes(account) === true
  return isSaid || kind === 'service' ? '' : `in ${account}`
}

function spaced(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(' ')
}
