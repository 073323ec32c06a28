/**
 * Files that SQLite finds by name next to a database. It rolls back, replays or deletes them, whoever made them, so
 * each must be one that a run of ours left.
 */
import { closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import { CaseError, EXIT } from '../model/case-error.js'
import { APPLICATION_ID } from './format.js'
import { HEADER_BYTES, parseHeader, type FileHeader } from './file-header.js'

/** `hot`: a transaction was open when its run was killed. `idle`: there is nothing to roll back. */
export type JournalState = 'none' | 'idle' | 'hot'

const MAGIC = Buffer.from('d9d505f920a163d7', 'hex')
const ENDS = ['-journal', '-wal', '-shm'] as const

/** For a database about to be created. @throws CaseError exit 2 */
export function refuseSideFiles(path: string): void {
  for (const file of ENDS.map((end) => path + end)) {
    const stats = lstatSync(file, { throwIfNoEntry: false })
    if (stats === undefined || (stats.isFile() && stats.size === 0 && file.endsWith('-journal'))) continue
    throw new CaseError(`${file} is there already, and SQLite would take it for a part of ${path}`, {
      hint: `name another file, or move ${file} away`,
    })
  }
}

/** @param path without symbolic links. @throws CaseError exit 12 for files not left by a run of ours. */
export function journalState(path: string): JournalState {
  for (const file of [`${path}-wal`, `${path}-shm`]) {
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined)
      throw notOfTheCase(file, 'a case never has one')
  }
  const file = `${path}-journal`
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return 'none'
  if (!stats.isFile()) throw notOfTheCase(file, 'it is not a file')
  if (stats.size === 0) return 'none'
  const start = withFile(file, (read) => read(0, 28))
  if (isPlausible(start)) {
    if (start.subarray(0, 8).equals(MAGIC)) return 'hot'
    // Until it is synced, SQLite keeps zeros in place of the record count.
    if (start.subarray(0, 12).every((byte) => byte === 0)) return 'idle'
  }
  // The run that was writing it may be done by now.
  if (lstatSync(file, { throwIfNoEntry: false })?.size !== stats.size) return journalState(path)
  throw notOfTheCase(file, 'it is not a journal of SQLite’s')
}

function isPlausible(start: Buffer): boolean {
  if (start.length < 28) return false
  const sector = start.readUInt32BE(20)
  const page = start.readUInt32BE(24)
  return [sector, page].every((size) => size >= 32 && size <= 65_536 && (size & (size - 1)) === 0)
}

/**
 * Whether a hot journal belongs to the current state of the case: a stale one would restore old pages among new ones,
 * or truncate the file. Only while nobody writes. @throws CaseError exit 12
 */
export function checkJournal(path: string, now: FileHeader): void {
  const file = `${path}-journal`
  const reason = withFile(file, (read, size) => misfit(read, size, now))
  if (reason !== null) throw notOfTheCase(file, reason)
}

type Read = (at: number, length: number) => Buffer

function misfit(read: Read, size: number, now: FileHeader): string | null {
  const head = read(0, 28)
  const pages = head.readUInt32BE(16)
  // It ends with the name of a file that SQLite deletes: a multi-file transaction, which we never make.
  if (size >= 16 && read(size - 8, 8).equals(MAGIC)) return 'it names another file'
  if (head.readUInt32BE(24) !== now.pageSize) return 'its pages have another size'
  const before = firstPage(read, size, now.pageSize)
  if (before === undefined) return now.pageCount === pages ? null : 'it is of another state of the case'
  const then = parseHeader(before)
  if (then?.applicationId !== APPLICATION_ID) return 'it is of another database'
  if (then.pageCount !== null && then.pageCount !== pages) return 'it contradicts itself'
  // The first page may already have the change counter of this transaction.
  const steps = (now.changeCounter - then.changeCounter) >>> 0
  return steps <= 1 ? null : 'it is of another state of the case'
}

/** Previous content of page 1, if the transaction changed it. */
function firstPage(read: Read, size: number, pageSize: number): Buffer | undefined {
  const recordBytes = pageSize + 8
  for (let at = 0; at + 28 <= size;) {
    const head = read(at, 28)
    if (!head.subarray(0, 8).equals(MAGIC)) return undefined
    const sector = head.readUInt32BE(20)
    const counted = head.readUInt32BE(8)
    const from = at + sector
    const whole = Math.max(Math.floor((size - from) / recordBytes), 0)
    const records = Math.min(counted, whole)
    for (let n = 0; n < records; n++) {
      const record = from + n * recordBytes
      if (read(record, 4).readUInt32BE(0) === 1) return read(record + 4, HEADER_BYTES)
    }
    if (sector === 0) return undefined
    at = Math.ceil((from + records * recordBytes) / sector) * sector
  }
  return undefined
}

function withFile<T>(file: string, work: (read: Read, size: number) => T): T {
  const fd = openSync(file, 'r')
  try {
    const read: Read = (at, length) => {
      const bytes = Buffer.alloc(length)
      return bytes.subarray(0, readSync(fd, bytes, 0, length, at))
    }
    return work(read, fstatSync(fd).size)
  } finally {
    closeSync(fd)
  }
}

function notOfTheCase(file: string, reason: string): CaseError {
  return new CaseError(`${file} does not belong to the case (${reason}), and SQLite would act on it`, {
    exit: EXIT.verificationFailed,
    hint: 'move it away, and ask where it comes from',
  })
}
