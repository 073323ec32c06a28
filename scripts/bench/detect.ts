/** `coldtrail detect` with few and many rules over one case: time must grow with the events that match, not with rules × events. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { coldtrail } from './coldtrail.js'
import { runJobs, textTable, type JobResult } from './jobs.js'
import { measure } from './measure.js'
import type { Asked } from './queries.js'

const FEW = 80
const MANY = 800
const CORRELATIONS = 5

/** Made rules of the kinds that published ones have: of a call, its failures, an agent, an address, and some of the record. */
export async function benchDetect(
  { caseFile, corpus }: Asked,
  work: string,
  {
    runs,
    workers,
    say,
  }: { readonly runs: number; readonly workers: number; readonly say: (line: string) => void },
): Promise<JobResult[]> {
  const sql = 'SELECT DISTINCT event_source, event_name FROM action ORDER BY 1, 2'
  const { stdout } = await measure(coldtrail(['sql', sql, '--case', caseFile, '--format', 'csv']))
  const calls = stdout
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(',') as [string, string])
  const detect = (name: string, ...more: string[]) => ({
    name,
    meaning: `coldtrail detect ${more.join(' ')}`.replaceAll(work, '…'),
    command: coldtrail(['detect', '--case', caseFile, '--no-store', '--workers', String(workers), ...more]),
  })
  const rules = (count: number): string => {
    const folder = path.join(work, `rules-${count}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'rules.yml'), madeRules(calls, count).join('---\n'))
    return folder
  }
  const jobs = [
    detect('built-in rules'),
    detect(`${FEW} rules`, '--only-given', '--rules', rules(FEW)),
    detect(`${MANY} rules`, '--only-given', '--rules', rules(MANY)),
    {
      ...detect('kept in the case'),
      command: coldtrail(['detect', '--case', caseFile, '--workers', String(workers)]),
    },
  ]
  const results = await runJobs(jobs, runs, say)
  console.log(
    `\n${corpus.key.events.toLocaleString('en')} events, median of ${runs}\n${detectTable(results)}`,
  )
  return results
}

function detectTable(results: readonly JobResult[]): string {
  const rows = results.map(({ name, wallS, cpuS, peakRssBytes }) => [
    name,
    wallS.toFixed(2),
    cpuS.toFixed(2),
    (peakRssBytes / 2 ** 20).toFixed(0),
  ])
  return textTable(['rules', 'wall s', 'CPU s', 'peak MB'], rows)
}

function madeRules(calls: readonly (readonly [string, string])[], count: number): string[] {
  const rule = (at: number, lines: readonly string[], condition: string): string =>
    [
      `title: Made ${at}`,
      `name: made_${at}`,
      'level: low',
      'logsource: {product: aws, service: cloudtrail}',
      'detection:',
      ...lines.map((line) => `  ${line}`),
      `  condition: ${condition}`,
      '',
    ].join('\n')
  const detections = Array.from({ length: count }, (_, at) => {
    const [source, name] = calls[at % calls.length] as readonly [string, string]
    // Most published rules ask for calls that an archive does not have.
    const event = at < calls.length ? name : `${name}${at}`
    const call = `call: {eventSource: ${source}, eventName: ${event}}`
    const failed = 'failed: [{errorCode|exists: true}, {errorMessage|exists: true}]'
    if (at % 40 === 7) return rule(at, [call, "of: {requestParameters|contains: 'a'}"], 'call and of')
    if (at % 40 === 13) return rule(at, [`agent: {userAgent|contains: 'tool-${at}'}`], 'agent')
    if (at % 40 === 23) return rule(at, [`net: {sourceIPAddress|cidr: 10.${at % 256}.0.0/16}`], 'net')
    return rule(at, [call, failed], at % 2 === 0 ? 'call and not failed' : 'call and failed')
  })
  const correlations = Array.from({ length: CORRELATIONS }, (_, at) =>
    [
      `title: Correlated ${at}`,
      'correlation:',
      `  type: ${at % 2 === 0 ? 'event_count' : 'value_count'}`,
      `  rules: [made_${at * 2}, made_${at * 2 + 2}]`,
      '  group-by: [userIdentity.arn]',
      '  timespan: 10m',
      `  condition: {gte: 5${at % 2 === 0 ? '' : ', field: sourceIPAddress'}}`,
      '',
    ].join('\n'),
  )
  return [...detections, ...correlations]
}
