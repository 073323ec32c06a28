/** Suggestions when a name finds nothing, since names must match in full. */
import type { Subject } from '../../model/question.js'
import { shellWord } from '../../model/shell-word.js'
import type { Connection } from '../../store/open.js'
import { readColumn, readNumber } from '../../store/reader.js'
import { identitiesNamed } from './by-principal.js'
import { idsNamed } from '../resources/resource-match.js'
import { sql } from '../plan/statement.js'
import { readPattern } from './value.js'

/** A prefix search, if any name starts with the value. */
export function questionOfBeginnings(db: Connection, subject: Subject): string | undefined {
  if (subject.kind !== 'principal' && subject.kind !== 'resource') return undefined
  const { kind, value } = subject
  if (value === '' || readPattern(value).isPrefix) return undefined
  const pattern = `${value}*`
  const named = kind === 'principal' ? identitiesNamed(pattern) : idsNamed(pattern)
  const isAny = readNumber(db, sql`SELECT 1 FROM (${named}) LIMIT 1`) !== null
  return isAny ? `coldtrail find ${kind} ${shellWord(pattern)}` : undefined
}

/** The ARN that differs from the typed one only in case; ARNs are case-sensitive. */
export function questionOfCapitals(db: Connection, subject: Subject): string | undefined {
  if (subject.kind !== 'resource' || !/^arn:/i.test(subject.value)) return undefined
  const { text } = readPattern(subject.value)
  const [arn] = readColumn<string>(
    db,
    sql`SELECT arn FROM resource WHERE arn COLLATE NOCASE = ${text} AND arn <> ${text} ORDER BY arn LIMIT 1`,
  )
  return arn === undefined ? undefined : `coldtrail find resource ${shellWord(arn)}`
}

/** The bucket of an object that no record names. */
export function questionOfBucket(db: Connection, subject: Subject): string | undefined {
  if (subject.kind !== 'resource') return undefined
  const [, bucket] = /^(?:s3:\/\/|arn:[a-z-]+:s3:::)?([^/:]+)\/./i.exec(subject.value) ?? []
  if (bucket === undefined) return undefined
  const isKnown = readNumber(db, sql`SELECT 1 FROM (${idsNamed(`s3://${bucket}`)}) LIMIT 1`) !== null
  return isKnown ? `coldtrail find resource ${shellWord(bucket)}` : undefined
}
