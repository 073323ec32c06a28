/** What a line of an access log is, as one expression for all fields: the reader's own way has to find the same. */
const HEAD =
  /^(\S+) (\S+) \[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})\] (\S+) (\S+) (\S+) (\S+) (\S+) /
const NUMBERS = /["-] (\d{3}|-) (\S+) (\d+|-) (\d+|-) (\d+|-) (\d+|-) (?=["-])/g

/** The fields up to the turn-around time without the time itself; null when it is no such line. */
export function fieldsByExpression(line: string): (string | null)[] | null {
  const head = HEAD.exec(line)
  if (head === null) return null
  NUMBERS.lastIndex = head[0].length
  const numbers = NUMBERS.exec(line)
  if (numbers === null) return null
  const uri = line.slice(head[0].length, numbers.index + 1)
  const isQuoted = uri.length > 1 && uri.startsWith('"') && uri.endsWith('"')
  const fields: (string | undefined)[] = [
    ...head.slice(1, 3),
    ...head.slice(10, 15),
    isQuoted ? uri.slice(1, -1) : uri,
    ...numbers.slice(1, 7),
  ]
  return fields.map((field) => (field === '-' || field === '' ? null : (field ?? null)))
}
