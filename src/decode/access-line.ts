/**
 * One line of an S3 server access log → its fields in the order of the table `access_log`. Request-URI, Referer and User-Agent
 * are written as they were received, quotes and all, so they are not split at quotes: the block of numbers behind the URI is
 * the anchor (a request line can not hold spaces there), and the last quote of the line ends the User-Agent.
 */
export type AccessValue = string | number | null

/** Fields of a line; the oldest have 17, newer ones 24 to 27, and more may come. */
const LAST_FIELDS = 10

const HEAD =
  /^(\S+) (\S+) \[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})\] (\S+) (\S+) (\S+) (\S+) (\S+) /
const NUMBERS = /["-] (\d{3}|-) (\S+) (\d+|-) (\d+|-) (\d+|-) (\d+|-) (?=["-])/g
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

/** @returns null when it is no such line. */
export function parseAccessLine(line: string): AccessValue[] | null {
  const head = HEAD.exec(line)
  if (head === null) return null
  const time = timeOf(head)
  const uriStart = head[0].length
  NUMBERS.lastIndex = uriStart
  const numbers = NUMBERS.exec(line)
  if (numbers === null || time === null) return null
  const quotedFrom = NUMBERS.lastIndex
  const quotedTo = line[quotedFrom] === '"' ? line.lastIndexOf('"') + 1 : afterBare(line, quotedFrom)
  if (quotedTo <= quotedFrom) return null
  const [referer, agent] = splitQuoted(line.slice(quotedFrom, quotedTo))
  const [, owner, bucket, , , , , , , , address, requester, requestId, operation, key] = head
  const [, status, error, sent, size, total, turnAround] = numbers
  const values: AccessValue[] = [
    text(owner),
    text(bucket),
    time,
    text(address),
    text(requester),
    text(requestId),
    text(operation),
    text(key),
    text(unquoted(line.slice(uriStart, numbers.index + 1))),
    number(status),
    text(error),
    number(sent),
    number(size),
    number(total),
    number(turnAround),
    text(referer),
    text(agent),
  ]
  const tail = line.slice(quotedTo + 1).split(' ', LAST_FIELDS)
  for (let field = 0; field < LAST_FIELDS; field++) values.push(text(tail[field]))
  return values
}

function timeOf(head: RegExpExecArray): number | null {
  const [, , , day, month = '', year, hour, minute, second, zone = ''] = head
  const at = MONTHS.indexOf(month)
  if (at < 0 || at % 3 !== 0) return null
  const local = Date.UTC(Number(year), at / 3, Number(day), Number(hour), Number(minute), Number(second))
  const sign = zone.startsWith('-') ? 1 : -1
  return local + sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3))) * 60_000
}

/** `- -`, without quotes, where there was no request. */
function afterBare(line: string, from: number): number {
  const bare = /^- (?:"[^]*"|-)(?= |$)/.exec(line.slice(from))
  return bare === null ? -1 : from + bare[0].length
}

/** `"referer" "agent"`: both may hold quotes; the first `" "` is taken for the border. */
function splitQuoted(both: string): [string, string] {
  const border = both.indexOf('" "', 1)
  if (border > 0) return [both.slice(1, border), both.slice(border + 3, -1)]
  const space = both.lastIndexOf(' ')
  return space < 0 ? [unquoted(both), '-'] : [unquoted(both.slice(0, space)), unquoted(both.slice(space + 1))]
}

function unquoted(field: string): string {
  return field.length > 1 && field.startsWith('"') && field.endsWith('"') ? field.slice(1, -1) : field
}

function text(field: string | undefined): string | null {
  return field === undefined || field === '-' || field === '' ? null : field
}

function number(field: string | undefined): number | null {
  return field === undefined || field === '-' ? null : Number(field)
}
