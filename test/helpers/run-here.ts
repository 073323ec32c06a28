/**
 * Runs the built program in this process. Its modules stay loaded, so a run costs what the command does and not what Node's start
 * costs. One at a time: a run has the streams, the folder and the arguments of the whole process.
 */
import { fileURLToPath } from 'node:url'
import type { Run } from './cli.js'

const BIN = new URL('../../dist/bin.js', import.meta.url)

let before: Promise<unknown> = Promise.resolve()
let runs = 0

export function runHere(args: readonly string[], cwd: string): Promise<Run> {
  const run = before.then(() => runAlone(args, cwd))
  before = run.catch(() => undefined)
  return run
}

/** What `process.exit` throws here. */
class Exit extends Error {
  constructor(readonly code: number) {
    super(`the program ended itself with ${code}`)
  }
}

async function runAlone(args: readonly string[], cwd: string): Promise<Run> {
  const out: Buffer[] = []
  const err: Buffer[] = []
  const restore = [takeStream(process.stdout, out), takeStream(process.stderr, err), takeProcess(args, cwd)]
  let code: number
  try {
    // Under another name each time: only the entry runs again, what it imports is there.
    await import(/* @vite-ignore */ `${BIN.href}?run=${runs++}`)
    code = Number(process.exitCode ?? 0)
  } catch (error) {
    if (!(error instanceof Exit)) throw error
    code = error.code
  } finally {
    for (const step of restore.reverse()) step()
  }
  const bytes = Buffer.concat(out)
  return {
    code,
    signal: null,
    out: bytes,
    stdout: bytes.toString('utf8'),
    stderr: Buffer.concat(err).toString('utf8'),
  }
}

type Written = (error?: Error | null) => void

function takeStream(stream: NodeJS.WriteStream, into: Buffer[]): () => void {
  const write = stream.write.bind(stream)
  const errors = stream.listeners('error')
  stream.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Written, written?: Written) => {
    into.push(typeof chunk === 'string' ? Buffer.from(chunk, encodingOf(encoding)) : Buffer.from(chunk))
    const done = typeof encoding === 'function' ? encoding : written
    if (done !== undefined) process.nextTick(done)
    return true
  }
  return () => {
    stream.write = write
    for (const listener of stream.listeners('error'))
      if (!errors.includes(listener)) stream.removeListener('error', listener as () => void)
  }
}

function encodingOf(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'
}

/** Arguments, folder, environment and mask of new files, as a shell would give them; and back. */
function takeProcess(args: readonly string[], cwd: string): () => void {
  const { argv, env, exitCode } = process
  const exit = process.exit.bind(process)
  const folder = process.cwd()
  const mask = process.umask(0o022)
  process.argv = [process.execPath, fileURLToPath(BIN), ...args]
  process.env = environment()
  process.exitCode = undefined
  process.exit = (code) => {
    throw new Exit(Number(code ?? process.exitCode ?? 0))
  }
  process.chdir(cwd)
  return () => {
    process.chdir(folder)
    process.umask(mask)
    Object.assign(process, { argv, env, exit, exitCode })
  }
}

/** Nothing of the machine's settings decides a test. */
export function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LD_LIBRARY_PATH, PYENV_VERSION, PYENV_ROOT } = process.env
  const kept = { PATH, HOME, TMPDIR, LD_LIBRARY_PATH, PYENV_VERSION, PYENV_ROOT }
  const known = Object.entries(kept).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(known), NO_COLOR: '1', LANG: 'C.UTF-8', ...extra }
}
