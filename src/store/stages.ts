import { stageOf } from './column-spec.js'
import { IDENTITY_NAME, RESOURCE, type TableSpec } from './schema.js'

/**
 * Bulk-load rows with random keys wait in stage tables and are sorted in at the end: one by one they would touch every
 * page of their tables.
 */
export const STAGES: readonly { readonly table: TableSpec; readonly stage: TableSpec }[] = [
  RESOURCE,
  IDENTITY_NAME,
].map((table) => ({ table, stage: stageOf(table, `${table.name}_stage`) }))
