import { expect, it } from 'vitest'
import { NO_FILTERS, type Filters } from '../../src/model/question.js'
import { unmetScope } from '../../src/query/find/unmatched-filters.js'
import { openTinyCase } from '../helpers/tiny-case.js'
import { FILTERS } from './questions.js'

const db = openTinyCase()

const notesOn = (filters: Partial<Filters>) =>
  unmetScope(db, { window: {}, filters: { ...NO_FILTERS, ...filters } })

it.each(Object.entries(FILTERS))('has nothing to say of a filter that the case meets: %s', (_, filters) => {
  expect(notesOn(filters)).toEqual([])
})

it.each<[Partial<Filters>, string, string]>([
  [{ regions: ['us-east-1', 'us-east1'] }, '--region us-east1', 'aws_region'],
  [{ accounts: ['11112222333'] }, '--account 11112222333', 'recipient_account_id'],
  [{ events: ['GetObjects'] }, '--event GetObjects', 'event_name'],
  [{ services: ['s4'] }, '--service s4', 'event_source'],
  [{ sourceIps: ['203.0.113.8'] }, '--source-ip 203.0.113.8', 'source_ip_address'],
  [{ accessKeys: ['AKIANOBODY'] }, '--access-key AKIANOBODY', 'access_key_id'],
  [{ errors: ['*', 'AccesDenied'] }, '--error AccesDenied', 'error_code'],
])('names a value that no event has: %j', (filters, named, column) => {
  expect(notesOn(filters)).toEqual([
    `no event in this case has ${named}; coldtrail summary --by ${column} lists what there is`,
  ])
})

it.each([
  ['2023-07-11T00:00:00Z', undefined, false],
  ['2023-07-11T00:00:00.001Z', undefined, true],
  [undefined, '2023-07-10T11:40:00.250Z', true],
  [undefined, '2023-07-10T11:40:00.251Z', false],
  ['2023-07-10T11:46:00Z', '2023-07-10T11:47:00Z', false],
])(
  'says where the events are when the window from %s to %s has none of their time',
  (since, until, isSaid) => {
    const [sinceMs, untilMs] = [since, until].map((time) =>
      time === undefined ? undefined : Date.parse(time),
    )
    expect(unmetScope(db, { window: { sinceMs, untilMs }, filters: NO_FILTERS })).toEqual(
      isSaid ? ['the events of this case are from 2023-07-10T11:40:00.250Z to 2023-07-11T00:00:00Z'] : [],
    )
  },
)
