import { describe, expect, it } from 'vitest'
import type { CaseInfo, ProblemGroup } from '../../src/model/case-info.js'
import { formatBytes, formatCount, formatDuration } from '../../src/render/bytes.js'
import { renderCaseInfo } from '../../src/render/case-info.js'
import { renderProblems } from '../../src/render/problem-report.js'

const GROUPS: readonly ProblemGroup[] = [
  {
    kind: 'truncated-gzip',
    count: 1234,
    first: { path: 'logs/\u001b[31ma\n.json.gz', member: null, byte_offset: 4096, record_index: 7 },
  },
  {
    kind: 'unreadable',
    count: 1,
    first: { path: 'logs/b.zip', member: 'x/y.json', byte_offset: null, record_index: null },
  },
]

const INFO: CaseInfo = {
  file: 'case.sqlite',
  format_version: '1',
  tool_version: '0.1.0',
  state: 'complete',
  logical_digest: 'sha256:00ff',
  events: 1234567,
  appearances: 1300000,
  sources: { indexed: 1200, duplicate: 3, rejected: 1 },
  members: { indexed: 12, rejected: 1 },
  records: { found: 1300010, events: 1234567, duplicates: 65400, replaced: 33, rejected: 10 },
  others: { access_log_lines: 5000, aggregated_events: 0 },
  time_span: { first: '2024-01-01T00:00:00Z', last: '2024-03-31T23:59:59Z' },
  access_log_time_span: { first: '2024-02-01T00:00:00Z', last: '2024-02-02T03:04:05Z' },
  accounts: [
    { account_id: '111122223333', events: 1234000 },
    { account_id: null, events: 567 },
  ],
  regions: [{ aws_region: 'eu-central-1\u202e', events: 1234567 }],
  kinds: { trail: 1200, digest: 4, 's3-access-log': 2 },
  problems: { 'truncated-gzip': 1, 'bad-record': 10 },
  sizes: { case_bytes: 512, source_bytes: 123456789, content_bytes: 2345678901 },
  runs: [
    { id: 1, started: '2024-05-01T08:00:00Z', finished: '2024-05-01T08:05:00Z', status: 'done' },
    { id: 2, started: '2024-05-02T08:00:00Z', finished: null, status: 'interrupted' },
  ],
}

const EMPTY: CaseInfo = {
  ...INFO,
  logical_digest: null,
  time_span: { first: null, last: null },
  access_log_time_span: { first: null, last: null },
  accounts: [],
  problems: {},
  runs: [],
}

describe('reports', () => {
  it('list problems by kind', async () => {
    await expect(renderProblems(GROUPS)).toMatchFileSnapshot('expected/problems.txt')
    expect(renderProblems([])).toBe('No problems were recorded.\n')
  })

  it('show what a case contains', async () => {
    await expect(renderCaseInfo(INFO)).toMatchFileSnapshot('expected/case-info.txt')
    expect(renderCaseInfo(EMPTY)).toMatch(/^problems +none$/m)
  })
})

describe('numbers', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1536, '1.5 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [812e9, '812 GB'],
    [5e18, '5000 PB'],
  ])('formats %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [-1234567, '-1,234,567'],
  ])('formats the count %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text)
  })

  it.each([
    [0, '0.0 s'],
    [449, '0.4 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 00 s'],
    [65_000, '1 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [7_380_000, '2 h 03 min'],
  ])('formats %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})
