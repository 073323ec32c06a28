/**
 * Makes attacker-controlled text safe for a terminal: one line, no control, bidi or zero-width character.
 * What it hides it shows as a visible stand-in, so that nothing disappears.
 */
// Tag characters U+E0000-E0FFF carry hidden text; the rest is C0, C1, bidi, zero-width and lone surrogates.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\u{e0000}-\u{e0fff}]/gu

export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    return `\\u{${code.toString(16)}}`
  })
}
