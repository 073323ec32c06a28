/** One secret under its name and both forms of its ARN. */
import { expect, it } from 'vitest'
import { NO_FILTERS } from '../../src/model/question.js'
import { askKinds } from '../../src/query/find/all-kinds.js'
import { resourceHistory } from '../../src/query/resources/resource-history.js'
import { listResources } from '../../src/query/resources/resource-list.js'
import { openReader } from '../../src/store/open.js'
import { makeRecord } from '../helpers/archive.js'
import { caseOf } from '../helpers/count-case.js'

const SCOPE = { window: {}, filters: NO_FILTERS }
const BARE = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:'

const IDS = [
  'shop/db',
  `${BARE}shop/db`,
  `${BARE}shop/db-Ab12Cd`,
  'shop/db-secret',
  `${BARE}shop/db-secret-Zz9Yy8`,
  'shop/db2',
]

const RECORDS = IDS.map((secretId, n) =>
  makeRecord(n, {
    eventID: `secret-${n}`,
    eventTime: `2026-03-02T08:0${n}:00Z`,
    eventSource: 'secretsmanager.amazonaws.com',
    eventName: 'DescribeSecret',
    awsRegion: 'us-east-1',
    recipientAccountId: '111122223333',
    requestParameters: { secretId },
    responseElements: null,
    resources: undefined,
    errorCode: undefined,
    errorMessage: undefined,
  }),
)

it('is found whole by any of them, and has one history and one line', async () => {
  const db = openReader(await caseOf(RECORDS))
  const found = (value: string): unknown[] => {
    const { rows } = askKinds(
      db,
      ['event'],
      { kind: 'resource', value, ...SCOPE },
      { order: 'asc', limit: 50 },
    )
    return [...rows].map((row) => row.event_id)
  }
  for (const value of ['shop/db', `${BARE}shop/db`, `${BARE}shop/db-Ab12Cd`]) {
    expect(found(value), value).toEqual(['secret-0', 'secret-1', 'secret-2'])
    expect(resourceHistory(db, SCOPE, value), value).toMatchObject({ events: 3 })
  }
  for (const value of ['shop/db-secret', `${BARE}shop/db-secret`, `${BARE}shop/db-secret-Zz9Yy8`])
    expect(found(value), value).toEqual(['secret-3', 'secret-4'])
  const listed = [...listResources(db, SCOPE, undefined).rows].filter(({ type }) => type?.includes('Secret'))
  expect(listed.map(({ resource, events }) => [resource, events])).toEqual([
    [`${BARE}shop/db-Ab12Cd`, 3],
    [`${BARE}shop/db-secret-Zz9Yy8`, 2],
    [`${BARE}shop/db2`, 1],
  ])
  db.close()
})
