/**
 * Makes hostile text safe for a terminal: one line, no control, bidi or zero-width characters. Each hidden character
 * gets a visible stand-in, so that nothing disappears.
 */

/**
 * By Unicode properties, since any list of characters gets out of date: controls, format characters, lone surrogates,
 * line and paragraph separators, bidi controls, and invisible characters (fillers, variation selectors, tags).
 */
export const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/gu

export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    return `\\u{${code.toString(16)}}`
  })
}
