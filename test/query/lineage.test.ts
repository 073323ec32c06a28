/** Lineage on stories with an answer key: every edge and nothing else. Stories: fixtures/stories/lineage. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LineageChoice, LineageEdge, LineageGraph } from '../../src/model/lineage.js'
import { askLineage, isChoice, type LineageQuestion } from '../../src/query/lineage/ask-lineage.js'
import { renderLineage, LINEAGE_FORMATS, renderLineageChoice } from '../../src/render/lineage.js'
import { CALL_LIMITS, readCallerCalls } from '../../src/query/lineage/caller-calls.js'
import type { Activity } from '../../src/query/lineage/caller-calls.js'
import { list, sql } from '../../src/query/plan/statement.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { readColumn, readIndexNames, readNumber, readTuples } from '../../src/store/reader.js'
import { plansOf } from '../helpers/count-case.js'
import { index as indexCase } from '../verify/indexed.js'
import { tempFolder } from '../helpers/temp-folder.js'

interface Ask {
  readonly ask: string
  readonly direction?: 'up' | 'down'
  readonly depth?: number
  readonly edges?: readonly string[]
  readonly choice?: readonly string[]
  readonly ends?: Readonly<Record<string, string>>
}

const root = path.resolve(import.meta.dirname, '../..')
const stories = path.join(root, 'fixtures/stories/lineage')
const work = tempFolder('lineage')
const open: Connection[] = []

afterAll(() => {
  for (const db of open) db.close()
})

async function index(name: string, ...paths: readonly string[]): Promise<Connection> {
  const casePath = path.join(work, `${name}.sqlite`)
  await indexCase(casePath, paths)
  const db = openReader(casePath)
  open.push(db)
  return db
}

function ask(
  db: Connection,
  asked: string,
  over: Partial<LineageQuestion> = {},
): LineageGraph | LineageChoice {
  return askLineage(db, { asked, up: true, down: true, depth: 10, limit: 20, events: 'none', ...over })
}

function graphOf(db: Connection, asked: string, over: Partial<LineageQuestion> = {}): LineageGraph {
  const answer = ask(db, asked, over)
  if (isChoice(answer))
    throw new Error(`${asked} is ambiguous: ${answer.candidates.map(({ start }) => start).join(', ')}`)
  return answer
}

/** An edge in the spelling of the answer keys. */
function spelled({ from, to, rule, event, joined, candidates, failure }: LineageEdge): string {
  const parts = [`${from} -> ${to}`, [rule, event?.event_id].filter(Boolean).join(' ')]
  if (joined !== null) parts.push([joined.rule, joined.event?.event_id].filter(Boolean).join(' '))
  if (candidates > 1) parts.push(`1 of ${candidates}`)
  if (failure !== null)
    parts.push(`${failure.error_code ?? ''} x${failure.count} to ${failure.last.event_id}`)
  return parts.join(' | ')
}

describe.each(['hops', 'identity-center', 'calls', 'edges'])('story %s', (name) => {
  const { asks } = JSON.parse(readFileSync(path.join(stories, `${name}.answers.json`), 'utf8')) as {
    asks: Ask[]
  }
  let db: Connection

  beforeAll(async () => {
    db = await index(name, path.join(stories, `${name}.json`))
  })

  it.each(asks)('answers $ask $direction', (expected) => {
    const { ask: asked, direction, depth = 10, edges, choice, ends } = expected
    const answer = ask(db, asked, { up: direction !== 'down', down: direction !== 'up', depth })
    if (isChoice(answer)) {
      expect(answer.candidates.map(({ start }) => start).sort()).toEqual([...(choice ?? [])].sort())
      return
    }
    expect(answer.edges.map(spelled).sort()).toEqual([...(edges ?? [])].sort())
    const reported = Object.fromEntries(answer.nodes.map(({ id, end }) => [id, end]))
    expect(reported).toMatchObject(ends ?? {})
  })

  it('finds events by their indexes and words, never by reading them all', () => {
    const steps = asks.flatMap(({ ask: asked }) =>
      plansOf(db, (watched) => ask(watched, asked, { events: 'all' })).map(([, step]) => step),
    )
    expect(steps.length).toBeGreaterThan(100)
    // `SCAN identity_name` is what the searches of that view gave: its tables are name_of_session, o and s.
    const large =
      /^SCAN (?:e|i|s|c|o|r|x|event|session|caller|name_of_session|name_of_caller|resource|event_resource)\b/
    expect(steps.filter((step) => large.test(step))).toEqual([])
  })

  it('understands every start that it offers', () => {
    for (const { ask: asked, choice } of asks) {
      if (choice === undefined) continue
      const answer = ask(db, asked)
      if (!isChoice(answer)) throw new Error(`${asked} is not ambiguous`)
      for (const { start } of answer.candidates) {
        const { start: ids } = graphOf(db, start)
        expect(ids).toHaveLength(1)
        // UTC is meant without a Z, too, as everywhere.
        if (/@.*Z$/.test(start)) expect(graphOf(db, start.slice(0, -1)).start).toEqual(ids)
      }
    }
  })

  it('gives the same edge from either end', () => {
    const seen = asks
      .filter(({ choice }) => choice === undefined)
      .flatMap(({ ask: asked }) => graphOf(db, asked).edges)
    for (const edge of seen) {
      const { event, failure, rule } = edge
      if (event === null || failure !== null || rule === 'owner') continue
      expect(graphOf(db, event.event_id).edges.map(spelled)).toContain(spelled(edge))
    }
  })
})

describe('output', () => {
  let hops: Connection
  let edges: Connection

  beforeAll(async () => {
    hops = await index('output-hops', path.join(stories, 'hops.json'))
    edges = await index('output-edges', path.join(stories, 'edges.json'))
  })

  it.each(LINEAGE_FORMATS)('draws the story as %s', async (format) => {
    const graph = graphOf(hops, 'AKIASVCSYNC000000001')
    await expect(renderLineage(format, graph, 0)).toMatchFileSnapshot(`expected/lineage/hops.${format}.txt`)
  })

  it('stacks what a narrow terminal cannot hold, and cuts nothing', async () => {
    const text = renderLineage('tree', graphOf(hops, 'alice', { events: 'counts' }), 100)
    await expect(text).toMatchFileSnapshot('expected/lineage/hops.narrow.txt')
  })

  it.each(LINEAGE_FORMATS)('shows no session token and nothing that acts on a terminal as %s', (format) => {
    for (const asked of ['AKIADAVE000000000001', 'ASIAHOSTILE000000001']) {
      const text = renderLineage(format, graphOf(edges, asked, { events: 'all' }), 0)
      expect(text).not.toMatch(/FwoGZX|IQoJ/)
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
    }
  })

  it('keeps hostile names inside the labels of DOT and Mermaid', () => {
    const graph = graphOf(edges, 'ASIAHOSTILE000000001')
    const dot = renderLineage('dot', graph, 0).split('\n')
    expect(
      dot.filter((line) => line !== '').every((line) => /^(?:digraph lineage \{|\}| {2}.*;)$/.test(line)),
    ).toBe(true)
    expect(dot.find((line) => line.includes('twin') || line.includes('[2J'))).toMatch(
      /\[label="(?:[^"\\]|\\.)*"(?:, \w+=\w+)*\];$/,
    )
    const mermaid = renderLineage('mermaid', graph, 0)
      .split('\n')
      .filter((line) => /^ {2}n\d/.test(line))
    for (const line of mermaid) {
      expect(line).toMatch(
        /^ {2}n\d+(?:\(?\["[^"<>|[\]]*(?:<br\/>[^"<>|[\]]*)*"\]\)?| -\.?->\|"[^"<>|[\]]*(?:<br\/>[^"<>|[\]]*)*"\| n\d+)$/,
      )
    }
  })

  it('lists what each node did, and the events themselves', () => {
    const { nodes } = graphOf(hops, 'AKIASVCSYNC000000001', { events: 'all', down: false })
    const key = nodes.find(({ id }) => id === 'key:AKIASVCSYNC000000001')
    expect(key?.did?.map(({ event_name, count, failed }) => [event_name, count, failed])).toEqual([
      ['AssumeRole', 2, 2],
      ['GetCallerIdentity', 1, 0],
      ['GetSessionToken', 1, 0],
    ])
    expect(key?.event_list?.map(({ event_id }) => event_id)).toEqual([
      'hops-11-GetCallerIdentity',
      'hops-12-AssumeRole-denied',
      'hops-13-AssumeRole-denied',
      'hops-14-GetSessionToken',
    ])
    expect(key?.more_events).toBe(0)
  })

  it('says what a name can mean, in words that a shell takes literally', () => {
    const lines = renderLineageChoice({
      asked: 'x',
      candidates: [
        {
          start: "AROA:it's; rm -rf ~@2024-05-14T00:00:00Z",
          what: 'role-session',
          first_event: null,
          events: 0,
        },
      ],
      more: 2,
    })
    expect(lines).toEqual([
      "'x' is ambiguous (3 matches); choose one:",
      "  coldtrail lineage 'AROA:it'\\''s; rm -rf ~@2024-05-14T00:00:00Z'  (role-session; no events)",
      '  and 2 more',
    ])
  })

  it('says when nothing has the name', () => {
    expect(() => ask(hops, 'nobody-of-this-name')).toThrow(
      /no access key, session, principal or event .* nobody-of-this-name/,
    )
  })
})

describe('bounds', () => {
  const CALLS = 60
  let db: Connection

  beforeAll(async () => {
    const file = path.join(work, 'wide/wide.json')
    mkdirSync(path.dirname(file))
    writeFileSync(file, JSON.stringify({ Records: wideRecords(CALLS) }))
    db = await index('wide', file)
  })

  it('shows the first of many and counts the rest', () => {
    const graph = graphOf(db, 'AKIAWIDE000000000001', { limit: 5 })
    const made = graph.edges.filter(({ failure }) => failure === null)
    expect(made.map(({ event }) => event?.event_id)).toEqual(['ok-0', 'ok-1', 'ok-2', 'ok-3', 'ok-4'])
    const caller = graph.nodes.find(({ kind }) => kind === 'key')
    expect([caller?.more, caller?.more_because]).toEqual([CALLS - 5, 'limit'])
    expect(renderLineage('tree', graph, 0)).toContain(
      'and 55 more issuing events (55 AssumeRole): raise --limit',
    )
  })

  it('gives a user the keys that somebody made for it and nobody used, and no key of its namesake', () => {
    for (const n of [1, 2]) {
      const graph = graphOf(db, `AIDABACKDOOR0000000${n}`)
      const below = graph.edges.filter(({ from }) => graph.start.includes(from))
      expect(below.map(({ to, rule, event, by }) => [to, rule, event?.event_id, by])).toEqual([
        [`key:AKIABACKDOOR0000000${n}`, 'owner', `key-${n}`, 'maker'],
      ])
      expect(renderLineage('tree', graph, 0)).toContain('made by maker')
    }
  })

  it('does not let refused calls hide those that succeeded', () => {
    const { edges } = graphOf(db, 'AKIAWIDE000000000001', { limit: 5 })
    const refused = edges.filter(({ failure }) => failure !== null)
    expect(refused.map(({ failure }) => failure?.count)).toEqual([CALLS])
  })

  it('finds the same calls of a caller, however many there are of either', () => {
    const found = new Set<number>()
    const indexes = readIndexNames(db)
    const lists = [readColumn<number>(db, sql`SELECT id FROM identity`), ...callers(db).map((id) => [id])]
    for (const listed of lists) {
      const [events = 0, firstMs = null, lastMs = null] =
        readTuples(
          db,
          sql`SELECT count(*), min(event_time_ms), max(event_time_ms) FROM event WHERE identity_id IN ${list(listed)}`,
        )[0] ?? []
      const activity = { events, firstMs, lastMs } as Activity
      for (const name of ['AssumeRole', 'GetCallerIdentity']) {
        const actions = readColumn<number>(db, sql`SELECT id FROM action WHERE event_name = ${name}`)
        const search = { callers: listed, actions, activity, indexes }
        const ways = [CALL_LIMITS, { ...CALL_LIMITS, few: -1 }, { few: -1, most: 3 }].map((limits) =>
          readCallerCalls(db, search, limits),
        )
        const [tested, both, bounded] = ways
        expect(both).toEqual(tested)
        expect(bounded?.made).toEqual(tested?.made.slice(0, 3))
        for (const id of tested?.made ?? []) found.add(id)
      }
    }
    const all = readNumber(
      db,
      sql`SELECT count(*) FROM event WHERE outcome_id = 0 AND action_id IN (SELECT id FROM action WHERE event_name IN ('AssumeRole', 'GetCallerIdentity'))`,
    )
    expect(found.size).toBe(all)
    expect(found.size).toBeGreaterThan(CALLS)
  })

  it('says where the depth ends', () => {
    const chain = graphOf(db, 'AKIACHAIN00000000001', { depth: 2 })
    const last = chain.nodes.find(({ id }) => id === 'session:ASIACHAIN00000000002')
    expect([chain.edges.length, last?.more, last?.more_because]).toEqual([2, 1, 'depth'])
    const up = graphOf(db, 'ASIACHAIN00000000005', { depth: 2, down: false })
    expect(up.nodes.find(({ id }) => id === 'session:ASIACHAIN00000000003')?.more_above).toBe(1)
    expect(graphOf(db, 'ASIACHAIN00000000005').edges).toHaveLength(5)
  })
})

function callers(db: Connection): number[] {
  return readColumn<number>(db, sql`SELECT DISTINCT identity_id FROM event`)
}

function wideRecords(count: number): unknown[] {
  const account = '111122223333'
  const caller = (name: string, key: string) => ({
    type: 'IAMUser',
    principalId: `AIDA${name.toUpperCase()}0000000001`,
    accountId: account,
    userName: name,
    arn: `arn:aws:iam::${account}:user/${name}`,
    accessKeyId: key,
  })
  const session = (role: string, name: string, key: string, seconds: number) => ({
    type: 'AssumedRole',
    principalId: `AROA${role.toUpperCase()}000000001:${name}`,
    accountId: account,
    accessKeyId: key,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: `AROA${role.toUpperCase()}000000001`,
        arn: `arn:aws:iam::${account}:role/${role}`,
        accountId: account,
        userName: role,
      },
      attributes: { creationDate: time(seconds), mfaAuthenticated: 'false' },
    },
  })
  const time = (seconds: number): string =>
    new Date(Date.UTC(2024, 4, 14) + seconds * 1000).toISOString().replace('.000Z', 'Z')
  const call = (id: string, seconds: number, userIdentity: unknown, over: Record<string, unknown>) => ({
    eventVersion: '1.09',
    eventID: id,
    eventTime: time(seconds),
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    userIdentity,
    awsRegion: 'us-east-1',
    sourceIPAddress: '203.0.113.5',
    userAgent: 'x',
    requestParameters: null,
    responseElements: null,
    requestID: `request-${id}`,
    eventType: 'AwsApiCall',
    recipientAccountId: account,
    eventCategory: 'Management',
    readOnly: true,
    ...over,
  })
  const assumed = (role: string, name: string, key: string) => ({
    requestParameters: { roleArn: `arn:aws:iam::${account}:role/${role}`, roleSessionName: name },
    responseElements: {
      credentials: { accessKeyId: key, sessionToken: 'IQoJb3' },
      assumedRoleUser: {
        assumedRoleId: `AROA${role.toUpperCase()}000000001:${name}`,
        arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
      },
    },
  })
  const numbers = Array.from({ length: count }, (_, n) => n)
  const wide = caller('wide', 'AKIAWIDE000000000001')
  const refused = numbers.map((n) =>
    call(`no-${n}`, n, wide, {
      errorCode: 'AccessDenied',
      errorMessage: `User: x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/Admin`,
    }),
  )
  const done = numbers.map((n) =>
    call(`ok-${n}`, 1000 + n, wide, assumed('Job', 'run', `ASIAJOB0000000000${100 + n}`)),
  )
  const links = [0, 1, 2, 3, 4].map((n) => {
    const from =
      n === 0
        ? caller('chain', 'AKIACHAIN00000000001')
        : session('Chain', `s${n}`, `ASIACHAIN0000000000${n}`, 2000 + n)
    return call(`chain-${n}`, 2001 + n, from, assumed('Chain', `s${n + 1}`, `ASIACHAIN0000000000${n + 1}`))
  })
  const iam = (id: string, seconds: number, eventName: string, responseElements: unknown) =>
    call(id, seconds, caller('maker', 'AKIAMAKER00000000001'), {
      eventSource: 'iam.amazonaws.com',
      eventName,
      requestParameters: { userName: 'backdoor' },
      responseElements,
      readOnly: false,
    })
  const madeUser = (n: number) => ({
    user: {
      userId: `AIDABACKDOOR0000000${n}`,
      userName: 'backdoor',
      arn: `arn:aws:iam::${account}:user/x/backdoor`,
    },
  })
  const madeKey = (n: number) => ({
    accessKey: { accessKeyId: `AKIABACKDOOR0000000${n}`, userName: 'backdoor', status: 'Active' },
  })
  const backdoors = [
    iam('user-1', 3000, 'CreateUser', madeUser(1)),
    iam('key-1', 3001, 'CreateAccessKey', madeKey(1)),
    iam('user-2', 3100, 'CreateUser', madeUser(2)),
    iam('key-2', 3101, 'CreateAccessKey', madeKey(2)),
  ]
  return [...refused, ...done, ...links, ...backdoors]
}

const REAL = path.resolve(root, '../shared/data/invictus-cloudtrail')
const ORACLE = path.join(import.meta.dirname, 'lineage-oracle.py')

describe('real records', () => {
  const isHere = existsSync(REAL)
  if (!isHere) console.warn(`skipped: ${REAL} is not here`)

  it.skipIf(!isHere)(
    'links every role session whose AssumeRole is there, as an independent reading does',
    async () => {
      const expected = JSON.parse(execFileSync('python3', [ORACLE, REAL], { encoding: 'utf8' })) as Record<
        string,
        string[]
      >
      const db = await index('real', REAL)
      const found = Object.fromEntries(
        Object.keys(expected).map((start) => {
          const { edges, start: ids } = graphOf(db, start, { down: false, depth: 1 })
          const above = edges.filter(({ to }) => ids.includes(to))
          const events = above.flatMap(({ event, joined }) => [event?.event_id, joined?.event?.event_id])
          return [start, events.filter((id) => id !== undefined).sort()]
        }),
      )
      expect(found).toEqual(expected)
      expect(Object.keys(expected).length).toBeGreaterThan(10)
      expect(Object.values(expected).filter((events) => events.length === 0)).toEqual([])
    },
  )
})
