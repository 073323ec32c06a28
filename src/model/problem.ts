/** Everything that can be wrong with evidence. The names are part of the case format: add, never rename. */
export const PROBLEM_KINDS = {
  unreadable: 'the file could not be opened or read',
  'not-regular':
    'a symbolic link in a folder (name it as an argument to follow it), a socket, FIFO or device; not opened',
  'bad-name': 'the file name is not valid UTF-8; indexed under an escaped name',
  'changed-during-read': 'size or modification time changed while the file was read',
  empty: 'the file holds no bytes',
  'unknown-shape': 'the content is none of the recognised shapes',
  unsupported: 'recognised content that this version does not read',
  'truncated-gzip': 'the gzip stream ends early; records before the break are kept',
  'corrupt-gzip': 'the gzip stream is damaged; records before the damage are kept',
  'trailing-garbage': 'bytes after the end of the gzip stream are not gzip',
  'multi-member-gzip': 'several gzip members in one file (a delivered log file has one)',
  'nested-gzip': 'a gzip file that was compressed once more; it is inflated twice',
  'too-large': 'decompressed size or ratio is over the limit; the rest was not read',
  'bad-json': 'not valid JSON at this offset',
  'bad-csv': 'a row that breaks the rules of CSV (RFC 4180), or has another number of cells than the header',
  neighbour:
    'a file of another service or program, by its content; it holds no event of CloudTrail, and is not kept',
  'not-downloaded':
    'a pointer, an error or a web page in the place of the file: the evidence itself is not there',
  'not-a-record': 'a probe or marker that the exporting service writes between records; skipped',
  'unused-columns': 'columns whose names are not of a record: their cells are found as text only',
  respelled:
    'a cell that a spreadsheet wrote in another way, and that has one reading: read so, and kept as it is written',
  'utf-16': 'UTF-16 text; read as its UTF-8 conversion, whose bytes the offsets count',
  'truncated-json': 'the text ends inside a value',
  'bad-container': 'a zip or tar that is damaged; what could be found of its members is read',
  'bad-member': 'a member of a zip or tar that is damaged, encrypted or no file',
  'record-too-large': 'one record is larger than the limit; skipped',
  'too-deep': 'nesting is deeper than the limit; values below it are not searchable',
  'too-many-resources':
    'the record names more resources than are kept of one event; the text is searchable all the same',
  'bad-record': 'not a CloudTrail record or access-log line',
  'missing-field': 'a required field is absent',
  'bad-field':
    'a field has an unexpected type or a number that no column holds exactly; kept in the record, not in the column',
  'bad-time': 'eventTime is not a readable time',
  'invalid-utf8': 'the record holds bytes that are not UTF-8; replaced in columns, kept in the record',
  'byte-order-mark': 'the text starts with a byte order mark; skipped',
  'nul-bytes': 'zero bytes in or after the text',
  conflict: 'the same eventID was delivered with different content; all of it is kept',
  'content-omitted': 'CloudTrail withheld content because of its size',
} as const

export type ProblemKind = keyof typeof PROBLEM_KINDS

/** A problem as reported by a worker. Offsets count bytes of the decompressed content, from 0. */
export interface Problem {
  readonly kind: ProblemKind
  readonly detail: string
  readonly byteOffset?: number | undefined
  readonly byteLength?: number | undefined
  /** Position of the record in its source, from 0. */
  readonly recordIndex?: number | undefined
  readonly eventId?: string | undefined
}

/** Notes: nothing was lost, so they alone do not make `index` exit with 3. */
export const NOTES: ReadonlySet<ProblemKind> = new Set<ProblemKind>([
  'bad-name',
  'multi-member-gzip',
  'nested-gzip',
  'byte-order-mark',
  'content-omitted',
  'conflict',
  'neighbour',
  'not-a-record',
  'utf-16',
  'unused-columns',
  'respelled',
])
