/** Starts oclif without its user plug-ins: a file in the home folder must not be able to run code in an investigation. */
import { fileURLToPath } from 'node:url'
import { Config, flush, handle, run } from '@oclif/core'
import { printable } from '../render/printable.js'

export async function runCli(entry: string): Promise<void> {
  process.umask(0o077)
  try {
    const config = await Config.load({ root: fileURLToPath(entry), userPlugins: false, devPlugins: false })
    await run(process.argv.slice(2), config)
    await flush()
  } catch (error) {
    await handle(shown(error as Error))
  }
}

/** What was typed is echoed by the messages of oclif: its control characters must not act. */
function shown(error: Error): Error {
  error.message = error.message.split('\n').map(printable).join('\n')
  return error
}
