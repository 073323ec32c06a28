import { DETECTION_TABLES } from './detection-schema.js'
import type { TableSpec } from './column-spec.js'
import { VERIFICATION_TABLES } from './verification-schema.js'

/** Tables that commands after index add to a case, outside the logical digest. */
export const RESULT_TABLES: readonly TableSpec[] = [...VERIFICATION_TABLES, ...DETECTION_TABLES]
