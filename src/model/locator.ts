/** The path from a stored value to a record wrapped in it, e.g. `logEvents[3].message`, stored in `event.locator`. */

/** A member, an element, or a change of encoding. */
export type Step = string | number | Coding

export interface Coding {
  readonly coding: 'base64' | 'gunzip' | CsvCoding
}

/** A row of cells, by its separator. */
export type CsvCoding = 'csv' | 'csv-semicolon' | 'csv-tab'

const PLAIN_KEY = /^[A-Za-z_@$][\w@$-]*$/

export function formatLocator(steps: readonly Step[]): string {
  let text = ''
  for (const step of steps) {
    if (typeof step === 'number') text += `[${step}]`
    else if (typeof step === 'object') text += `|${step.coding}`
    else if (!PLAIN_KEY.test(step)) text += `[${JSON.stringify(step)}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}

const TOKEN =
  /\.?([A-Za-z_@$][\w@$-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\|(base64|gunzip|csv(?:-semicolon|-tab)?)/y

/** @returns null if the text is not a locator. */
export function parseLocator(text: string): Step[] | null {
  const steps: Step[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text)
    if (match === null) return null
    const [, key, index, quoted, coding] = match
    if (key !== undefined) steps.push(key)
    else if (index !== undefined) steps.push(Number(index))
    else if (quoted !== undefined) steps.push(JSON.parse(quoted) as string)
    else steps.push({ coding: coding as Coding['coding'] })
  }
  return steps
}
