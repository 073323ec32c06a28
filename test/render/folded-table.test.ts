/** The table of `find` on a terminal: what all rows share is above it, and names have the room. */
import { describe, expect, it } from 'vitest'
import { TABLE_COLUMNS } from '../../src/model/event.js'
import { cellWidth } from '../../src/render/cell-width.js'
import { makeRow, render } from './rows.js'

const ROWS = [
  ['11:42:00', 'iam', 'CreateAccessKey', 'user/alice +AKIAIOSFODNN7EXAMPLE', 'mallory', '203.0.113.7', null],
  ['11:42:31', 's3', 'GetObject', 'acme-exports/2023/q3.csv', 'mallory', '203.0.113.7', null],
  [
    '11:43:02',
    'ec2',
    'ModifySnapshotAttribute',
    'snap-0123456789abcdef0 → 444455556666',
    'mallory',
    '203.0.113.7',
    null,
  ],
  [
    '11:43:40',
    's3',
    'PutBucketPolicy',
    'acme-exports → everyone',
    'Deploy/i-0a1b2c3d4e5f60718',
    '198.51.100.23',
    null,
  ],
  [
    '11:44:12',
    'sts',
    'AssumeRole',
    'role/Audit',
    'Deploy/i-0a1b2c3d4e5f60718',
    '198.51.100.23',
    'AccessDenied',
  ],
  ['11:45:00', 'signin', 'ConsoleLogin', null, 'bob', '2001:db8::1', 'Failure'],
  [
    '11:46:09',
    'iam',
    'AttachRolePolicy',
    `role/${'stratus-red-team-'.repeat(3)}role +policy/AdministratorAccess`,
    'bob',
    '2001:db8::1',
    null,
  ],
].map(([time, service, event_name, target, principal, source_ip_address, error], at) =>
  makeRow({
    event_time: `2023-07-10T${time}Z`,
    event_source: `${service}.amazonaws.com`,
    event_name: event_name!,
    target: target!,
    principal: principal!,
    source_ip_address: source_ip_address!,
    error: error!,
    recipient_account_id: '111122223333',
    aws_region: 'us-east-1',
    event_id: `28072de${at}-1f0a-4d55-9b0e-0c1f7f1f2a11`,
  }),
)

describe('the table of find', () => {
  it.each([80, 120, 160, 200])('looks as agreed on a terminal of %d', async (width) => {
    const text = await render('table', TABLE_COLUMNS, ROWS, { isTerminal: true, width, isFolded: true })
    for (const line of text.split('\n')) expect(cellWidth(line)).toBeLessThanOrEqual(width)
    for (const { event_name } of ROWS) expect(text).toContain(event_name)
    await expect(text).toMatchFileSnapshot(`expected/find-table-${width}.txt`)
  })

  it('says what is constant or empty above the rows, and nothing that is not', async () => {
    const options = { isTerminal: true, width: 160, isFolded: true }
    const [head] = (await render('table', TABLE_COLUMNS, ROWS, options)).split('\n')
    expect(head).toBe('2023-07-10, account 111122223333, region us-east-1')
    const some = [ROWS[1]!, ROWS[1]!]
    const [same, header] = (await render('table', TABLE_COLUMNS, some, options)).split('\n')
    expect(same).toBe(
      '2023-07-10, principal mallory, source address 203.0.113.7, service s3, account 111122223333, region us-east-1, no error',
    )
    expect(header).toBe('event_time  event_name  target                    event_id')
  })

  it('folds nothing of more rows than it has seen, nor in a pipe', async () => {
    const many = Array.from({ length: 600 }, () => ROWS[0]!)
    const options = { isTerminal: true, width: 200, isFolded: true }
    expect(await render('table', TABLE_COLUMNS, many, options)).toMatch(/^event_time +event_name/)
    const piped = await render('table', TABLE_COLUMNS, ROWS, { isTerminal: false, width: 0, isFolded: true })
    expect(piped).toContain('28072de0-1f0a-4d55-9b0e-0c1f7f1f2a11')
    expect(piped).toContain('us-east-1')
  })
})
