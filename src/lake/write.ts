/** Writes the selection of a case as Parquet in Hive partitions, for engines that read many machines' parts together. */
import { mkdirSync, existsSync, renameSync, rmSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { CaseError, EXIT } from '../model/case-error.js'
import type { RowKind } from '../model/event.js'
import { isNoSpace } from '../model/no-space.js'
import type { Question } from '../model/question.js'
import { logicalDigest } from '../query/case/case-facts.js'
import {
  columnsOf,
  OUT_ACCESS_LOGS,
  OUT_AGGREGATES,
  OUT_APPEARANCES,
  OUT_EVENTS,
  OUT_RESOURCES,
} from '../handover/schema.js'
import { selected } from '../handover/write.js'
import { refuseAmongEvidence } from '../store/evidence-places.js'
import type { Connection } from '../store/open.js'
import type { TableSpec } from '../store/schema.js'
import { LAKE_EVENTS, withAthenaColumns } from './athena.js'
import { CONTEXT } from './context.js'
import { writeLakeManifest, type LakeManifest } from './manifest.js'
import type { Cell } from './parquet-file.js'
import { partitionOf } from './partition.js'
import { LakeTable } from './tables.js'

export interface LakePlan {
  readonly out: string
  readonly question: Question
  readonly kinds: readonly RowKind[]
  readonly toolVersion: string
  /** Without them the lake is smaller; hashes and places still lead to them. */
  readonly withRecords: boolean
  /** Exit code of the signal that asked to stop. */
  readonly interruptedBy: () => number | null
}

const RECORDS: ReadonlySet<string> = new Set(['record', 'record_bytes'])

const SELECTED = [LAKE_EVENTS, OUT_APPEARANCES, OUT_RESOURCES, OUT_ACCESS_LOGS, OUT_AGGREGATES] as const

/** @throws CaseError exit 2 if the folder exists. The folder gets its name only when it is complete. */
export async function writeLake(db: Connection, plan: LakePlan): Promise<LakeManifest> {
  refuseAmongEvidence(db, plan.out, 'name a folder elsewhere with --output')
  const unfinished = `${plan.out}.unfinished`
  for (const taken of [plan.out, unfinished].filter((one) => existsSync(one))) {
    const hint =
      taken === unfinished
        ? 'an interrupted export left it: remove it, or name another folder'
        : 'name a new folder: an export is never overwritten'
    throw new CaseError(`${taken} exists already`, { hint })
  }
  mkdirSync(unfinished, { recursive: true, mode: 0o700 })
  try {
    const manifest = await fill(db, unfinished, plan)
    renameSync(unfinished, plan.out)
    return manifest
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!isNoSpace(error)) throw error
    throw new CaseError(`no space left for ${plan.out}: nothing was left of it`, {
      exit: EXIT.diskFull,
      hint: 'make room, or name a folder on another disk with --output',
      cause: error,
    })
  }
}

async function fill(db: Connection, root: string, plan: LakePlan): Promise<LakeManifest> {
  const digest = logicalDigest(db)
  const metadata = {
    'coldtrail.version': plan.toolVersion,
    'coldtrail.case_logical_digest': digest,
    'coldtrail.question': JSON.stringify(plan.question),
  }
  const tables = new Map(
    [...SELECTED, ...CONTEXT.map(({ table }) => table)].map((table) => [
      table.name,
      new LakeTable(root, table, metadata, plan.withRecords ? undefined : RECORDS),
    ]),
  )
  const notes = new Set<string>(
    plan.withRecords
      ? []
      : ['the exact records were left out: the case has them, by record_sha256 and place'],
  )
  try {
    for (const helping of selected(db, plan, notes)) {
      for (const { table, rows } of helping.tables) addRows(tables.get(table.name), table, rows)
      await stopIfAsked(plan)
    }
    for (const { table, sql } of CONTEXT) {
      const into = tables.get(table.name)
      for (const row of db.prepare<unknown[], Cell[]>(sql).raw().iterate()) into?.add(row)
      await stopIfAsked(plan)
    }
    for (const table of tables.values()) table.close()
  } catch (error) {
    for (const table of tables.values()) table.abandon()
    throw error
  }
  return writeLakeManifest(
    root,
    [...tables.values()].flatMap(({ files }) => files),
    {
      counts: Object.fromEntries([...tables].map(([name, { rows }]) => [name, rows])),
      case_logical_digest: digest,
      question: plan.question,
      kinds: [...plan.kinds],
      notes: [...notes],
      created: new Date().toISOString(),
      created_by: `coldtrail ${plan.toolVersion}`,
    },
  )
}

/** Signals arrive only between turns of the event loop. */
async function stopIfAsked({ out, interruptedBy }: LakePlan): Promise<void> {
  await setImmediate()
  const exit = interruptedBy()
  if (exit === null) return
  throw new CaseError(`interrupted: nothing was left of ${out}`, { exit, hint: 'run the same command again' })
}

const EVENT_COLUMN = columnsOf(OUT_EVENTS)
const ACCOUNT_AT = EVENT_COLUMN.indexOf('recipient_account_id')
const REGION_AT = EVENT_COLUMN.indexOf('aws_region')
const TIME_AT = EVENT_COLUMN.indexOf('event_time_ms')

function addRows(into: LakeTable | undefined, table: TableSpec, rows: readonly (readonly Cell[])[]): void {
  if (into === undefined) return
  for (const row of rows) {
    if (table !== OUT_EVENTS) {
      into.add(row)
      continue
    }
    const place = partitionOf(
      row[ACCOUNT_AT] as string | null,
      row[REGION_AT] as string | null,
      row[TIME_AT] as number | null,
    )
    into.add(withAthenaColumns(row), place)
  }
  if (table !== OUT_EVENTS || rows.length === 0) return
  // Rows come in order of time: the files of earlier days are complete.
  const last = partitionOf(null, null, (rows.at(-1)?.[TIME_AT] ?? null) as number | null)
  const day = last.slice(last.indexOf('/day='))
  into.closeExcept((partition) => partition.endsWith(day))
}
