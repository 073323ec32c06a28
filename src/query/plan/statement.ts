/** The only place that builds SQL: an interpolated value is another statement or becomes a bound parameter. */
import type { Param, Statement } from '../../store/reader.js'

export type { Param, Statement } from '../../store/reader.js'

/** `` sql`e.id = ${7} AND ${other}` ``: 7 is bound, the statement `other` is spliced in. */
export function sql(texts: TemplateStringsArray, ...values: readonly (Param | Statement)[]): Statement {
  let text = texts[0] ?? ''
  const params: Param[] = []
  values.forEach((value, index) => {
    if (typeof value === 'object' && value !== null) {
      text += value.sql
      params.push(...value.params)
    } else {
      text += '?'
      params.push(value)
    }
    text += texts[index + 1] ?? ''
  })
  return { sql: text, params }
}

/** For constant names and keywords, never for text from the user or the evidence. */
export function raw(text: string): Statement {
  return { sql: text, params: [] }
}

export function joined(parts: readonly Statement[], between: string): Statement {
  return {
    sql: parts.map((part) => part.sql).join(between),
    params: parts.flatMap((part) => part.params),
  }
}

/** All must hold; an empty list is true. */
export function and(parts: readonly Statement[]): Statement {
  return parts.length === 0 ? raw('TRUE') : joined(parts, ' AND ')
}

/** One must hold. In parentheses, so that it can be part of an `and`. */
export function or(parts: readonly Statement[]): Statement {
  const [only] = parts
  return parts.length === 1 && only !== undefined ? only : sql`(${joined(parts, ' OR ')})`
}

/** `(?, ?, ?)` */
export function list(values: readonly Param[]): Statement {
  return { sql: `(${values.map(() => '?').join(', ')})`, params: values }
}
