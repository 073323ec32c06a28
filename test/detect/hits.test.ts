/** What rules found, as commands show it: lists, filters, summary, the ATT&CK layer. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { query } from '../helpers/cli-case.js'
import { index, run, tempFolder } from '../helpers/cli.js'
import { BASE, makeCase, writeRules } from './made-case.js'

const RULES = `title: Made
id: 00000000-0000-4000-8000-000000000001
name: made
author: 'Ann, Bob'
level: high
tags: [attack.t1098.001, attack.persistence]
logsource: {product: aws, service: cloudtrail}
detection:
  call: {eventName: CreateAccessKey}
  condition: call
---
title: Listed
name: listed
level: low
tags: [attack.t1580]
logsource: {product: aws}
detection:
  call: {eventName: ListUsers}
  condition: call
---
title: Many lists
level: medium
tags: [attack.t1580]
correlation:
  type: event_count
  rules: [listed]
  group-by: [userIdentity.arn]
  timespan: 1m
  generate: true
  condition: {gte: 2}
`

let caseFile: string
let rules: string
const ask = (...args: string[]) => run([...args, '--case', caseFile])
const rowsOf = async (...args: string[]) =>
  (await ask(...args, '--format', 'jsonl')).stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

beforeAll(async () => {
  caseFile = await makeCase([
    { ...BASE, eventName: 'CreateAccessKey' },
    { ...BASE, eventTime: '2024-05-06T07:08:10Z' },
    { ...BASE, eventTime: '2024-05-06T07:08:20Z' },
    {
      ...BASE,
      eventName: 'GetUser',
      userIdentity: {
        ...(BASE['userIdentity'] as object),
        userName: 'bob',
        principalId: 'AIDABOB00000EXAMPLE',
        arn: 'arn:aws:iam::111122223333:user/bob',
      },
    },
  ])
  rules = writeRules(RULES)
  await ask('detect', '--rules', rules, '--only-given')
})

describe('coldtrail hits', () => {
  it('lists rules, most severe first, with author and techniques', async () => {
    const rows = await rowsOf('hits')
    expect(
      rows.map(({ title, level, hits, events, author, techniques }) => [
        title,
        level,
        hits,
        events,
        author,
        techniques,
      ]),
    ).toEqual([
      ['Made', 'high', 1, 1, 'Ann, Bob', 'T1098.001'],
      ['Many lists', 'medium', 1, 2, null, 'T1580'],
      ['Listed', 'low', 2, 2, null, 'T1580'],
    ])
    expect((await rowsOf('hits', '--min-level', 'medium')).map(({ title }) => title)).toEqual([
      'Made',
      'Many lists',
    ])
    expect((await rowsOf('hits', '--technique', 't1098')).map(({ title }) => title)).toEqual(['Made'])
  })

  it('lists all events of a correlation, with their places', async () => {
    const rows = await rowsOf('hits', '--rule', 'many*')
    expect(rows.map(({ title, hit, event_time }) => [title, hit, event_time])).toEqual([
      ['Many lists', 1, '2024-05-06T07:08:10Z'],
      ['Many lists', 1, '2024-05-06T07:08:20Z'],
    ])
    expect(rows[0]).toMatchObject({
      source_path: expect.stringContaining('made-') as string,
      record_offset: expect.any(Number) as number,
    })
  })

  it('writes a layer for the ATT&CK Navigator, and never over a file', async () => {
    const file = path.join(tempFolder(), 'layer.json')
    await ask('hits', '--navigator', file)
    const layer = JSON.parse(readFileSync(file, 'utf8')) as {
      techniques: { techniqueID: string; score: number }[]
    }
    expect(layer.techniques.map(({ techniqueID, score }) => [techniqueID, score])).toEqual([
      ['T1098.001', 4],
      ['T1580', 3],
    ])
    expect((await ask('hits', '--navigator', file)).code).toBe(2)
  })

  it('explains that no rules were evaluated yet', async () => {
    const other = await makeCase([BASE])
    const asked = await run(['hits', '--case', other])
    expect(asked.code).toBe(2)
    expect(asked.stderr).toMatch(/no rules were evaluated.*\n.*coldtrail detect/)
    expect(
      (await run(['sql', 'SELECT count(*) AS n FROM hits', '--case', other, '--format', 'csv'])).stdout,
    ).toMatch(/0/)
  })
})

describe('--rule and --min-level', () => {
  it('narrow find, principals, resources, summary and export', async () => {
    const names = (rows: readonly Record<string, unknown>[]): unknown[] =>
      rows.map(({ event_name }) => event_name)
    expect(names(await rowsOf('find', 'window', '--rule', 'made'))).toEqual(['CreateAccessKey'])
    expect(names(await rowsOf('find', 'window', '--rule', '00000000-0000-4000-8000-000000000001'))).toEqual([
      'CreateAccessKey',
    ])
    expect(names(await rowsOf('find', 'principal', 'alice', '--min-level', 'low'))).toHaveLength(3)
    expect(
      names(await rowsOf('find', 'principal', 'alice', '--min-level', 'medium', '--event', 'ListUsers')),
    ).toHaveLength(2)
    expect(await rowsOf('principals', '--rule', 'list*')).toMatchObject([{ principal: 'alice', events: 2 }])
    const { totals } = JSON.parse((await ask('summary', '--min-level', 'high', '--json')).stdout) as {
      totals: { events: number }
    }
    expect(totals.events).toBe(1)
    expect((await ask('export', 'jsonl', '--rule', 'made')).stdout.trim().split('\n')).toHaveLength(1)
    const unknown = await ask('find', 'window', '--rule', 'nothing')
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toMatch(/no rule has the id, name or title nothing/)
  })

  it('reach a hand-over', async () => {
    const out = path.join(tempFolder(), 'out.sqlite')
    await ask('handoff', out, '--min-level', 'high')
    expect(existsSync(out)).toBe(true)
    expect(query(out, 'SELECT event_name FROM events')).toEqual([{ event_name: 'CreateAccessKey' }])
  })
})

describe('summary', () => {
  it('begins with the hits', async () => {
    expect((await ask('summary')).stdout).toMatch(
      /^HITS of detection rules\nlevel .*\nhigh .* Made .*Ann, Bob/,
    )
    expect((await rowsOf('summary'))[0]).toMatchObject({ section: 'hits', value: 'high: Made', events: 1 })
  })

  it('counts those of the scope', async () => {
    const { hits } = JSON.parse(
      (await ask('summary', '--since', '2024-05-06T07:08:15Z', '--json')).stdout,
    ) as { hits: unknown[] }
    expect(hits).toMatchObject([
      { title: 'Many lists', events: 1 },
      { title: 'Listed', events: 1 },
    ])
  })
})

it('marks results as older once index added to the case', async () => {
  const evidence = query<{ path: string }>(caseFile, 'SELECT path FROM source')[0]!.path
  await index([path.dirname(evidence)], caseFile)
  const asked = await ask('hits')
  expect(asked.code).toBe(0)
  expect(asked.stderr).toMatch(/index added to the case after the rules were evaluated/)
  expect((await run(['verify', '--case', caseFile])).code).toBe(0)
})
