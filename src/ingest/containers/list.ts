/** Hashes a container, and lists its members where that can be done without inflating all of it. */
import type { Limits } from '../../decode/limits.js'
import type { BatchSource, ListedContainer } from '../../model/batch.js'
import { HashedInput } from '../hashed-file.js'
import { FileInput } from '../input.js'
import type { OpenFile } from '../read-file.js'
import type { ContainerKind } from './kind.js'
import { listTar } from './tar.js'
import { listZip } from './zip.js'

export type Listing = Pick<ListedContainer, 'members' | 'problems' | 'rejected'>

const NOT_YET: Listing = { members: [], problems: [], rejected: false }

export async function listContainer(
  source: BatchSource,
  file: OpenFile,
  shape: ContainerKind,
  limits: Limits,
): Promise<ListedContainer> {
  const input = new HashedInput(new FileInput(file))
  const list = {
    zip: () => listZip(file, limits),
    tar: () => listTar(input, limits),
    'tar.gz': () => NOT_YET,
  }
  const listing = await list[shape]()
  return { source, shape, sha256: await input.digest(), ...listing }
}

export function refused(kind: 'too-large' | 'bad-container', detail: string): Listing {
  return { members: [], rejected: true, problems: [{ kind, detail }] }
}

export function tooMany(limits: Limits): string {
  return `more than ${limits.maxMembers} members: unpack it, then index the folder`
}
