import type { Connection } from './connection.js'

/**
 * Compares two full texts of one connection word for word, each as schema.table. FTS5 keeps no text to compare with, so the words
 * are walked, each with its row and its place. @returns the first word that differs, or null.
 */
export function differingWord(db: Connection, stored: string, made: string): string | null {
  // Before the first is walked: a connection that walks takes no other statement.
  const [storedWords, madeWords] = [stored, made].map((table) => listWords(db, table)) as [string, string]
  const found = walk(db, storedWords)
  try {
    for (const expected of walk(db, madeWords)) {
      const next = found.next()
      if (next.done === true) return `${wordOf(expected)} is missing`
      if (next.value === expected) continue
      // Both are in the same order: the one that comes first is the one that the other lacks.
      return next.value < expected
        ? `${wordOf(next.value)} is one too many`
        : `${wordOf(expected)} is missing`
    }
    const more = found.next()
    return more.done === true ? null : `${wordOf(more.value)} is one too many`
  } finally {
    found.return?.()
  }
}

function listWords(db: Connection, table: string): string {
  const [schema = '', name = ''] = table.split('.')
  const words = `temp.words_${schema}_${name}`
  db.exec(`CREATE VIRTUAL TABLE ${words} USING fts5vocab(${schema}, '${name}', 'instance')`)
  return words
}

/** Word, row and place, so that they sort as they are walked. */
function walk(db: Connection, words: string): IterableIterator<string> {
  return db
    .prepare<[], string>(`SELECT term || ' ' || printf('%020d %020d', doc, offset) FROM ${words}`)
    .pluck()
    .iterate()
}

function wordOf(walked: string): string {
  return `"${walked.slice(0, walked.indexOf(' '))}" of row ${Number(walked.slice(-41, -21))}`
}
