import fs from 'node:fs'
import { z } from 'zod'
import { RESOURCE_ROLES } from '../../../src/model/resource.js'

const GOLDEN = z.strictObject({
  why: z.string().min(1),
  record: z.record(z.string(), z.unknown()),
  resources: z.array(
    z.strictObject({
      arn: z.string().nullable(),
      type: z.string().nullable(),
      name: z.string().nullable(),
      derived: z.boolean(),
      role: z.enum(RESOURCE_ROLES),
    }),
  ),
})

/** A record, and what it names. */
export type Golden = z.infer<typeof GOLDEN>

export function readGoldens(file: string): Golden[] {
  return z
    .array(GOLDEN)
    .min(1)
    .parse(JSON.parse(fs.readFileSync(file, 'utf8')))
}
