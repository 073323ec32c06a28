/**
 * Makes attacker-controlled text safe for a terminal: one line, no control, bidi or zero-width character.
 * What it hides it shows as a visible stand-in, so that nothing disappears.
 */

/**
 * By Unicode's own properties, since a list of characters is always a version behind: controls, format characters, lone
 * surrogates, line and paragraph separators, what reorders text, and what is drawn as nothing (fillers, variation selectors, tags).
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
