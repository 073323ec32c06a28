/** Exports of one event with other columns each: found by what any of them says, and printed as they are. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import FindText from '../../src/commands/find/text.js'
import Show from '../../src/commands/show.js'
import { index, runCommand, scratch } from '../verify/indexed.js'

const ID = '5f0c9d1e-3b4a-4c5d-8e6f-7a8b9c0d1e2f'
const FORMS = {
  lake: `eventid,eventname,useragent,comment\n${ID},DeleteTrail,curl/8,zebra crossing\n`,
  athena: `eventid,eventname,sourceipaddress,useridentity.arn,remark\n${ID},DeleteTrail,203.0.113.77,arn:aws:iam::111122223333:user/nina,giraffe\n`,
  history: `Event ID,Event name,User name,Resource name\n${ID},DeleteTrail,nina,main-trail\n`,
  other: `eventid,eventname,sourceipaddress,note\n${ID},StopLogging,198.51.100.250,lion\n`,
}
const RECORD = JSON.stringify({
  eventVersion: '1.08',
  eventID: ID,
  eventTime: '2024-05-14T00:00:00Z',
  eventName: 'DeleteTrail',
  eventSource: 'cloudtrail.amazonaws.com',
  userAgent: 'curl/8',
  sourceIPAddress: '203.0.113.77',
  userIdentity: { type: 'IAMUser', userName: 'nina', arn: 'arn:aws:iam::111122223333:user/nina' },
})

async function caseOf(
  runs: readonly (readonly string[])[],
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = scratch()
  const casePath = path.join(scratch(), 'case.sqlite')
  const texts: Readonly<Record<string, string>> = { ...FORMS, ...more }
  for (const run of runs) {
    const files = run.map((name) => path.join(folder, name))
    files.forEach((file) => {
      writeFileSync(file, texts[path.basename(file)] ?? '')
    })
    await index(casePath, files)
  }
  return casePath
}

async function names(casePath: string, ...words: readonly string[]): Promise<string[]> {
  const { stdout } = await runCommand(FindText, ...words, '--case', casePath, '--format', 'jsonl')
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { event_name: string }).event_name)
}

describe.each([
  ['in one run', [['lake', 'athena', 'history', 'other']]],
  ['one by one', [['other'], ['history'], ['athena'], ['lake']]],
])('an event that only exports have, %s', (_, runs) => {
  let casePath: string

  beforeAll(async () => {
    casePath = await caseOf(runs)
  })

  it.each([
    ['zebra', ['DeleteTrail']],
    ['giraffe', ['DeleteTrail']],
    ['"zebra crossing"', ['DeleteTrail']],
    ['zebra giraffe nina curl', ['DeleteTrail']],
    ['203.0.113.77', ['DeleteTrail']],
    ['lion', ['StopLogging']],
    ['198.51.100.250', ['StopLogging']],
    ['zebra lion', []],
    [ID, ['DeleteTrail', 'StopLogging']],
  ])('is found by %s', async (words, expected) => {
    expect((await names(casePath, words)).sort()).toEqual(expected)
  })

  it('is found by expressions over several of them', async () => {
    expect(await names(casePath, 'zebra AND giraffe NOT lion', '--match')).toEqual(['DeleteTrail'])
    expect((await names(casePath, 'lion OR giraffe', '--match')).sort()).toEqual([
      'DeleteTrail',
      'StopLogging',
    ])
  })

  it('has both values of what disagrees behind filters', async () => {
    expect(await names(casePath, ID, '--source-ip', '203.0.113.77')).toEqual(['DeleteTrail'])
    expect(await names(casePath, ID, '--source-ip', '198.51.100.250')).toEqual(['StopLogging'])
  })

  it('is printed in each of its forms', async () => {
    const { stdout } = await runCommand(Show, ID, '--case', casePath, '--json')
    const { records } = JSON.parse(stdout) as { records: { record: string; appearances: unknown[] }[] }
    const rows = Object.values(FORMS).map((text) => text.split('\n')[1] ?? '')
    expect(records.map(({ record }) => record.trimEnd()).sort()).toEqual(rows.sort())
    expect(records.map(({ appearances }) => appearances.length)).toEqual([1, 1, 1, 1])
  })
})

it('a record in the place of its forms is found by what only they say', async () => {
  for (const runs of [[['lake', 'history', 'record']], [['record'], ['lake'], ['history']]]) {
    const casePath = await caseOf(runs, { record: RECORD })
    for (const word of ['zebra', 'main-trail', 'curl'])
      expect(await names(casePath, word)).toEqual(['DeleteTrail'])
    const { stdout } = await runCommand(Show, ID, '--case', casePath, '--json')
    expect(JSON.parse(stdout)).toMatchObject({ records: [{ record: RECORD, appearances: [{}, {}, {}] }] })
  }
})
