/** The quick start archive as a case, made by the built program: once for each test file that asks for it. */
import path from 'node:path'
import { ROOT, run, tempFolder } from '../helpers/cli.js'

export const QUICKSTART = path.join(ROOT, 'fixtures/quickstart/AWSLogs')

export async function quickstartCase(): Promise<string> {
  const file = path.join(tempFolder('contracts'), 'case.sqlite')
  const { code, stderr } = await run(['index', QUICKSTART, '--case', file, '--workers', '1', '--quiet'])
  // One file of it is damaged on purpose.
  if (code !== 3) throw new Error(`index ended with ${String(code)}: ${stderr}`)
  return file
}
