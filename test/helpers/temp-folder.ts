/** Folders that are gone when the test file is done. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const folders: string[] = []

/** Where files can be executed. */
export const DISK = process.env['COLDTRAIL_TEST_DISK'] ?? tmpdir()

export function tempFolder(name = 'e2e', place = tmpdir()): string {
  const folder = mkdtempSync(path.join(place, `coldtrail-${name}-`))
  folders.push(folder)
  return folder
}

/** After each file (after-file.ts). */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}
