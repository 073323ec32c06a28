/**
 * Values that look like a flag: oclif reads `--event=--case` as a flag without a value. During parsing they
 * carry a prefix that no process argument can contain.
 */
const MARK = '\0'

export function markDashed(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  return argv.map((word, at) => (end < 0 || at < end ? word.replace(/^(--[^=]+=)(?=--)/, `$1${MARK}`) : word))
}

/** Changes the values in place: other objects share them. */
export function unmarkDashed(flags: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(flags)) {
    if (typeof value === 'string') flags[name] = withoutMark(value)
    else if (Array.isArray(value))
      flags[name] = (value as unknown[]).map((one) => (typeof one === 'string' ? withoutMark(one) : one))
  }
}

export function withoutMark(text: string): string {
  return text.replaceAll(MARK, '')
}
