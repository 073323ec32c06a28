import { stageOf } from './column-spec.js'
import { RESOURCE, type TableSpec } from './schema.js'
import { NAME_OF_SESSION } from './caller-schema.js'

/**
 * Bulk-load rows with random keys wait in stage tables and are sorted in at the end: one by one they would touch every
 * page of their tables.
 */
export const STAGES: readonly { readonly table: TableSpec; readonly stage: TableSpec }[] = [
  RESOURCE,
  NAME_OF_SESSION,
].map((table) => ({ table, stage: stageOf(table, `${table.name}_stage`) }))
