import { cellWidth, padCell } from './cell-width.js'
import { printable } from './printable.js'

export interface KeyValue {
  readonly key: string
  /** Several values are printed below each other. */
  readonly value: string | readonly string[]
}

/** Aligned `key  value` lines for a report. Makes every value printable. */
export function renderKeyValues(pairs: readonly KeyValue[]): string {
  const width = Math.max(0, ...pairs.map(({ key }) => cellWidth(key)))
  return pairs.map((pair) => lines(pair, width)).join('')
}

function lines({ key, value }: KeyValue, width: number): string {
  const values = typeof value === 'string' ? [value] : value
  return values
    .map((text, i) => `${padCell(i === 0 ? key : '', width)}  ${printable(text)}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('')
}
