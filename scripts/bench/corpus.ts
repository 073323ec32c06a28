/** Generated archives with a known answer key. The same profile and seed give the same files, byte for byte. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { amplify } from './amplify.js'
import { Archive } from './archive.js'
import { beginSession, serviceRecord, type Session } from './callers.js'
import type { Scene } from './calls.js'
import { Random } from './random.js'
import { isoTime, recordText, type Draft, type Placed } from './record.js'
import { makeWorld, publicIp, type Account } from './world.js'

export const PROFILES = {
  tiny: { events: 10_000, files: 20, days: 2 },
  check: { events: 60_000, files: 120, days: 5 },
  large: { events: 200_000, files: 400, days: 14 },
  diverse: { events: 200_000, files: 400, days: 14, diverse: true },
  small: { events: 100_000, files: 20_000, days: 7 },
  million: { events: 1_000_000, files: 2_000, days: 30 },
  'ten-million': { events: 10_000_000, files: 20_000, days: 90 },
  'diverse-ten-million': { events: 10_000_000, files: 20_000, days: 90, diverse: true },
} as const satisfies Record<string, Profile>

interface Profile {
  readonly events: number
  readonly files: number
  readonly days: number
  /** Short sessions with keys of their own, and many addresses. */
  readonly diverse?: boolean
}

export type ProfileName = keyof typeof PROFILES

export interface CorpusOptions {
  readonly profile: ProfileName
  readonly seed: number
  /** Share of the records that a second trail delivers again, byte for byte. */
  readonly duplicates: number
  /** Folder of real log files to multiply, instead of inventing records. */
  readonly amplify?: string | undefined
}

export interface Counted {
  readonly value: string
  readonly events: number
}

/** Content of the archive, and values to search for: written next to it. */
export interface AnswerKey {
  readonly generator: number
  readonly name: string
  readonly events: number
  /** Records as delivered, so with duplicates. */
  readonly records: number
  readonly files: number
  readonly jsonBytes: number
  readonly gzBytes: number
  readonly first: string
  readonly last: string
  readonly requests: readonly { readonly requestId: string; readonly eventId: string }[]
  readonly principals: readonly Counted[]
  readonly resources: readonly Counted[]
  readonly texts: readonly Counted[]
}

export interface Corpus {
  readonly folder: string
  readonly key: AnswerKey
}

/** Raise when the records change, so that cached corpora are made anew. */
const GENERATOR = 1
const START = Date.UTC(2024, 2, 4) / 1000
const SAMPLE = 100

function corpusName(options: CorpusOptions): string {
  const kind = options.amplify === undefined ? options.profile : `amplified-${options.profile}`
  const twice = options.duplicates > 0 ? `-dup${Math.round(options.duplicates * 100)}` : ''
  return `${kind}-seed${options.seed}${twice}`
}

/** Makes the corpus unless `parent` has it; a half-made one is never taken for whole. */
export async function ensureCorpus(
  parent: string,
  options: CorpusOptions,
  say: (line: string) => void,
): Promise<Corpus> {
  const name = corpusName(options)
  const folder = path.join(parent, name)
  const keyFile = `${folder}.answers.json`
  if (existsSync(keyFile) && existsSync(folder)) {
    const key = JSON.parse(await readFile(keyFile, 'utf8')) as AnswerKey
    if (key.generator === GENERATOR) return { folder, key }
  }
  say(`making ${name} …`)
  const started = performance.now()
  const partial = `${folder}.partial`
  for (const stale of [keyFile, folder, partial]) await rm(stale, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  const key = await generate(partial, name, options)
  await rename(partial, folder)
  await writeFile(keyFile, JSON.stringify(key, null, 1) + '\n')
  say(`made ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return { folder, key }
}

async function generate(root: string, name: string, options: CorpusOptions): Promise<AnswerKey> {
  const archive = new Archive(root, new Random(options.seed, 'names'))
  const tally = new Tally(options.seed)
  const records = await (options.amplify === undefined
    ? invent(archive, tally, options)
    : amplify(archive, tally, options.amplify, { ...PROFILES[options.profile], seed: options.seed }))
  await archive.close()
  return {
    generator: GENERATOR,
    name,
    events: tally.events,
    records,
    files: archive.files,
    jsonBytes: archive.jsonBytes,
    gzBytes: archive.gzBytes,
    first: isoTime(tally.first),
    last: isoTime(tally.last),
    requests: tally.sample,
    principals: tally.principals.byCount(),
    resources: tally.resources.byCount(),
    texts: tally.texts.byCount(),
  }
}

/** Returns the number of records written. */
async function invent(archive: Archive, tally: Tally, options: CorpusOptions): Promise<number> {
  const { events, files, days, diverse }: Profile = PROFILES[options.profile]
  const studio = diverse === true ? new Studio(options.seed, DIVERSE) : new Studio(options.seed)
  const second = new Random(options.seed, 'second trail')
  let records = 0
  for (let i = 0; i < files; i++) {
    const count = Math.floor(((i + 1) * events) / files) - Math.floor((i * events) / files)
    const delivered = START + 900 + Math.floor((i * days * 86400) / files)
    const batch = studio.batch(delivered, count, tally)
    await archive.add({ ...batch, seconds: delivered }, batch.records)
    const again = batch.records.filter(() => second.chance(options.duplicates))
    records += batch.records.length + again.length
    // About half of the second trail's files have another minute than the first's.
    if (again.length > 0) await archive.add({ ...batch, seconds: delivered + 60 * second.int(2) }, again)
  }
  return records
}

export interface Pace {
  readonly sessions: number
  readonly burst: number
  readonly short?: ShortSessions
}

interface ShortSessions {
  /** A session makes one to so many calls. */
  readonly calls: number
  /** Share of calls that come from an address that was not met before; the others come from any that was. */
  readonly newAddresses: number
  /** Share of sessions with an agent that was not met before: fleets run a few versions of a few programs. */
  readonly newAgents: number
}

/** As a large organisation looks: people and jobs come for minutes, from wherever they are. */
const DIVERSE: Pace = { sessions: 40, burst: 4, short: { calls: 20, newAddresses: 0.01, newAgents: 0.02 } }

interface Held {
  readonly session: Session
  left: number
}

/** One log file's worth of records at a time; sessions live on from file to file. */
export class Studio {
  readonly world
  readonly #pace: Pace
  readonly #random: Random
  readonly #sessions = new Map<string, (Held | undefined)[]>()
  readonly #addresses = new Pool()
  readonly #agents = new Pool()
  readonly #queues = new Map<string, Draft[]>()

  /** Many sessions with short bursts make gzip's work as hard as real archives do (7 to 8 : 1 in files of 500). */
  constructor(seed: number, pace: Pace = { sessions: 40, burst: 4 }) {
    this.#pace = pace
    this.world = makeWorld(seed)
    this.#random = new Random(seed, 'records')
  }

  batch(
    delivered: number,
    count: number,
    tally: Tally,
    place?: { account: Account; region: string },
  ): { account: string; region: string; records: string[] } {
    const random = this.#random
    const { account, region } = place ?? this.world.places.pick(random)
    const where = `${account.id}/${region}`
    const queue = getOrMake(this.#queues, where, () => [])
    const pool = getOrMake(this.#sessions, where, () =>
      Array.from({ length: this.#pace.sessions }, () => undefined),
    )
    const oldest = delivered - random.between(300, 600)
    const scene: Scene = {
      random,
      world: this.world,
      account,
      region,
      seconds: oldest,
      follow: (draft) => queue.push(draft),
    }
    let burst = 0
    let held: Held | undefined
    const records: string[] = []
    while (records.length < count) {
      scene.seconds = oldest + Math.floor((records.length / count) * (delivered - oldest))
      let draft = queue.shift()
      if (draft === undefined && burst > 0 && held !== undefined) {
        draft = held.session.calls.pick(random)(scene, this.#caller(held.session))
        burst -= 1
        held.left -= 1
      } else if (draft === undefined && random.chance(0.4)) {
        draft = serviceRecord(scene)
      } else if (draft === undefined) {
        held = this.#take(pool, scene)
        burst = Math.min(1 + random.int(this.#pace.burst), held.left)
        continue
      }
      const placed = recordText(random, draft, { seconds: scene.seconds, region, account: account.id })
      tally.count(draft, placed, scene.seconds)
      records.push(placed.text)
    }
    if (random.chance(0.35)) random.shuffle(records)
    return { account: account.id, region, records }
  }

  /** Services call from their own names; everybody else from some address of the organisation. */
  #caller(session: Session): Session {
    const { short } = this.#pace
    if (short === undefined || isService(session)) return session
    const ip = this.#addresses.pick(this.#random, short.newAddresses, () => publicIp(this.#random))
    return { ...session, ip }
  }

  #take(pool: (Held | undefined)[], scene: Scene): Held {
    const slot = Math.floor(scene.random.unit() ** 1.7 * pool.length)
    const held = pool[slot]
    if (held !== undefined && held.session.until > scene.seconds && held.left > 0) return held
    return (pool[slot] = this.#begin(scene))
  }

  #begin(scene: Scene): Held {
    const { short } = this.#pace
    const session = beginSession(scene, short !== undefined)
    if (short === undefined) return { session, left: Number.POSITIVE_INFINITY }
    const left = 1 + scene.random.int(short.calls)
    if (isService(session)) return { session, left }
    const agent = this.#agents.pick(scene.random, short.newAgents, () => session.agent)
    return { session: { ...session, agent }, left }
  }
}

const isService = ({ ip }: Session): boolean => ip.endsWith('.com')

/** Values that are met again. */
class Pool {
  readonly #met: string[] = []

  pick(random: Random, newShare: number, make: () => string): string {
    if (this.#met.length > 0 && !random.chance(newShare)) return random.pick(this.#met)
    const made = make()
    this.#met.push(made)
    return made
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const held = map.get(key)
  if (held !== undefined) return held
  const made = make()
  map.set(key, made)
  return made
}

class Counter {
  readonly #counts = new Map<string, number>()

  add(value: string | undefined): void {
    if (value !== undefined) this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1)
  }

  /** All, or 400 of them evenly from common to rare. */
  byCount(): Counted[] {
    const all = [...this.#counts].map(([value, events]) => ({ value, events }))
    all.sort((a, b) => b.events - a.events || (a.value < b.value ? -1 : 1))
    const step = Math.max(1, all.length / 400)
    return all.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step))
  }
}

/** Counts while records are written, so that the answer key owes nothing to the indexer. */
export class Tally {
  events = 0
  first = Number.POSITIVE_INFINITY
  last = 0
  readonly principals = new Counter()
  readonly resources = new Counter()
  readonly texts = new Counter()
  readonly sample: { requestId: string; eventId: string }[] = []
  readonly #random: Random

  constructor(seed: number) {
    this.#random = new Random(seed, 'sample')
  }

  count(
    draft: Pick<Draft, 'principal' | 'touches' | 'word'>,
    placed: Omit<Placed, 'text'>,
    seconds: number,
  ): void {
    this.events += 1
    this.first = Math.min(this.first, seconds)
    this.last = Math.max(this.last, seconds)
    this.principals.add(draft.principal)
    for (const resource of draft.touches ?? []) this.resources.add(resource)
    this.texts.add(draft.word)
    const { requestId, eventId } = placed
    if (requestId === undefined) return
    // Reservoir sampling: each event has the same chance to be asked for.
    const slot = this.sample.length < SAMPLE ? this.sample.length : this.#random.int(this.events)
    if (slot < SAMPLE) this.sample[slot] = { requestId, eventId }
  }
}
