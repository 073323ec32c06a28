import type { ProblemGroup, ProblemPlace } from '../model/case-info.js'
import { PROBLEM_KINDS } from '../model/problem.js'
import { formatCount } from './bytes.js'
import { renderKeyValues, type KeyValue } from './key-values.js'

/** Problems by kind: count, meaning, first location. */
export function renderProblems(groups: readonly ProblemGroup[]): string {
  if (groups.length === 0) return 'No problems were recorded.\n'
  return groups.map((group) => renderKeyValues(groupLines(group))).join('\n')
}

function groupLines({ kind, family, count, first }: ProblemGroup): KeyValue[] {
  return [
    { key: kind, value: `${formatCount(count)} ${count === 1 ? 'problem' : 'problems'}` },
    { key: '  meaning', value: meaningOf(kind, family) },
    { key: count === 1 ? '  place' : '  first place', value: placeText(first) },
  ]
}

function meaningOf(kind: ProblemGroup['kind'], family: string | undefined): string {
  return family === undefined ? PROBLEM_KINDS[kind] : `${family}: ${PROBLEM_KINDS[kind]}`
}

function placeText({ path, member, byte_offset, record_index }: ProblemPlace): string {
  const parts = [path]
  if (member !== null) parts.push(`member ${member}`)
  if (byte_offset !== null) parts.push(`byte ${byte_offset}`)
  if (record_index !== null) parts.push(`record ${record_index}`)
  return parts.join(', ')
}

export const GROUP_COLUMNS = [
  'kind',
  'problems',
  'meaning',
  'path',
  'member',
  'record_index',
  'byte_offset',
] as const

/** Same as rows, with the location of the first. */
export function problemGroupRows(
  groups: readonly ProblemGroup[],
): Record<(typeof GROUP_COLUMNS)[number], string | number | null>[] {
  return groups.map(({ kind, family, count, first }) => ({
    kind,
    problems: count,
    meaning: meaningOf(kind, family),
    path: first.path,
    member: first.member,
    record_index: first.record_index,
    byte_offset: first.byte_offset,
  }))
}
