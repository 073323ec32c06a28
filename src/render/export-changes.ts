/** What an export changes for the sake of who reads it: told with the export, since the values are evidence. */
export interface ExportChanges {
  /** Values over the limit of the reader, cut. */
  cut: number
  /** Cells that a spreadsheet would take for a formula, with an apostrophe before them. */
  prefixed: number
  /** Cells whose control or invisible characters were made visible. */
  madeVisible: number
  /** Rows without a readable time. */
  withoutTime: number
}

export function noChanges(): ExportChanges {
  return { cut: 0, prefixed: 0, madeVisible: 0, withoutTime: 0 }
}

/** One line for each kind of change that was made. */
export function changeNotes(changes: ExportChanges): string[] {
  const notes: [count: number, note: string][] = [
    [changes.cut, 'values were over 32,766 bytes and cut: the field FIELD_truncated beside each says so'],
    [changes.prefixed, "cells could be taken for a formula: an apostrophe ' was put before them"],
    [changes.madeVisible, 'cells had control or invisible characters: they are written visibly'],
    [changes.withoutTime, 'rows have no readable time: they are dated 1970 and marked Not a time'],
  ]
  return notes.filter(([count]) => count > 0).map(([count, note]) => `${count} ${note}`)
}
