/** Runs one find command in a process of its own: `node --import tsx run-find.ts window --since …`. */
import { fileURLToPath } from 'node:url'
import type { FindCommand } from '../../src/cli/find-command.js'

type Runnable = typeof FindCommand & { run(argv: string[], options: { root: string }): Promise<unknown> }

const [question = '', ...argv] = process.argv.slice(2)
const { default: command } = (await import(`../../src/commands/find/${question}.js`)) as { default: Runnable }
await command.run(argv, { root: fileURLToPath(new URL('../..', import.meta.url)) })
