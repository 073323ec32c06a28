/**
 * A tar.gz is one stream: reading its last member inflates everything. So one reader reads it once and passes the
 * members on. Only members too large for memory are left to a worker that reads the stream again.
 */
import { isOverLimit, type Limits } from '../../decode/limits.js'
import type { ListedContainer, ListedMember, PassedBytes, TarGzPlace } from '../../model/batch.js'
import type { Problem } from '../../model/problem.js'
import { HashedInput } from '../hashed-file.js'
import { FileInput } from '../input.js'
import { NestedGzip, OverLimit } from '../nested-gzip.js'
import { changedSince, closeFile, isReadError, openSource, type OpenFile } from '../read-file.js'
import { CONTAINER_CHANGED, reopened } from './list.js'
import type { MemberNames } from './member-names.js'
import { TarFiles, type TarFile } from './tar.js'

/** Its files, up to the end, or to where tar or gzip break, or inflate beyond the limits. */
export function openTarGz(input: HashedInput, limits: Limits): TarFiles {
  const gzip = new NestedGzip(
    input.chunks(),
    (size) => isOverLimit(size, input.bytesRead, limits),
    () => input.again(),
  )
  return new TarFiles(inflated(gzip, input, limits), limits)
}

/** A tar has its own end mark: damage after it does not concern its members. */
async function* inflated(gzip: NestedGzip, input: HashedInput, limits: Limits): AsyncGenerator<Buffer> {
  for await (const chunk of gzip.content()) {
    const { size } = gzip
    if (isOverLimit(size, input.bytesRead, limits))
      throw new OverLimit(`${size} bytes from ${input.bytesRead}: over the limit; the rest was not read`)
    yield chunk
  }
  const damage = gzip.problems.find(({ kind }) => kind === 'corrupt-gzip' || kind === 'truncated-gzip')
  if (damage !== undefined) throw new Error(damage.detail)
}

export class TarGzReader {
  readonly #container: ListedContainer
  readonly #limits: Limits
  #input: HashedInput | undefined
  readonly problems: Problem[] = []
  /** Members that are not passed on; complete once all others were read. */
  readonly tooLarge: (ListedMember & { readonly place: TarGzPlace })[] = []

  constructor(container: ListedContainer, limits: Limits) {
    this.#container = container
    this.#limits = limits
  }

  /** Share of the file read, from 0 to 1. */
  get share(): number {
    return (this.#input?.bytesRead ?? 0) / this.#container.source.size
  }

  /** With their bytes. Container damage becomes a problem, not an error. */
  async *members(names: MemberNames): AsyncGenerator<ListedMember> {
    const file = this.#open()
    if (file === null) return
    try {
      const same = await reopened(file, this.#container)
      if (same !== null) {
        this.#input = new HashedInput(new FileInput(same))
        for await (const member of this.#read(this.#input, names)) {
          // Members read before this moment were passed on as part of what was hashed.
          if (changedSince(same)) break
          yield member
        }
      }
      if (same === null || changedSince(same))
        this.problems.push({ kind: 'changed-during-read', detail: CONTAINER_CHANGED })
    } catch (error) {
      if (!isReadError(error)) throw error
      this.#unreadable(error)
    } finally {
      closeFile(file)
    }
  }

  #open(): OpenFile | null {
    try {
      return openSource(this.#container.source)
    } catch (error) {
      this.#unreadable(error)
      return null
    }
  }

  #unreadable(error: unknown): void {
    this.problems.push({ kind: 'unreadable', detail: (error as Error).message })
  }

  async *#read(input: HashedInput, names: MemberNames): AsyncGenerator<ListedMember> {
    const tar = openTarGz(input, this.#limits)
    for await (const file of tar.files()) {
      const name = names.fresh(file.name)
      if (name === null) continue
      const { size, index } = file
      if (size > this.#limits.wholeBytes) this.tooLarge.push({ name, size, place: { kind: 'tar.gz', index } })
      else {
        const place = await collect(file)
        if (place !== null) yield { name, size, place }
      }
    }
    this.problems.push(...tar.problems)
    // The member that exceeded the limit is not worth another look.
    if (tar.isOverLimit && this.tooLarge.at(-1)?.place.index === tar.reached) this.tooLarge.pop()
  }
}

/** All of a member up to where the stream breaks; null when that is at a limit. */
async function collect({ size, chunks, index, data }: TarFile): Promise<PassedBytes | null> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let at = 0
  let damage: string | null = null
  try {
    for await (const chunk of chunks) at += chunk.copy(bytes, at)
  } catch (error) {
    if (error instanceof OverLimit) return null
    damage = (error as Error).message
  }
  if (at < size)
    damage ??= data.missing > 0 ? `bytes missing from it: ${data.missing}` : 'the container ends inside it'
  return { kind: 'passed', bytes: bytes.subarray(0, at), damage, index }
}
