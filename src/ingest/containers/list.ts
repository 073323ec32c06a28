/** Hashes a container, and lists its members if that does not require inflating everything. */
import type { Limits } from '../../decode/limits.js'
import type { BatchSource, ListedContainer } from '../../model/batch.js'
import { HashedInput } from '../hashed-file.js'
import { FileInput } from '../input.js'
import { identityOf, type OpenFile } from '../read-file.js'
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
  const identity = identityOf(file)
  const input = new HashedInput(new FileInput(file))
  const list = {
    zip: () => listZip(file, limits),
    tar: () => listTar(input, limits),
    'tar.gz': () => NOT_YET,
  }
  const listing = await list[shape]()
  const sha256 = await input.digest()
  const changed = identityOf(file) !== identity ? refused('changed-during-read', CONTAINER_CHANGED) : listing
  return { source, shape, sha256, identity, ...changed }
}

export const CONTAINER_CHANGED = 'the container changed while it was read: index it again'

/**
 * Ensures that what was hashed is what is read: the same file, or another with the same bytes. @returns null otherwise.
 */
export async function reopened(
  file: OpenFile,
  { identity, sha256 }: { readonly identity: string; readonly sha256: string | null },
): Promise<OpenFile | null> {
  const same = { ...file, identity: identityOf(file) }
  if (same.identity === identity) return same
  return sha256 !== null && (await new HashedInput(new FileInput(same)).digest()) === sha256 ? same : null
}

export function refused(
  kind: 'too-large' | 'bad-container' | 'changed-during-read',
  detail: string,
): Listing {
  return { members: [], rejected: true, problems: [{ kind, detail }] }
}

export function tooMany(limits: Limits): string {
  return `more than ${limits.maxMembers} members: unpack it, then index the folder`
}
