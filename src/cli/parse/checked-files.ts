/** Prints the results of digest validation: lines in the style of `aws cloudtrail validate-logs`, or rows. */
import {
  NO_DIGEST,
  type CheckedFile,
  type CheckedFileKind,
  type DigestGap,
} from '../../model/verification.js'
import { formatCount } from '../../render/bytes.js'
import { openSink } from '../../render/format.js'
import { printable } from '../../render/printable.js'
import { LineWriter, type RowColumn } from '../../render/sink.js'
import type { EventRow } from '../../model/event.js'

const CHECKED_FILE_COLUMNS = [
  'kind',
  'state',
  'key',
  'path',
  'reason',
  'source_id',
  'digest_source_id',
  'fingerprint',
  'backfill',
] as const satisfies readonly (keyof CheckedFile)[]

export const CHECKED_FILE_FORMATS = ['table', 'json', 'jsonl', 'csv'] as const
export type CheckedFileFormat = (typeof CHECKED_FILE_FORMATS)[number]

export interface CheckedFilePrinter {
  files(files: readonly CheckedFile[]): Promise<void>
  end(report: { readonly gaps: readonly DigestGap[]; readonly statement: readonly string[] }): Promise<void>
}

const LABELS: Record<CheckedFileKind, string> = {
  digest: 'Digest file',
  log: 'Log file',
  'lake-sign': 'Sign file',
  'lake-result': 'Query result file',
}

/** Files not covered can be the whole archive: a table lists this many, other formats all. */
const MOST_NOT_COVERED = 100

export function openCheckedFiles(
  format: CheckedFileFormat,
  note: (line: string) => void,
): CheckedFilePrinter {
  return format === 'table' ? lines() : rows(format, note)
}

/** For `--json`, which prints its own object. */
export function noCheckedFiles(): CheckedFilePrinter {
  return { files: () => Promise.resolve(), end: () => Promise.resolve() }
}

function checkedFileLine(file: CheckedFile): string {
  const label = `${LABELS[file.kind]}${file.backfill ? ' (backfill)' : ''}`
  const reason = file.reason === null ? '' : `: ${file.reason}`
  return `${label}  ${file.key ?? file.path ?? ''}  ${file.state}${reason}`
}

export function isAsItShouldBe({ state }: CheckedFile): boolean {
  return state === 'VALID' || state === 'CONSISTENT'
}

function lines(): CheckedFilePrinter {
  const writer = new LineWriter(process.stdout)
  let notCovered = 0
  let withoutDigest = 0
  return {
    files: async (files) => {
      for (const file of files) {
        if (isAsItShouldBe(file)) continue
        // Same reason for every file: printed once at the end.
        if (file.reason === NO_DIGEST) {
          withoutDigest += 1
          continue
        }
        if (file.state === 'NOT COVERED' && ++notCovered > MOST_NOT_COVERED) continue
        await writer.write(`${printable(checkedFileLine(file))}\n`)
      }
    },
    end: async ({ gaps, statement }) => {
      const more = notCovered - MOST_NOT_COVERED
      const rest =
        more > 0 ? [`… and ${formatCount(more)} more log files NOT COVERED: --format jsonl names all`] : []
      const none =
        withoutDigest === 0
          ? []
          : [
              `No digest is in the case: ${formatCount(withoutDigest)} log files cannot be checked (NOT COVERED)`,
            ]
      const holes = gaps.map(({ trail, from, to }) => `No digests of ${trail} between ${from} and ${to}`)
      for (const line of [...none, ...rest, ...holes, '', ...statement])
        await writer.write(`${printable(line)}\n`)
      await writer.end()
    },
  }
}

function rows(format: Exclude<CheckedFileFormat, 'table'>, note: (line: string) => void): CheckedFilePrinter {
  const { stdout } = process
  // Renderers only look up the given columns, so any names work.
  const columns = CHECKED_FILE_COLUMNS as readonly string[] as readonly RowColumn[]
  const sink = openSink(format, columns, stdout, { isTerminal: stdout.isTTY, width: 0 })
  return {
    files: async (files) => {
      for (const file of files)
        await sink.write({ ...file, backfill: Number(file.backfill) } as unknown as EventRow)
    },
    end: async ({ statement }) => {
      await sink.end()
      for (const line of statement) note(line)
    },
  }
}
