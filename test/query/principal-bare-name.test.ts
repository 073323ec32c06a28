/** A name in an export of the console's Event history has neither account nor kind: it is not a second principal. */
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CaseError } from '../../src/model/case-error.js'
import { NO_FILTERS } from '../../src/model/question.js'
import { matchPrincipals } from '../../src/query/principals/principal-match.js'
import { askQuestion } from '../../src/query/find/run-question.js'
import { openReader } from '../../src/store/open.js'
import { makeRecord, put, type CloudTrailRecord } from '../helpers/archive.js'
import { index, scratch } from '../verify/indexed.js'

const caller = (account: string): CloudTrailRecord => ({
  type: 'IAMUser',
  principalId: `AIDABEN${account}`,
  arn: `arn:aws:iam::${account}:user/benjamin`,
  accountId: account,
  userName: 'benjamin',
})
const record = (n: number, account = '111122223333'): CloudTrailRecord =>
  makeRecord(n, { eventID: `event-${String(n)}`, errorCode: undefined, userIdentity: caller(account) })

function csv(records: readonly CloudTrailRecord[]): string {
  const header = 'User name,AWS access key,Event time,Event source,Event name,Event ID'
  const fields = ['eventTime', 'eventSource', 'eventName', 'eventID']
  const rows = records.map((one) => ['benjamin', '', ...fields.map((name) => String(one[name]))].join(','))
  return `${[header, ...rows].join('\n')}\n`
}

async function ask(first: readonly CloudTrailRecord[], full: readonly CloudTrailRecord[], more: object = {}) {
  const root = scratch()
  const file = path.join(scratch(), 'case.sqlite')
  await index(file, [put(root, 'history.csv', csv(first))])
  await index(file, [put(root, 'log.json', JSON.stringify({ Records: full }))])
  const db = openReader(file)
  try {
    const question = {
      kind: 'principal',
      value: 'benjamin',
      window: {},
      filters: { ...NO_FILTERS, ...more },
    } as const
    const { principals, notes } = matchPrincipals(db, question)
    const { rows } = askQuestion(db, question, { order: 'asc' })
    return {
      keys: principals.map(({ principal_key }) => principal_key),
      notes,
      events: Array.from(rows, (row) => row.event_id).sort(),
    }
  } finally {
    db.close()
  }
}

describe('rows of a console export that have only the name', () => {
  it('are nobody where full records took the place of all of them', async () => {
    const { keys, notes, events } = await ask([record(1), record(2)], [record(1), record(2), record(3)])
    expect(keys).toEqual(['user:AIDABEN111122223333'])
    expect(notes).toEqual(['benjamin: user arn:aws:iam::111122223333:user/benjamin AIDABEN111122223333'])
    expect(events).toEqual(['event-1', 'event-2', 'event-3'])
  })

  it('are shown with the one principal of the name, and noted', async () => {
    const { notes, events } = await ask([record(1), record(2)], [record(3)])
    expect(events).toEqual(['event-1', 'event-2', 'event-3'])
    expect(notes).toEqual([
      'benjamin: 2 principals: user arn:aws:iam::111122223333:user/benjamin AIDABEN111122223333, records with only the name benjamin',
    ])
  })

  it('can be of any of several principals: an error then lists them', async () => {
    const several = ask([record(1)], [record(2), record(3, '444455556666')])
    await expect(several).rejects.toThrow('benjamin names 3 principals')
    const choices = await several.catch((error: unknown) => (error as CaseError).choices)
    expect((choices as CaseError['choices']).map(({ value }) => value)).toEqual([
      'AIDABEN111122223333',
      'AIDABEN444455556666',
      'unknown:/benjamin',
    ])
  })
})
