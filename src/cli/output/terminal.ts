import type { SinkOptions } from '../../render/sink.js'

/** Whether the locale promises more than ASCII, as POSIX decides it: the first of these that is set. */
export function isUnicodeLocale(env: NodeJS.ProcessEnv = process.env): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  )
  // macOS and Windows terminals set none of them and know Unicode.
  if (locale === undefined) return process.platform !== 'linux'
  return /utf-?8/i.test(locale)
}

/** What renderers need to know of stdout. */
export function terminalShape(): SinkOptions {
  const { stdout } = process
  return { isTerminal: stdout.isTTY, width: stdout.isTTY ? stdout.columns : 0 }
}
