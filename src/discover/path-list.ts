/** Reads path lists from --files-from, --files0-from and standard input. */
import { CaseError } from '../model/case-error.js'
import { textOfBytes } from './path-bytes.js'

/** Linux allows 4,096 bytes and Windows 32,767 characters: with anything longer the input is not a path list. */
const MAX_PATH_BYTES = 128 * 1024

/** Paths in list order without empty ones. Keeps bytes that are not UTF-8: see path-bytes.ts, "text". */
export async function* readPathList(
  stream: AsyncIterable<Buffer | string>,
  separator: '\n' | '\0',
): AsyncIterable<string> {
  const end = separator.charCodeAt(0)
  let rest: Buffer = Buffer.alloc(0)
  let first = true
  for await (const chunk of stream) {
    const bytes = Buffer.concat([rest, typeof chunk === 'string' ? Buffer.from(chunk) : chunk])
    let from = 0
    for (let at = bytes.indexOf(end); at !== -1; at = bytes.indexOf(end, from)) {
      const path = readItem(bytes.toString('latin1', from, at), separator, first)
      first = false
      from = at + 1
      if (path !== '') yield path
    }
    rest = bytes.subarray(from)
    if (rest.length > MAX_PATH_BYTES) throw notAList()
  }
  const last = readItem(rest.toString('latin1'), separator, first)
  if (last !== '') yield last
}

function readItem(item: string, separator: '\n' | '\0', first: boolean): string {
  if (separator === '\0') return textOfBytes(item)
  // Lists from Windows have a byte order mark and CR LF. UTF-16 and NUL-separated lists contain NULs here.
  const line = (first ? item.replace(/^\xef\xbb\xbf/, '') : item).replace(/\r$/, '')
  if (line.includes('\0')) throw notAList()
  return textOfBytes(line)
}

function notAList(): CaseError {
  return new CaseError('this is not a list of paths, one a line in UTF-8', {
    hint: 'for the output of find -print0 use --files0-from; to index a file, name it as an argument',
  })
}
