/** Splits one CSV row (RFC 4180); the text ends before or after the row's last line break. */
export type CsvSeparator = ',' | ';' | '\t'

export function csvCells(row: string, separator: CsvSeparator): string[] {
  const cells: string[] = []
  let at = 0
  for (;;) {
    let cell = ''
    // A spreadsheet's text: `="0123"`.
    if (row.startsWith('="', at) && separator !== '\t') at++
    if (row[at] === '"') {
      for (;;) {
        const quote = row.indexOf('"', at + 1)
        const end = quote < 0 ? row.length : quote
        cell += row.slice(at + 1, end)
        at = end + 1
        if (row[at] !== '"') break
        cell += '"'
      }
    } else {
      const next = row.indexOf(separator, at)
      const end = next < 0 ? row.replace(/\r?\n$/, '').length : next
      cell = row.slice(at, end)
      at = end
    }
    cells.push(cell)
    if (row[at] !== separator) return cells
    at++
  }
}
