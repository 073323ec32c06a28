/** Changes that an export makes for its readers, listed with the export because the values are evidence. */
export interface ExportChanges {
  /** Values cut at the reader's limit. */
  cut: number
  /** Cells prefixed with an apostrophe, since a spreadsheet would take them for a formula. */
  prefixed: number
  /** Cells whose control or invisible characters were made visible. */
  madeVisible: number
  /** Rows without a readable time. */
  withoutTime: number
}

export function noChanges(): ExportChanges {
  return { cut: 0, prefixed: 0, madeVisible: 0, withoutTime: 0 }
}

/** One line per kind of change. */
export function changeNotes(changes: ExportChanges): string[] {
  const notes: [count: number, note: string][] = [
    [changes.cut, 'values were over 32,766 bytes and cut: each has a field FIELD_truncated'],
    [changes.prefixed, "cells could be taken for a formula: an apostrophe ' was put before them"],
    [changes.madeVisible, 'cells had control or invisible characters: they are written visibly'],
    [changes.withoutTime, 'rows have no readable time: they are dated 1970 and marked Not a time'],
  ]
  return notes.filter(([count]) => count > 0).map(([count, note]) => `${count} ${note}`)
}
