/** Terminal columns that a text takes. Expects printable text without control characters. */

const ASCII = /^[\x20-\x7e]*$/
const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u
/** East Asian wide and full-width blocks. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u
const EMOJI = /\p{Emoji_Presentation}/u
/** Half of a flag: two of them make one wide character. */
const FLAG_HALF = /\p{Regional_Indicator}/u
/** Wider columns are not padded: one value of a megabyte would add a megabyte to every other row. */
const MOST_PADDED = 200

/** Created on first use, which takes 10 ms. */
let segmenter: Intl.Segmenter | undefined

export function cellWidth(text: string): number {
  if (isAscii(text)) return text.length
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** Cuts text wider than `width` and appends `…`; never inside a grapheme. */
export function truncateCell(text: string, width: number): string {
  if (cellWidth(text) <= width) return text
  if (isAscii(text)) return `${text.slice(0, Math.max(0, width - 1))}…`
  let kept = ''
  let room = width - 1
  for (const { segment } of graphemes(text)) {
    room -= cellWidth(segment)
    if (room < 0) break
    kept += segment
  }
  return `${kept}…`
}

function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return segmenter.segment(text)
}

export function padCell(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, Math.min(width, MOST_PADDED) - cellWidth(text)))
}

function isAscii(text: string): boolean {
  return ASCII.test(text)
}

function characterWidth(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0
  if (FLAG_HALF.test(character)) return 1
  return WIDE.test(character) || EMOJI.test(character) ? 2 : 1
}
