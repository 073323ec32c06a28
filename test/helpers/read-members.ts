/** Lists the members of a zip or tar and reads each of them, as the indexer does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { LIMITS } from '../../src/decode/limits.js'
import type { Listing } from '../../src/ingest/containers/list.js'
import { listTar } from '../../src/ingest/containers/tar.js'
import { listZip, ZipMember } from '../../src/ingest/containers/zip.js'
import { HashedInput } from '../../src/ingest/hashed-file.js'
import { BufferInput } from '../../src/ingest/input.js'
import { closeFile, openSource, type OpenFile } from '../../src/ingest/read-file.js'
import type { ListedMember, ZipPlace } from '../../src/model/batch.js'

export type Kind = 'zip' | 'tar'

export interface Read {
  readonly listing: Listing
  /** Of each member, up to where it breaks. */
  readonly contents: readonly string[]
}

export async function membersOf(kind: Kind, bytes: Buffer): Promise<Read> {
  return kind === 'tar' ? tarMembers(bytes) : zipMembers(bytes)
}

async function tarMembers(bytes: Buffer): Promise<Read> {
  const listing = await listTar(new HashedInput(new BufferInput(bytes, null)), LIMITS)
  const contents = listing.members.map(({ size, place }) => {
    const at = (place as { offset: number }).offset
    return bytes.toString('utf8', at, at + size)
  })
  return { listing, contents }
}

async function zipMembers(bytes: Buffer): Promise<Read> {
  const folder = mkdtempSync(path.join(tmpdir(), 'coldtrail-members-'))
  const name = path.join(folder, 'a.zip')
  writeFileSync(name, bytes)
  const file = openSource({ path: name })
  try {
    const listing = await listZip(file, LIMITS)
    const contents: string[] = []
    for (const member of listing.members) contents.push(await readZipMember(file, member))
    return { listing, contents }
  } finally {
    closeFile(file)
    rmSync(folder, { recursive: true })
  }
}

async function readZipMember(file: OpenFile, { size, place }: ListedMember): Promise<string> {
  const parts: Buffer[] = []
  try {
    const member = new ZipMember(file, place as ZipPlace, size)
    if (member.unsupported() !== null) return ''
    const whole = member.whole()
    if (whole !== null) parts.push(whole)
    else for await (const chunk of member.chunks()) parts.push(chunk)
  } catch {
    // What was read of it counts.
  }
  return Buffer.concat(parts).toString()
}
