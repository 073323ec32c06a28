/** Suggestions for mistyped words. */

/** One typo per four letters. */
const LETTERS_PER_SLIP = 4

/** The closest of `words`; undefined if none is close enough. */
export function nearestWord(typed: string, words: Iterable<string>): string | undefined {
  const most = Math.max(1, Math.floor(typed.length / LETTERS_PER_SLIP))
  let nearest: string | undefined
  let fewest = most + 1
  for (const word of words) {
    if (Math.abs(word.length - typed.length) >= fewest) continue
    const slips = typosBetween(typed, word)
    if (slips < fewest) {
      nearest = word
      fewest = slips
    }
  }
  return nearest
}

/** Insertions, deletions, substitutions, and swaps of neighbours. */
function typosBetween(one: string, other: string): number {
  let before: number[] = []
  let above = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1]
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const least = Math.min(
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + (isSame ? 0 : 1),
      )
      row.push(isSwapped ? Math.min(least, (before[j - 2] ?? 0) + 1) : least)
    }
    before = above
    above = row
  }
  return above[other.length] ?? 0
}
