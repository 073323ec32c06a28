/** Writes log files as CloudTrail delivers them: tree, names, one gzip member with FNAME, minified, no final newline. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { isoTime } from './record.js'
import type { Random } from './random.js'

const deflate = promisify(gzip)
/** Files being compressed and written at once; zlib works on Node's own threads meanwhile. */
const IN_FLIGHT = 6
const UNIQ = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export interface Delivery {
  readonly account: string
  readonly region: string
  /** Seconds since 1970 of the delivery minute. */
  readonly seconds: number
}

export class Archive {
  readonly root: string
  files = 0
  jsonBytes = 0
  gzBytes = 0
  readonly #folders = new Set<string>()
  readonly #pending = new Set<Promise<void>>()
  readonly #random: Random

  constructor(root: string, random: Random) {
    this.root = root
    this.#random = random
  }

  /** Returns the path below the root; waits only when too many files are under way. */
  async add(delivery: Delivery, records: readonly string[]): Promise<string> {
    const { account, region, seconds } = delivery
    const stamp = isoTime(seconds).slice(0, 16).replaceAll(/[-:]/g, '')
    const unique = Array.from({ length: 16 }, () => UNIQ[this.#random.int(UNIQ.length)]!).join('')
    const day = isoTime(seconds).slice(0, 10).replaceAll('-', '/')
    const name = `${account}_CloudTrail_${region}_${stamp}Z_${unique}.json`
    const folder = `AWSLogs/${account}/CloudTrail/${region}/${day}`
    if (!this.#folders.has(folder)) {
      await mkdir(path.join(this.root, folder), { recursive: true })
      this.#folders.add(folder)
    }
    while (this.#pending.size >= IN_FLIGHT) await Promise.race(this.#pending)
    const work = this.#write(`${folder}/${name}.gz`, name, `{"Records":[${records.join(',')}]}`)
    const settled = work.finally(() => this.#pending.delete(settled))
    this.#pending.add(settled)
    return `${folder}/${name}.gz`
  }

  async close(): Promise<void> {
    await Promise.all(this.#pending)
  }

  async #write(file: string, name: string, text: string): Promise<void> {
    const content = Buffer.from(text)
    const packed = withName(await deflate(content, { level: 6 }), name)
    await writeFile(path.join(this.root, file), packed)
    this.files += 1
    this.jsonBytes += content.length
    this.gzBytes += packed.length
  }
}

/** Node leaves FNAME out of the gzip header; delivered files have it, so put it in (RFC 1952, 2.3). */
function withName(packed: Buffer, name: string): Buffer {
  const header = Buffer.from(packed.subarray(0, 10))
  header[3] = 8
  return Buffer.concat([header, Buffer.from(`${name}\0`, 'latin1'), packed.subarray(10)])
}
