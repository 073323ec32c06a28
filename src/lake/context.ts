/** What a reader needs to judge the events: of the whole case, not of the selection. */
import type { TableSpec } from '../store/schema.js'
import { VIEWS } from '../store/views.js'

interface ContextTable {
  readonly table: TableSpec
  readonly sql: string
}

/** View → its name in the lake. */
const FROM_VIEWS = {
  sources: 'sources',
  problems: 'problems',
  principals: 'principals',
  identity: 'identities',
  coverage: 'coverage',
} as const

export const CONTEXT: readonly ContextTable[] = Object.entries(FROM_VIEWS).map(([name, as]) =>
  fromView(name, as),
)

function fromView(name: string, as: string): ContextTable {
  const view = VIEWS.find((one) => one.name === name)
  if (view === undefined) throw new Error(`no view ${name}`)
  return {
    table: { name: as, meaning: view.meaning, columns: view.columns },
    sql: `SELECT ${view.columns.map((column) => column.name).join(', ')} FROM ${name}`,
  }
}
