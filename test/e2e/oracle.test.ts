import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeArchive, shuffled } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import {
  find,
  findIds,
  index,
  inParallel,
  parseLines,
  recordText,
  ROOT,
  run,
  tempFolder,
} from '../helpers/cli.js'
import { hasPython, makeKey, type OracleKey, type OracleRecord } from '../helpers/oracle.js'

const INVICTUS = path.resolve(ROOT, '../shared/data/invictus-cloudtrail')
const EVER = ['--until', '9000-01-01'] as const

if (!hasPython) console.log('skipped: python3 is missing, so there is no independent answer key')
if (!existsSync(INVICTUS)) console.log(`skipped: the real archive ${INVICTUS} is missing`)

const generated = tempFolder('oracle')
makeArchive(generated, { files: 24, recordsPerFile: 40, days: 3, redeliveredEvery: 3 })

/** How many of each kind of look-up: 200 in all over both archives. */
const LOOKUPS = 25

describe.skipIf(!hasPython).each([
  ['a generated archive', generated],
  ['2,900 real events', INVICTUS],
])('the answers from %s are those of Python', (_, folder) => {
  describe.skipIf(!existsSync(folder))('', () => {
    const caseFile = path.join(tempFolder('case'), 'case.sqlite')
    let key: OracleKey
    let byId: ReadonlyMap<string, OracleRecord>
    beforeAll(async () => {
      key = makeKey(folder)
      byId = new Map(key.records.map((record) => [record.event_id, record]))
      const { totals } = await index([folder], caseFile)
      expect(totals.records).toMatchObject({
        found: key.records.length,
        events: key.events,
        duplicates: key.duplicates,
        rejected: 0,
      })
    })

    it('to how many events there are by name, principal, address, error and minute', async () => {
      const count = async (column: string): Promise<Record<string, number>> => {
        const { stdout } = await run([
          'sql',
          `SELECT ${column} AS k, count(*) AS n FROM events WHERE k IS NOT NULL GROUP BY 1`,
          '--format',
          'jsonl',
          '--case',
          caseFile,
        ])
        return Object.fromEntries(parseLines<{ k: string; n: number }>(stdout).map(({ k, n }) => [k, n]))
      }
      expect(await count('event_name')).toEqual(key.by_event_name)
      expect(await count('principal_arn')).toEqual(key.by_principal_arn)
      expect(await count('source_ip_address')).toEqual(key.by_source_ip)
      expect(await count('error_code')).toEqual(key.by_error_code)
      expect(await count('substr(event_time, 1, 16)')).toEqual(key.by_minute)
    })

    it('to the text of every record, byte for byte, and its place', async () => {
      const { stdout, code } = await run([
        'find',
        'window',
        ...EVER,
        '--format',
        'jsonl',
        '--records',
        '--case',
        caseFile,
      ])
      expect(code).toBe(0)
      const lines = stdout.split('\n').filter((line) => line !== '')
      expect(lines).toHaveLength(key.events)
      const places = new Map(key.records.map((record) => [`${record.path} ${record.offset}`, record]))
      const contents = new Map<string, Buffer>()
      const wrong = lines.filter((line) => {
        const row = JSON.parse(line) as {
          source_path: string
          record_offset: number
          record_length: number
          event_id: string
        }
        const place = places.get(`${row.source_path} ${row.record_offset}`)
        if (place?.event_id !== row.event_id || place.length !== row.record_length) return true
        // A row is one line: line breaks between the values of a pretty-printed record are shown as spaces there.
        const text = recordText(line)
        const { sha256 } = place
        if (createHash('sha256').update(text).digest('hex') === sha256) return false
        const content = contents.get(place.path) ?? readFileSync(place.path)
        contents.set(place.path, content)
        const original = content.subarray(place.offset, place.offset + place.length).toString('utf8')
        return original.replaceAll(/[\r\n]/g, ' ') !== text
      })
      expect(wrong).toEqual([])
    })

    it('to the text of every record through record() in SQL', async () => {
      const { stdout } = await run([
        'sql',
        'SELECT event_id, record(event_id) AS r FROM events',
        '--format',
        'jsonl',
        '--case',
        caseFile,
      ])
      const rows = parseLines<{ event_id: string; r: string }>(stdout)
      expect(rows).toHaveLength(key.events)
      const wrong = rows.filter(
        ({ event_id, r }) => createHash('sha256').update(r).digest('hex') !== byId.get(event_id)?.sha256,
      )
      expect(wrong.map(({ event_id }) => event_id)).toEqual([])
      const counted = await run([
        'sql',
        "SELECT json_extract(record(event_id), '$.eventName') AS k, count(*) AS n FROM events GROUP BY 1",
        '--format',
        'jsonl',
        '--case',
        caseFile,
      ])
      expect(
        Object.fromEntries(parseLines<{ k: string; n: number }>(counted.stdout).map(({ k, n }) => [k, n])),
      ).toEqual(key.by_event_name)
    })

    it('to show, for records taken at random', async () => {
      const some = sample(key.records, 15, 'show')
      const wrong = await inParallel(some, async ({ event_id, sha256, path: file, offset }) => {
        const { out, stderr } = await run(['show', event_id, '--case', caseFile])
        const isSame = createHash('sha256').update(out).digest('hex') === sha256
        return isSame && stderr.includes(file) && stderr.includes(`byte ${offset}`) ? [] : [event_id]
      })
      expect(wrong.flat()).toEqual([])
    })

    it('to every place where a record was delivered', () => {
      const places = query<{ event_id: string; source_path: string; record_offset: number }>(
        caseFile,
        'SELECT event_id, source_path, record_offset FROM appearances',
      )
      const spell = (rows: readonly (readonly [string, string, number])[]): string[] =>
        rows.map((row) => row.join(' ')).sort()
      const ours = spell(places.map((row) => [row.event_id, row.source_path, row.record_offset]))
      expect(ours).toEqual(spell(key.records.map((record) => [record.event_id, record.path, record.offset])))
    })

    it('to look-ups by request ID', async () => {
      const values = sample(distinct(key.records.map(({ request_id }) => request_id)), LOOKUPS, 'request')
      await expectSame(
        values,
        (value) => ['request', value],
        (record, value) => record.request_id === value,
      )
    })

    it('to look-ups by access key, as principal and as filter', async () => {
      const keys = distinct(key.records.map(({ access_key }) => access_key)).filter((value) =>
        /^A[A-Z]{3}[A-Z0-9]{12,}$/.test(value),
      )
      const uses = (record: OracleRecord, value: string): boolean => record.access_key === value
      await expectSame(sample(keys, 10, 'key'), (value) => ['principal', value], uses)
      await expectSame(
        sample(keys, 10, 'key filter'),
        (value) => ['window', ...EVER, '--access-key', value],
        uses,
      )
    })

    it('to look-ups by ARN in resources[]: all that name it there, and none whose record does not know it', async () => {
      const arns = sample(distinct(key.records.flatMap(({ resources }) => resources)), LOOKUPS, 'arn')
      const answers = await inParallel(arns, (arn) => find(caseFile, 'resource', arn))
      arns.forEach((arn, at) => {
        const found = new Set(answers[at]!.map((row) => row.event_id))
        const must = idsOf((record) => record.resources.includes(arn))
        expect({ arn, missed: must.filter((id) => !found.has(id)) }).toEqual({ arn, missed: [] })
        // Made of its parts, perhaps: a bucket's ARN from its name.
        const name = arn.slice(Math.max(arn.lastIndexOf(':'), arn.lastIndexOf('/')) + 1).toLowerCase()
        const words = name.match(/[a-z0-9]+/g) ?? []
        const strange = [...found].filter((id) => !words.every((word) => byId.get(id)!.words.includes(word)))
        expect({ arn, strange }).toEqual({ arn, strange: [] })
      })
    })

    it('to look-ups by word', async () => {
      const words = sample(distinct(key.records.flatMap(({ words }) => words)), LOOKUPS, 'word')
      await expectSame(
        words,
        (word) => ['text', word],
        (record, word) => record.words.includes(word),
      )
    })

    it('to look-ups by two words', async () => {
      const pairs = sample(key.records, 10, 'pair').map(({ words }, at) =>
        sample(words, 2, `pair ${at}`).join(' '),
      )
      await expectSame(
        pairs,
        (pair) => ['text', pair],
        (record, pair) => pair.split(' ').every((word) => record.words.includes(word)),
      )
    })

    function idsOf(isWanted: (record: OracleRecord) => boolean): string[] {
      return distinct(key.records.filter(isWanted).map(({ event_id }) => event_id)).sort()
    }

    async function expectSame(
      values: readonly string[],
      args: (value: string) => string[],
      isWanted: (record: OracleRecord, value: string) => boolean,
    ): Promise<void> {
      expect(values.length).toBeGreaterThan(3)
      const answers = await inParallel(values, (value) => findIds(caseFile, ...args(value)))
      const differ = values.flatMap((value, at) => {
        const wanted = idsOf((record) => isWanted(record, value))
        const found = new Set(answers[at])
        const missed = wanted.filter((id) => !found.has(id))
        const strange = [...found].filter((id) => !wanted.includes(id))
        return missed.length + strange.length === 0 ? [] : [{ asked: args(value).join(' '), missed, strange }]
      })
      expect(differ).toEqual([])
    }
  })
})

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value): value is string => value !== null && value !== ''))]
}

function sample<Item>(items: readonly Item[], count: number, seed: string): Item[] {
  return shuffled(items, seed).slice(0, count)
}
