/** The words of a text, where names are looked for: runs of letters and digits. */

const WORD = /[\p{L}\p{N}]+/uy
/** ASCII letters and digits. */
const IS_PLAIN = Uint8Array.from({ length: 128 }, (_, code) =>
  /[0-9A-Za-z]/.test(String.fromCharCode(code)) ? 1 : 0,
)

/** Walks from word to word. Reads ASCII by itself: matchAll makes objects of each of the 150 words of a record. */
export class Words {
  start = 0
  end = 0

  constructor(private readonly text: string) {}

  /** To the next word, or false at the end of the text. */
  next(): boolean {
    const { text } = this
    for (let at = this.end; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code < 128 && IS_PLAIN[code] === 0) continue
      const end = wordEnd(text, at)
      if (end === at) continue
      this.start = at
      this.end = end
      return true
    }
    return false
  }

  get word(): string {
    return this.text.slice(this.start, this.end)
  }

  /** What comes before is no word any more. */
  skipTo(place: number): void {
    this.end = place
  }
}

/** Where the word ends that begins at `start`; `start` when there is none. */
function wordEnd(text: string, start: number): number {
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at)
    if (code >= 128) return anyWordEnd(text, start)
    // Behind the end of the text is NaN.
    if (!(IS_PLAIN[code] === 1)) return at
  }
}

function anyWordEnd(text: string, start: number): number {
  WORD.lastIndex = start
  return WORD.test(text) ? WORD.lastIndex : start
}
