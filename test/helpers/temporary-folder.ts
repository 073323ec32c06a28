/**
 * Before all tests: one folder for what they write, gone after the last. In memory where there is room: a case that is indexed waits a
 * hundred times for the disk, and no test pulls the plug. What has to be executed stays on the disk (DISK): the other may forbid it.
 */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import path from 'node:path'

const MEMORY = '/dev/shm'
const ROOM = 8 * 2 ** 30

export default function makeTemporaryFolder(): () => void {
  process.env['COLDTRAIL_TEST_DISK'] = tmpdir()
  const place = hasRoom() ? MEMORY : tmpdir()
  removeAbandoned(place)
  const folder = mkdtempSync(path.join(place, `coldtrail-tests-${process.pid}-`))
  // Some tests read their folder as another user.
  chmodSync(folder, 0o755)
  process.env['TMPDIR'] = folder
  return () => {
    rmSync(folder, { recursive: true, force: true })
  }
}

function hasRoom(): boolean {
  if (!existsSync(MEMORY)) return false
  const { bavail, bsize } = statfsSync(MEMORY)
  return Math.min(bavail * bsize, freemem()) > ROOM
}

/** Of runs that were killed. */
function removeAbandoned(place: string): void {
  for (const name of readdirSync(place)) {
    const process = /^coldtrail-tests-(\d+)-/.exec(name)?.[1]
    if (process !== undefined && !existsSync(`/proc/${process}`))
      rmSync(path.join(place, name), { recursive: true, force: true })
  }
}
