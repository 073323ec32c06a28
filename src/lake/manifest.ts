/** The manifest of a lake folder: every file with its hash, so that a missing, changed or added one is found. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { CaseError, EXIT } from '../model/case-error.js'
import { isRegular, sha256OfFile } from '../handover/manifest.js'

const LAKE_MANIFEST = 'manifest.json'

const SHAPE = z.object({
  kind: z.literal('coldtrail-lake'),
  files: z.array(z.object({ path: z.string(), sha256: z.string(), size: z.number().int() })),
  counts: z.record(z.string(), z.number()),
  case_logical_digest: z.string(),
  question: z.unknown(),
  kinds: z.array(z.string()),
  notes: z.array(z.string()),
  created: z.string(),
  created_by: z.string(),
})

export type LakeManifest = z.infer<typeof SHAPE>

export function writeLakeManifest(
  dir: string,
  files: readonly string[],
  facts: Omit<LakeManifest, 'kind' | 'files'>,
): LakeManifest {
  const manifest: LakeManifest = {
    kind: 'coldtrail-lake',
    files: [...files].sort().map((name) => {
      const file = path.join(dir, name)
      return { path: name, sha256: sha256OfFile(file), size: statSync(file).size }
    }),
    ...facts,
  }
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  writeFileSync(path.join(dir, LAKE_MANIFEST), text, { flag: 'wx', mode: 0o444 })
  return manifest
}

export interface LakeCheck {
  readonly manifest: LakeManifest
  /** Empty if everything matches. */
  readonly findings: readonly string[]
}

/** @throws CaseError exit 12 without a readable manifest. */
export function verifyLake(dir: string): LakeCheck {
  const manifest = readLakeManifest(dir)
  const listed = new Set([LAKE_MANIFEST, ...manifest.files.map((file) => file.path)])
  const findings = filesBelow(dir)
    .filter((name) => !listed.has(name))
    .map((name) => `${name} is not in the manifest`)
  for (const { path: name, sha256, size } of manifest.files) {
    const file = path.join(dir, name)
    if (!isInside(dir, file)) findings.push(`${name} is outside the folder`)
    else if (!isRegular(file)) findings.push(`${name} is missing`)
    else if (statSync(file).size !== size || sha256OfFile(file) !== sha256)
      findings.push(`${name} has other content than the manifest says`)
  }
  return { manifest, findings }
}

function readLakeManifest(dir: string): LakeManifest {
  const file = path.join(dir, LAKE_MANIFEST)
  try {
    return SHAPE.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new CaseError(`no readable manifest at ${file}: ${(error as Error).message}`, {
      exit: EXIT.verificationFailed,
      hint: 'an interrupted export has none: run coldtrail export parquet again',
      cause: error,
    })
  }
}

function isInside(dir: string, file: string): boolean {
  return !path.relative(dir, file).startsWith('..')
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
}
