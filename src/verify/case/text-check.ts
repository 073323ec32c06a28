/**
 * Whether the full text has the words of the records and no others. FTS5 keeps no text to compare with. What is made of columns
 * (values that events share, lines of access logs) is indexed once more and compared word for word; the words of events are
 * summed where their records are read, and then over the index.
 */
import { randomInt } from 'node:crypto'
import { decodedWords } from '../../normalise/access-log.js'
import { accessWords } from '../../store/access-log-schema.js'
import { differingWord } from '../../store/compare-texts.js'
import type { Connection } from '../../store/open.js'
import { FTS_DDL, TABLES } from '../../store/schema.js'
import { valueTextOf } from '../../store/value-text.js'
import { FindingList, type Finding } from './finding.js'

/** value_text and access_text, against the columns that they are made of. */
export function checkColumnTexts(db: Connection): Finding[] {
  // The case stays read-only: what is made again is in a temporary database.
  db.pragma('query_only = OFF')
  return [...checkText(db, 'value_text', valueTexts), ...checkText(db, 'access_text', lineTexts)]
}

type Text = readonly [id: bigint, text: string]

function checkText(db: Connection, table: string, texts: (db: Connection) => Iterable<Text>): Finding[] {
  const made = `temp.made_${table}`
  db.exec((FTS_DDL.find((ddl) => ddl.includes(table)) ?? '').replace(table, made))
  const add = db.prepare<[bigint, string]>(`INSERT INTO ${made} (rowid, body) VALUES (?, ?)`)
  db.transaction(() => {
    for (const [id, text] of texts(db)) add.run(id, text)
  })()
  const findings = new FindingList(table)
  const differing = differingWord(db, `main.${table}`, made)
  if (differing !== null)
    findings.add('words', `its words are not those of the rows that they are of: ${differing}`)
  return findings.all
}

function* valueTexts(db: Connection): Generator<Text> {
  for (const table of TABLES.filter(({ dictionary }) => dictionary === true))
    yield* rowsOf<Text>(db, `SELECT id, ${valueTextOf(table)} FROM ${table.name}`)
}

type LineRow = readonly [bigint, string | null, string | null, string | null, string | null]

function* lineTexts(db: Connection): Generator<Text> {
  const lines = 'SELECT id, object_key, request_uri, referer, version_id FROM access_log'
  for (const [id, objectKey, requestUri, referer, versionId] of rowsOf<LineRow>(db, lines)) {
    const text = decodedWords(objectKey, requestUri)
    yield [id, accessWords({ objectKey, requestUri, referer, versionId, text })]
  }
}

/** All at once: a connection that walks rows takes no others. */
function rowsOf<Row>(db: Connection, sql: string): Row[] {
  return db.prepare<[], Row>(sql).raw().safeIntegers().all()
}

/** Words by their hash: each has a sum over its rows. */
const BUCKETS = 4096

/** Sums over words and rows that do not depend on their order. The seed is another in each run: nobody can make sums fit. */
export class WordSums {
  static newSeed(): number {
    return randomInt(2 ** 32)
  }

  readonly sums = new Uint32Array(BUCKETS)
  readonly #seed: number

  constructor(seed: number) {
    this.#seed = seed
  }

  add(word: string, row: number): void {
    const hash = this.#hashOf(word)
    const low = Math.imul(hash ^ (row >>> 0), 0x9e3779b1) ^ Math.floor(row / 2 ** 32)
    const bucket = hash & (BUCKETS - 1)
    this.sums[bucket] = (this.sums[bucket] ?? 0) + mixed(low ^ this.#seed)
  }

  addAll(sums: Uint32Array): void {
    for (const [bucket, sum] of sums.entries()) this.sums[bucket] = (this.sums[bucket] ?? 0) + sum
  }

  isOfDiffering(word: string, { sums }: WordSums): boolean {
    const bucket = this.#hashOf(word) & (BUCKETS - 1)
    return this.sums[bucket] !== sums[bucket]
  }

  isEqual({ sums }: WordSums): boolean {
    return this.sums.every((sum, bucket) => sum === sums[bucket])
  }

  #hashOf(word: string): number {
    let hash = this.#seed
    for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193)
    return mixed(hash)
  }
}

function mixed(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return (twice ^ (twice >>> 16)) >>> 0
}

const MOST_NAMED = 5

/** @param given of the records of every source. Words of a repeat stay in the index after its row has gone. */
export function checkEventText(db: Connection, given: WordSums, seed: number): Finding[] {
  db.pragma('query_only = OFF')
  db.exec(
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.event_words USING fts5vocab(main, 'event_text', 'instance')",
  )
  db.pragma('query_only = ON')
  const walk = db.prepare<[], [string, number]>(
    `SELECT term, doc FROM temp.event_words w WHERE EXISTS (SELECT 1 FROM event e WHERE e.id = w.doc)
      OR EXISTS (SELECT 1 FROM reduced_form f WHERE f.id = w.doc)`,
  )
  const found = new WordSums(seed)
  let last: readonly [string, number] = ['', -1]
  for (const pair of walk.raw().iterate()) {
    if (pair[0] === last[0] && pair[1] === last[1]) continue
    found.add(...pair)
    last = pair
  }
  if (found.isEqual(given)) return []
  return [namedFinding(db, (word) => found.isOfDiffering(word, given))]
}

function namedFinding(db: Connection, isOfDiffering: (word: string) => boolean): Finding {
  const words = new Set<string>()
  for (const word of db.prepare<[], string>('SELECT term FROM temp.event_words').pluck().iterate()) {
    if (isOfDiffering(word)) words.add(word)
    if (words.size > MOST_NAMED) break
  }
  const named = [...words].slice(0, MOST_NAMED).map((word) => `"${word}"`)
  const detail = `it has a word that no record gives, or lacks one${named.length === 0 ? '' : `; among those of ${named.join(', ')}`}`
  return { check: 'words', place: 'event_text', detail }
}
