/**
 * An append-only log of questions, one JSON object a line. Each line holds the hash of the previous one, so a
 * changed, removed or inserted line is found. Lines cut off at the end are only found by comparing with a
 * last hash noted elsewhere.
 */
import { hash } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { CaseError, EXIT } from '../model/case-error.js'
import { isNoSpace } from '../model/no-space.js'
import { refuseAmongEvidence } from '../store/evidence-places.js'
import { closeReader, openReader, type Connection } from '../store/open.js'
import { withFileLock } from '../store/file-lock.js'

export interface AskedQuestion {
  readonly case: string
  readonly argv: readonly string[]
  readonly exit: number
  /** Rows shown; null if not counted. */
  readonly rows: number | null
}

interface LogLine extends AskedQuestion {
  /** Time of the answer, UTC. */
  readonly time: string
  readonly user: string
  /** Size of the case file; null if there is none. */
  readonly case_bytes: number | null
  readonly previous: string | null
  readonly hash: string
}

export interface LogCheck {
  readonly lines: number
  /** Times of the first and last question; null if there is none. */
  readonly first: string | null
  readonly last: string | null
  /** Covers every line before it: note it elsewhere. */
  readonly lastHash: string | null
  /** Empty if the chain is intact. */
  readonly findings: readonly string[]
}

/** Commands that query a case, by oclif id; the others have the NO_LOG flag. */
const QUESTIONS =
  /^(?:find:.+|show|sql|export|handoff|lineage|summary|principals|resources|problems|coverage|info|verify|digest:verify)$/

export function isQuestion(commandId: string): boolean {
  return QUESTIONS.test(commandId)
}

/** A missing case is reported when it is opened. @throws CaseError exit 2. */
export function refuseLogAmongEvidence(file: string, casePath: string): void {
  let db: Connection
  try {
    db = openReader(casePath)
  } catch {
    return
  }
  try {
    refuseAmongEvidence(db, file, 'name a log in another folder')
  } finally {
    closeReader(db)
  }
}

/**
 * Runs before the answer: a question that cannot be logged is not answered. @throws CaseError exit 2, 12 or 13.
 */
export function checkQuestionLog(file: string, question: Pick<AskedQuestion, 'case' | 'argv'>): void {
  const fd = openLog(file)
  try {
    lastHash(fd, file)
  } finally {
    closeSync(fd)
  }
  checkRoom(
    file,
    JSON.stringify(lineOf({ ...question, exit: 0, rows: Number.MAX_SAFE_INTEGER }, null)).length,
  )
}

/**
 * Checks that the disk has room for the line, with a temporary file next to the log: what a killed process leaves there does
 * no harm. Another program can still take the room while the answer is made; appendQuestion then reports it.
 */
function checkRoom(file: string, bytes: number): void {
  const name = `${file}.room-${process.pid}`
  let fd: number | undefined
  try {
    fd = openSync(name, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
    writeFileSync(fd, Buffer.alloc(bytes + ROOM_BYTES, 'x'))
    fsyncSync(fd)
  } catch (error) {
    if (isNoSpace(error)) throw notWritten(file, error)
    // Whether a second file may be created there says nothing about the log.
  } finally {
    if (fd !== undefined) {
      closeSync(fd)
      unlinkSync(name)
    }
  }
}

/** A block of the file system, so that the line fits in any last block of the log. */
const ROOM_BYTES = 4096

function notWritten(file: string, cause: unknown): CaseError {
  return new CaseError(`the question is not in the log ${file}: ${(cause as Error).message}`, {
    ...(isNoSpace(cause) ? { exit: EXIT.diskFull } : {}),
    hint: 'make room, or name another file with --log, and ask again',
    cause,
  })
}

/**
 * Under a lock, else two concurrent questions would link to the same line. @throws CaseError exit 2, 11, 12
 * or 13.
 */
export function appendQuestion(file: string, question: AskedQuestion): void {
  withFileLock(`${file}.lock`, () => {
    const fd = openLog(file)
    try {
      addLine(fd, file, `${JSON.stringify(lineOf(question, lastHash(fd, file)))}\n`)
    } finally {
      closeSync(fd)
    }
  })
}

/** Writes the whole line or removes it: nothing could be appended after half a line. */
function addLine(fd: number, file: string, line: string): void {
  const { size } = fstatSync(fd)
  const bytes = Buffer.from(line)
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
    fsyncSync(fd)
  } catch (error) {
    ftruncateSync(fd, size)
    throw notWritten(file, error)
  }
}

/** @throws CaseError if the file cannot be read. */
export function verifyLog(file: string): LogCheck {
  const lines = readText(file).split('\n')
  const findings: string[] = []
  if (lines.pop() !== '') findings.push('the last line was not written to its end')
  let previous: string | null = null
  const times: string[] = []
  if (lines.length > 0 && lines.every((text) => readLine(text) === null)) {
    const found = ['this is no log of questions: none of its lines is a line of one']
    return { lines: lines.length, first: null, last: null, lastHash: null, findings: found }
  }
  lines.forEach((text, index) => {
    const line = readLine(text)
    if (line !== null) times.push(line.time)
    if (line === null) findings.push(`line ${index + 1} is not a line of a question log`)
    else if (line.previous !== previous) findings.push(`line ${index + 1} does not follow the line before`)
    else if (hashOf(line) !== line.hash) findings.push(`line ${index + 1} was changed`)
    previous = line?.hash ?? null
  })
  const [first = null] = times
  return { lines: lines.length, first, last: times.at(-1) ?? null, lastHash: previous, findings }
}

function lineOf(question: AskedQuestion, previous: string | null): LogLine {
  const body = {
    time: new Date().toISOString(),
    user: userName(),
    case: path.resolve(question.case),
    case_bytes: statSync(question.case, { throwIfNoEntry: false })?.size ?? null,
    argv: question.argv,
    exit: question.exit,
    rows: question.rows,
    previous,
  }
  return { ...body, hash: hashOf(body) }
}

/** Covers every member except `hash`, in order. */
function hashOf(line: Omit<LogLine, 'hash'>): string {
  return hash('sha256', JSON.stringify(Object.entries(line).filter(([name]) => name !== 'hash')))
}

function readLine(text: string): LogLine | null {
  try {
    const value = JSON.parse(text) as unknown
    const isLine = typeof value === 'object' && value !== null && 'hash' in value && 'previous' in value
    // Anything JSON.parse tolerates, such as a repeated key, would not be covered by the hash.
    return isLine && JSON.stringify(value) === text ? (value as LogLine) : null
  } catch {
    return null
  }
}

function openLog(file: string): number {
  const { O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = constants
  try {
    return regular(openSync(file, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK, 0o600))
  } catch (error) {
    throw new CaseError(`cannot write the log ${file}: ${(error as Error).message}`, {
      ...(isNoSpace(error) ? { exit: EXIT.diskFull } : {}),
      hint: 'name another file with --log, or unset COLDTRAIL_LOG',
      cause: error,
    })
  }
}

/** A device or pipe stores nothing and may never end. */
function regular(fd: number): number {
  if (fstatSync(fd).isFile()) return fd
  closeSync(fd)
  throw new Error('it is not a file')
}

/**
 * Hash of the last line, read from the end since logs can be long. @throws CaseError exit 12 if the file is
 * not a question log.
 */
function lastHash(fd: number, file: string): string | null {
  const { size } = fstatSync(fd)
  if (size === 0) return null
  let tail = ''
  for (let want = 4096; ; want *= 16) {
    const bytes = Buffer.alloc(Math.min(want, size))
    readSync(fd, bytes, 0, bytes.length, size - bytes.length)
    tail = bytes.toString('utf8')
    if (bytes.length === size || tail.lastIndexOf('\n', tail.length - 2) >= 0) break
  }
  const line = tail.endsWith('\n')
    ? readLine(tail.slice(tail.lastIndexOf('\n', tail.length - 2) + 1, -1))
    : null
  if (line !== null && hashOf(line) === line.hash) return line.hash
  throw new CaseError(`${file} does not end in a line of a question log`, {
    exit: EXIT.verificationFailed,
    hint: 'keep it as it is, and name a new file with --log',
  })
}

function readText(file: string): string {
  try {
    const fd = regular(openSync(file, constants.O_RDONLY | constants.O_NONBLOCK))
    try {
      return readFileSync(fd, 'utf8')
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new CaseError(code === 'ENOENT' ? `no log at ${file}` : `cannot read the log ${file}: ${message}`, {
      hint: 'name a file that --log or COLDTRAIL_LOG has written: coldtrail log verify questions.jsonl',
      cause: error,
    })
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return '?'
  }
}
