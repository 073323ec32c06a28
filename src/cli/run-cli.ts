/** Starts oclif without its user plug-ins: a file in the home folder must not be able to run code in an investigation. */
import { fileURLToPath } from 'node:url'
import { Config, flush, handle, run } from '@oclif/core'

export async function runCli(entry: string): Promise<void> {
  process.umask(0o077)
  try {
    const config = await Config.load({ root: fileURLToPath(entry), userPlugins: false, devPlugins: false })
    await run(process.argv.slice(2), config)
    await flush()
  } catch (error) {
    await handle(error as Error)
  }
}
