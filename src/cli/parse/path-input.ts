/** Paths of an index run: arguments, a list file, or standard input. */
import { createReadStream } from 'node:fs'
import { readPathList } from '../../discover/path-list.js'
import { CaseError } from '../../model/case-error.js'

export async function gatherPaths(
  args: readonly string[],
  lines: string | undefined,
  zeros: string | undefined,
): Promise<string[]> {
  const paths = args.filter((arg) => arg !== '-')
  if (args.includes('-')) paths.push(...(await readList('-', '\n')))
  if (lines !== undefined) paths.push(...(await readList(lines, '\n')))
  if (zeros !== undefined) paths.push(...(await readList(zeros, '\0')))
  if (paths.length > 0) return paths
  throw new CaseError('no paths to index', { hint: 'name a file or folder: coldtrail index ./AWSLogs' })
}

async function readList(name: string, separator: '\n' | '\0'): Promise<string[]> {
  if (name === '-' && process.stdin.isTTY) {
    throw new CaseError('standard input is a terminal', {
      hint: 'pipe a list of paths in: find . -name "*.json.gz" | coldtrail index -',
    })
  }
  const paths: string[] = []
  try {
    for await (const path of readPathList(name === '-' ? process.stdin : createReadStream(name), separator))
      paths.push(path)
  } catch (error) {
    throw new CaseError(`cannot read the list ${name}: ${(error as Error).message}`, {
      hint: 'it holds paths, one a line: find ./AWSLogs -name "*.json.gz" > list.txt',
      cause: error,
    })
  }
  return paths
}
