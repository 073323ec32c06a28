import { readdirSync, readlinkSync, readFileSync } from 'node:fs'
import { differenceOf, snapshotOf } from './snapshot.js'
import { expectEqual, type Check } from './check.js'

export const untouchedChecks: readonly Check[] = [
  {
    id: 'P1',
    promise: 'the evidence is never changed',
    run: ({ archive, before }) => {
      const after = snapshotOf(archive.root)
      expectEqual('changed files', differenceOf(before, after), [])
      return `${before.size} files and folders have the bytes, mode, owner and times that they had before all of the above`
    },
  },
  {
    id: 'P10',
    promise: 'nothing goes over a network',
    run: () => {
      const sockets = internetSockets()
      if (sockets === null) return 'not checked: a process cannot list its sockets on this system'
      expectEqual('internet sockets of this process', sockets, [])
      return 'this process holds no internet socket'
    },
  },
]

/** Inodes of the process's TCP and UDP sockets, from Linux's /proc; null elsewhere. */
function internetSockets(): string[] | null {
  try {
    const known = new Set(
      ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((name) =>
        readFileSync(`/proc/self/net/${name}`, 'utf8')
          .split('\n')
          .slice(1)
          .map((line) => line.trim().split(/\s+/)[9] ?? ''),
      ),
    )
    return readdirSync('/proc/self/fd')
      .map((fd) => linkOf(`/proc/self/fd/${fd}`))
      .flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [])
      .filter((inode) => known.has(inode))
  } catch {
    return null
  }
}

/** A descriptor can be closed after it was listed. */
function linkOf(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}
