/** Lists the members of a container and hashes it. Names are labels; a list that is too long or claims too much is refused. */
import type { Limits } from '../../decode/limits.js'
import type { BatchSource, ListedContainer } from '../../model/batch.js'
import { HashedInput } from '../hashed-file.js'
import { FileInput } from '../input.js'
import type { OpenFile } from '../read-file.js'
import type { ContainerKind } from './kind.js'
import { listTar } from './tar.js'
import { listZip } from './zip.js'

export type Listing = Pick<ListedContainer, 'members' | 'problems' | 'rejected'>

export async function listContainer(
  source: BatchSource,
  file: OpenFile,
  shape: ContainerKind,
  limits: Limits,
): Promise<ListedContainer> {
  const input = new HashedInput(new FileInput(file))
  const listing =
    shape === 'zip' ? await listZip(file, limits) : await listTar(input, shape === 'tar.gz', limits)
  const sha256 = await input.digest()
  return { source, shape, sha256, ...listing, members: uniqueNames(listing.members) }
}

/** Two members may have one name; each needs its own for the second run to know it again. */
function uniqueNames(members: Listing['members']): Listing['members'] {
  const seen = new Map<string, number>()
  return members.map((member) => {
    const times = (seen.get(member.name) ?? 0) + 1
    seen.set(member.name, times)
    return times === 1 ? member : { ...member, name: `${member.name} (${times})` }
  })
}

export function refused(kind: 'too-large' | 'bad-container', detail: string): Listing {
  return { members: [], rejected: true, problems: [{ kind, detail }] }
}

export function tooMany(limits: Limits): Listing {
  return refused('too-large', `more than ${limits.maxMembers} members: unpack it, then index the folder`)
}
