/**
 * What a problem cites of the evidence is cut where it is long, also in the middle of a name, and no search finds a part of a
 * name: in a redacted hand-over cut pieces are left out.
 */

/** As JSON.parse has it: some characters around the place. */
const AROUND = /,? (?:\.\.\.)?"[^]*"(?:\.\.\.)? is not valid JSON/
const LEFT_OUT = ' (what stands there is left out)'

export function withoutExcerpts(detail: string): string {
  const text = detail.replace(AROUND, LEFT_OUT)
  // A value is cited as JSON: without its last quote it was cut.
  const open = lastOpenQuote(text)
  return open < 0 ? text : text.slice(0, open).trimEnd() + LEFT_OUT
}

/** Of a quote that is not closed; -1 when all are. */
function lastOpenQuote(text: string): number {
  let open = -1
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    if (text.charAt(at - 1) === '\\') continue
    open = open < 0 ? at : -1
  }
  return open
}
