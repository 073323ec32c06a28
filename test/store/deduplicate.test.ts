import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import Verify from '../../src/commands/verify.js'
import { ROOM } from '../../src/model/event-id.js'
import { index, runCommand, scratch } from '../verify/indexed.js'

const { version: VERSION } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8'),
) as { version: string }

const record = (id: string, more = '', name = 'N'): string =>
  `{"eventVersion":"1.08","eventTime":"2024-05-14T00:00:00Z","eventSource":"s3.amazonaws.com","eventName":"${name}","eventID":"${id}"${more}}`

/** As the program of this version: only what it made itself is compared digest by digest. */
async function load(casePath: string, paths: readonly string[]): Promise<void> {
  await index(casePath, paths, { toolVersion: VERSION })
}

type Files = Readonly<Record<string, string | Buffer>>

function put(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content)
}

interface Held {
  /** How many events, by eventID. */
  readonly events: Readonly<Record<string, number>>
  readonly conflicts: readonly { readonly event_id: string; readonly path: string; readonly detail: string }[]
  readonly duplicates: number
}

function read<T>(casePath: string, sql: string): T[] {
  const db = new Database(casePath, { readonly: true })
  try {
    return db.prepare(sql).all() as T[]
  } finally {
    db.close()
  }
}

function held(casePath: string): Held {
  const counted = read<{ id: string; n: number }>(
    casePath,
    'SELECT event_id AS id, count(*) AS n FROM event GROUP BY 1 ORDER BY 1',
  )
  return {
    events: Object.fromEntries(counted.map(({ id, n }) => [id, n])),
    conflicts: read<Held['conflicts'][number]>(
      casePath,
      "SELECT event_id, path, detail FROM problem WHERE kind = 'conflict' ORDER BY event_id",
    ).map(({ path: file, ...row }) => ({ ...row, path: path.basename(file) })),
    duplicates: read<{ n: number }>(casePath, 'SELECT count(*) AS n FROM redelivery')[0]?.n ?? 0,
  }
}

async function indexed(...runs: Files[]): Promise<{ casePath: string; folder: string }> {
  const folder = scratch()
  const casePath = path.join(scratch(), 'case.sqlite')
  for (const files of runs) {
    put(folder, files)
    await load(casePath, [folder])
  }
  return { casePath, folder }
}

async function isClean(casePath: string): Promise<void> {
  const { stdout } = await runCommand(Verify, '--case', casePath, '--json')
  expect(JSON.parse(stdout)).toMatchObject({ findings: 0, notes: { notHashed: 0, otherVersion: 0 } })
}

describe('records of one eventID', () => {
  it.each([
    ['{"n":12345678901234.672}', '{"n":12345678901234.673}'],
    ['{"a":90071992547409921,"b":90071992547409922}', '{"a":90071992547409922,"b":90071992547409921}'],
    ['{"n":1e400}', '{"n":1e500}'],
    ['{"n":1e-400}', '{"n":0}'],
    ['{"n":0}', '{"n":-0}'],
    ['{"k":1,"k":2}', '{"k":2}'],
    ['"\xff"', '"\xfe"'],
    ['"\xff"', '"\xef\xbf\xbd"'],
  ])('are kept apart: %s and %s', async (a, b) => {
    const [left, right] = [a, b].map((value) =>
      Buffer.from(record('e', `,"requestParameters":${value}`), 'latin1'),
    )
    const { casePath } = await indexed({ 'a.json': left ?? '', 'b.json': right ?? '' })
    expect(held(casePath)).toEqual({
      events: { e: 2 },
      conflicts: [
        { event_id: 'e', path: 'b.json', detail: '2 different records have this eventID; all are kept' },
      ],
      duplicates: 0,
    })
    await isClean(casePath)
  })

  it('inside other values, too, where they are not UTF-8', async () => {
    const wrapped = (byte: string): Buffer =>
      Buffer.from(
        JSON.stringify({ Events: [{ CloudTrailEvent: record('e', ',"userAgent":"?"') }] }).replace('?', byte),
        'latin1',
      )
    const { casePath } = await indexed({
      'a.json': wrapped('\xff'),
      'b.json': wrapped('\xfe'),
      'c.json': wrapped('\xef\xbf\xbd'),
      // Other bytes around the same record: what is not UTF-8 is only known by all of them.
      'd.json': Buffer.concat([wrapped('x'), Buffer.from('\n')]),
      'e.json': wrapped('x'),
    })
    expect(held(casePath)).toMatchObject({ events: { e: 4 }, duplicates: 1 })
    await isClean(casePath)
  })

  it('are one event when only spelled in another way', async () => {
    const again = JSON.stringify(
      Object.fromEntries(Object.entries(JSON.parse(record('e')) as object).reverse()),
      null,
      2,
    )
    const { casePath } = await indexed({
      'a.json': again,
      'b.json': record('e').replace('"N"', '"\\u004e"'),
      'c.json': record('e'),
    })
    expect(held(casePath)).toEqual({ events: { e: 1 }, conflicts: [], duplicates: 2 })
    await isClean(casePath)
  })

  it('are each read once: thousands that differ, and each twice, give one problem', async () => {
    const count = 3_000
    const lines = Array.from({ length: count }, (_, n) => record('e', `,"requestParameters":{"n":${n}}`))
    const { casePath } = await indexed({
      'a.json': lines.join('\n'),
      'b.json': lines.toReversed().join('\n'),
    })
    expect(held(casePath)).toEqual({
      events: { e: count },
      conflicts: [
        {
          event_id: 'e',
          path: 'a.json',
          detail: `${count} different records have this eventID; all are kept`,
        },
      ],
      duplicates: count,
    })
  })
})

describe('later runs', () => {
  it('say a conflict once, of rows beyond the room of their batch too', async () => {
    const many = Array.from({ length: ROOM + 1_000 }, (_, n) => record(`e${n}`))
    const last = ROOM + 999
    const { casePath, folder } = await indexed(
      { 'a.json': [...many, record(`e${last}`, ',"readOnly":true')].join('\n') },
      { 'b.json': record('other 1') },
      { 'c.json': record('other 2') },
    )
    expect(held(casePath).conflicts).toEqual([
      {
        event_id: `e${last}`,
        path: 'a.json',
        detail: '2 different records have this eventID; all are kept',
      },
    ])
    // What overflowed is compared with what comes later.
    put(folder, { 'd.json': `${record(`e${last}`)}\n${record(`e${last - 1}`, ',"readOnly":true')}` })
    await load(casePath, [folder])
    expect(held(casePath)).toMatchObject({ duplicates: 1, conflicts: [{}, {}] })
    await load(casePath, [folder])
    expect(held(casePath)).toMatchObject({ duplicates: 1, conflicts: [{}, {}] })
    await isClean(casePath)
  })

  it('count again what they add to a conflict', async () => {
    const different = (n: number): string => record('e', `,"requestParameters":{"n":${n}}`)
    const { casePath } = await indexed(
      { 'b.json': different(1) },
      { 'c.json': different(2) },
      { 'a.json': different(3), 'd.json': `${different(1)}\n` },
    )
    expect(held(casePath)).toEqual({
      events: { e: 3 },
      conflicts: [
        { event_id: 'e', path: 'b.json', detail: '3 different records have this eventID; all are kept' },
      ],
      duplicates: 1,
    })
    await isClean(casePath)
  })
})

describe('reduced forms of one event', () => {
  const csv = (columns: string, row: string): string => `${columns}\n${row}\n`
  const few = csv('eventid,eventname,eventtime', 'e,DeleteTrail,2024-05-14T00:00:00Z')
  const more = csv(
    'eventid,eventname,eventtime,sourceipaddress,errorcode,awsregion',
    'e,DeleteTrail,2024-05-14T00:00:00Z,203.0.113.77,AccessDenied,eu-west-3',
  )
  const other = csv(
    'eventid,eventname,eventtime,sourceipaddress',
    'e,StopLogging,2024-05-14T01:00:00Z,198.51.100.250',
  )
  const CALLS =
    'SELECT event_name, source_ip_address, error_code, aws_region, appearances FROM events ORDER BY 1'
  const said = { event_name: 'DeleteTrail', source_ip_address: '203.0.113.77', error_code: 'AccessDenied' }

  it.each([
    ['in one run', [{ 'a.csv': few, 'b.csv': more, 'c.csv': other }]],
    ['in another order', [{ 'a.csv': other, 'b.csv': few, 'c.csv': more }]],
    ['run by run', [{ 'a.csv': few }, { 'b.csv': more }, { 'c.csv': other }]],
    ['run by run, turned', [{ 'c.csv': other }, { 'b.csv': more }, { 'a.csv': few }]],
  ])('are one event where they agree, and another where one says something else: %s', async (_, runs) => {
    const { casePath, folder } = await indexed(...runs)
    const check = (): void => {
      expect(read(casePath, CALLS)).toEqual([
        { ...said, aws_region: 'eu-west-3', appearances: 2 },
        {
          event_name: 'StopLogging',
          source_ip_address: '198.51.100.250',
          error_code: null,
          aws_region: null,
          appearances: 1,
        },
      ])
      const [conflict, ...rest] = held(casePath).conflicts
      expect(rest).toEqual([])
      expect(conflict?.detail).toContain('event_name "DeleteTrail" or "StopLogging"')
      expect(conflict?.detail).toContain('source_ip_address "203.0.113.77" or "198.51.100.250"')
    }
    check()
    await load(casePath, [folder])
    check()
    await isClean(casePath)
  })

  it('are kept where a record contradicts them, and become appearances where it does not', async () => {
    const full = record(
      'e',
      ',"sourceIPAddress":"203.0.113.77","errorCode":"AccessDenied","awsRegion":"eu-west-3"',
      'DeleteTrail',
    )
    for (const runs of [
      [{ 'a.json': full, 'b.csv': few, 'c.csv': more, 'd.csv': other }],
      [{ 'd.csv': other }, { 'c.csv': more }, { 'a.json': full }, { 'b.csv': few }],
    ]) {
      const { casePath } = await indexed(...runs)
      expect(read(casePath, CALLS)).toMatchObject([
        { ...said, appearances: 3 },
        { event_name: 'StopLogging', appearances: 1 },
      ])
      expect(held(casePath).conflicts).toHaveLength(1)
      expect(read(casePath, 'SELECT sum(replaced) AS n FROM source')).toEqual([{ n: 2 }])
      await isClean(casePath)
    }
  })

  it('that each say what the other does not are one event, also when a record comes that has it all', async () => {
    const address = csv('eventid,eventname,sourceipaddress', 'e,DeleteTrail,203.0.113.77')
    const error = csv('eventid,eventname,errorcode', 'e,DeleteTrail,AccessDenied')
    const { casePath, folder } = await indexed({ 'a.csv': address, 'b.csv': error })
    const one = { events: { e: 1 }, conflicts: [] }
    expect(held(casePath)).toMatchObject(one)
    expect(read(casePath, CALLS)).toMatchObject([{ ...said, appearances: 2 }])
    await isClean(casePath)
    put(folder, {
      'c.json': record('e', ',"sourceIPAddress":"203.0.113.77","errorCode":"AccessDenied"', 'DeleteTrail'),
    })
    await load(casePath, [folder])
    expect(held(casePath)).toMatchObject(one)
    expect(read(casePath, CALLS)).toMatchObject([{ ...said, appearances: 3 }])
    await isClean(casePath)
  })

  it('have all values that differ in their conflict, not only those of the first two', async () => {
    const error = csv('eventid,eventname,errorcode,awsregion', 'e,DeleteTrail,AccessDenied,eu-west-3')
    const from = (address: string): string =>
      csv('eventid,eventname,sourceipaddress', `e,DeleteTrail,${address}`)
    const files = { 'a.csv': error, 'b.csv': from('203.0.113.1'), 'c.csv': from('203.0.113.2') }
    const { casePath, folder } = await indexed(files)
    const addresses = 'source_ip_address "203.0.113.1" or "203.0.113.2"'
    expect(held(casePath)).toMatchObject({
      events: { e: 2 },
      conflicts: [{ detail: `3 reduced forms of this eventID do not agree: ${addresses}; all are kept` }],
    })
    put(folder, {
      'd.json': record('e', ',"sourceIPAddress":"203.0.113.9","errorCode":"AccessDenied"', 'DeleteTrail'),
    })
    await load(casePath, [folder])
    const [conflict, ...rest] = held(casePath).conflicts
    expect(rest).toEqual([])
    expect(conflict?.detail).toContain('source_ip_address "203.0.113.9" or "203.0.113.1" or "203.0.113.2"')
    await isClean(casePath)
  })

  it('give values together that none of them has, with all names that find them, for as long as they agree', async () => {
    const arn = 'arn:aws:sts::111122223333:assumed-role/Deploy/ci-7'
    const forms = {
      'a.csv': csv(
        'eventid,eventname,eventtime,useragent,awsregion',
        'e,DeleteTrail,2024-05-14T00:00:00Z,curl/8,eu-west-3',
      ),
      'b.csv': csv('eventid,eventname,sourceipaddress,useridentity.arn', `e,DeleteTrail,203.0.113.77,${arn}`),
      'c.csv': csv(
        'eventid,eventsource,recipientaccountid,useridentity.accesskeyid',
        'e,cloudtrail.amazonaws.com,111122223333,ASIAEXAMPLE',
      ),
      'd.csv': csv('eventid,eventname,eventtime,errormessage', 'e,DeleteTrail,2024-05-14T00:00:00.250Z,no'),
    }
    const { casePath, folder } = await indexed(
      ...Object.entries(forms).map(([name, text]) => ({ [name]: text })),
    )
    const ROW = `SELECT event_time, event_source, event_name, aws_region, recipient_account_id, source_ip_address, user_agent, error_message,
      principal, principal_type, credential_class, access_key_id, appearances FROM events`
    expect(read(casePath, ROW)).toEqual([
      {
        event_time: '2024-05-14T00:00:00.250Z',
        event_source: 'cloudtrail.amazonaws.com',
        event_name: 'DeleteTrail',
        aws_region: 'eu-west-3',
        recipient_account_id: '111122223333',
        source_ip_address: '203.0.113.77',
        user_agent: 'curl/8',
        error_message: 'no',
        principal: 'Deploy/ci-7',
        principal_type: 'AssumedRole',
        credential_class: 'role-session',
        access_key_id: 'ASIAEXAMPLE',
        appearances: 4,
      },
    ])
    const words = ['curl', 'ci-7', 'ASIAEXAMPLE', '203.0.113.77']
    const found = words.map((word) =>
      read(casePath, `SELECT count(*) AS n FROM value_text WHERE value_text MATCH '"${word}"'`),
    )
    expect(found.every(([row]) => (row as { n: number }).n > 0)).toBe(true)
    // What was made for them goes when a record comes.
    const made = `SELECT id FROM identity WHERE access_key_id = 'ASIAEXAMPLE' AND principal_type = 'AssumedRole'`
    const named = `SELECT count(*) AS n FROM identity_name WHERE identity_id NOT IN (SELECT id FROM identity)`
    expect(read(casePath, made)).toHaveLength(1)
    await isClean(casePath)
    put(folder, {
      'e.json': record(
        'e',
        ',"sourceIPAddress":"203.0.113.77","userAgent":"curl/9","errorMessage":"no"',
        'DeleteTrail',
      ),
    })
    await load(casePath, [folder])
    expect(read(casePath, made)).toEqual([])
    expect(read(casePath, named)).toEqual([{ n: 0 }])
    await isClean(casePath)
  })

  it('of one eventID may be thousands', async () => {
    const rows = Array.from({ length: 3_000 }, (_, n) => `e,DeleteTrail,10.0.${n >> 8}.${n & 255}`)
    const { casePath } = await indexed({
      'a.csv': ['eventid,eventname,sourceipaddress', ...rows].join('\n'),
      'b.csv': ['eventid,eventname,sourceipaddress', ...rows.toReversed()].join('\n'),
    })
    expect(held(casePath)).toMatchObject({ events: { e: 3_000 }, conflicts: [{ event_id: 'e' }] })
    await isClean(casePath)
  })
})

/** All that a case holds of its events, without the numbers that runs and sources got. */
function contentOf(casePath: string): unknown[] {
  const sources = `(SELECT s.path || coalesce('/' || s.member, '') FROM source s WHERE s.id = x.source_id)`
  return [
    read(
      casePath,
      `SELECT event_id, event_time_ms, action_id, place_id, identity_id, address_id, client_id, outcome_id, request_id, shared_event_id, ${sources} AS file,
       record_offset, record_length, locator, flags, appearances FROM event x ORDER BY event_id, file, record_offset`,
    ),
    read(
      casePath,
      `SELECT e.event_id, ${sources} AS file, x.record_offset, x.record_length, x.locator FROM redelivery x JOIN event e ON e.id = x.event_rowid
       ORDER BY 1, 2, 3`,
    ),
    read(casePath, 'SELECT event_id, arn, role FROM event_resources ORDER BY 1, 2, 3'),
    read(
      casePath,
      `SELECT event_id, ${sources} AS file, record_offset, says_more, uses, (SELECT source_ip_address FROM events e WHERE event_rowid = x.target),
       (SELECT source_path FROM events e WHERE event_rowid = x.target) FROM reduced_form x ORDER BY 1, 2, 3`,
    ),
    ...['action', 'place', 'caller', 'session', 'address', 'client', 'outcome', 'resource'].map((table) =>
      read(casePath, `SELECT * FROM ${table} ORDER BY id`),
    ),
    read(casePath, 'SELECT name, identity_id, kind FROM identity_name ORDER BY 1, 2, 3'),
    read(casePath, 'SELECT path, records, events, duplicates, replaced, rejected FROM source ORDER BY path'),
    read(casePath, 'SELECT kind, path, byte_offset, event_id, detail FROM problem ORDER BY 1, 2, 3, 4'),
  ]
}

it('the order of files and runs does not show', async () => {
  const spelled = (n: number, turn: number): string => {
    const text = record(`e${n}`, `,"requestParameters":{"bucketName":"b${n}","k":[1,${n}]}`)
    if (turn === 0) return text
    const value = JSON.parse(text) as object
    return turn === 1
      ? JSON.stringify(Object.fromEntries(Object.entries(value).reverse()))
      : text.replace('N', '\\u004e')
  }
  let seed = 11
  const next = (below: number): number => ((seed = (seed * 1103515245 + 12345) % 2147483648) >> 8) % below
  const some = (values: Readonly<Record<string, string>>): object =>
    Object.fromEntries(Object.entries(values).filter(() => next(2) === 0))
  const form = (n: number): string =>
    JSON.stringify({
      EventId: `e${n}`,
      EventName: 'N',
      ...some({
        EventTime: '2024-05-14T00:00:00Z',
        Username: `u${next(2)}`,
        EventSource: 's3.amazonaws.com',
        ReadOnly: 'true',
      }),
      ...some({ AccessKeyId: 'AKIAEXAMPLE' }),
      Resources: [{ ResourceType: 'AWS::S3::Bucket', ResourceName: `b${next(3)}` }],
    })
  const files = Array.from({ length: 24 }, (_, at): [string, string] => {
    const lines = Array.from({ length: 6 }, () => {
      const n = next(24)
      if (n < 8 && next(3) === 0) return record(`e${n}`, `,"requestParameters":{"n":${next(3)}}`)
      if (n > 8 && next(2) === 0) return form(n)
      return spelled(n, next(3))
    })
    return [`f${String(at).padStart(2, '0')}.json`, lines.join('\n')]
  })
  const folder = scratch()
  const inRuns = async (runs: (readonly [string, string])[][]): Promise<unknown[]> => {
    const casePath = path.join(scratch(), 'case.sqlite')
    for (const run of runs) {
      const paths = run.map(([name]) => path.join(folder, name))
      await load(casePath, paths)
    }
    await isClean(casePath)
    return contentOf(casePath)
  }
  put(folder, Object.fromEntries(files))
  const once = await inRuns([files])
  for (let round = 0; round < 6; round++) {
    const shuffled = files.map((file) => ({ file, at: next(1_000_000) })).sort((a, b) => a.at - b.at)
    const runs: (readonly [string, string])[][] = Array.from({ length: 1 + (round % 5) }, () => [])
    for (const { file } of shuffled) runs[next(runs.length)]?.push(file)
    expect(await inRuns(runs.filter((run) => run.length > 0))).toEqual(once)
  }
})
