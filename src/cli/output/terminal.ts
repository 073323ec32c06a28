import type { SinkOptions } from '../../render/sink.js'

/** Whether the locale is UTF-8; POSIX takes the first of these variables that is set. */
export function isUnicodeLocale(env: NodeJS.ProcessEnv = process.env): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  )
  // macOS and Windows terminals set none of them and support Unicode.
  if (locale === undefined) return process.platform !== 'linux'
  return /utf-?8/i.test(locale)
}

/** What renderers need to know about stdout. */
export function terminalShape(): SinkOptions {
  const { stdout } = process
  return { isTerminal: stdout.isTTY, width: stdout.isTTY ? stdout.columns : 0 }
}
